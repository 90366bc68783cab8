#include "script/outbox.hpp"

#include "wire/encoder.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::script {
namespace {

using Kind = engine::Outgoing::Kind;

bool is_message(Kind kind) {
  return kind == Kind::text || kind == Kind::binary;
}

using Random = std::function<std::uint32_t()>;

/// Unpredictable, if `random` is. RFC 6455 section 5.3.
wire::MaskingKey random_key(const Random& random) {
  wire::MaskingKey key{};
  std::generate(key.begin(), key.end(), [&random] { return static_cast<std::uint8_t>(random()); });
  return key;
}

/// A message in frames of about the same size; the last ones are empty where there are more frames than bytes.
std::string fragmented(const Outbox::Item& item, const Random& random) {
  std::string bytes;
  const std::string_view payload = item.payload;
  for (unsigned i = 0; i < item.fragments; ++i) {
    const std::size_t from = payload.size() * i / item.fragments;
    const std::string_view part = payload.substr(from, payload.size() * (i + 1) / item.fragments - from);
    wire::FrameHeader header;
    header.fin = i + 1 == item.fragments;
    header.opcode = i > 0                     ? wire::Opcode::continuation
                    : item.kind == Kind::text ? wire::Opcode::text
                                              : wire::Opcode::binary;
    header.masked = true;
    header.masking_key = random_key(random);
    header.length = part.size();
    header.length_form = wire::shortest_form(part.size());
    wire::append_frame(bytes, header, part);
  }
  return bytes;
}

}  // namespace

void Outbox::gone() {
  channel_ = nullptr;
  waiting_.clear();
  size_ = 0;
  under_way_ = false;
}

void Outbox::push(Item item) {
  if (channel_ == nullptr) {
    return;
  }
  if (!gate_) {
    send(item);
    return;
  }
  size_ += item.payload.size();
  waiting_.push_back(std::move(item));
  send_next();
}

void Outbox::crossed() {
  under_way_ = false;
  send_next();
}

void Outbox::send_next() {
  while (channel_ != nullptr && !under_way_ && !waiting_.empty()) {
    const Item item = std::move(waiting_.front());
    waiting_.pop_front();
    size_ -= item.payload.size();
    if (is_message(item.kind) && !gate_(item)) {
      waiting_.clear();
      size_ = 0;
      return;
    }
    under_way_ = is_message(item.kind);
    send(item);
  }
}

void Outbox::send(const Item& item) {
  switch (item.kind) {
  case Kind::text:
  case Kind::binary:
    if (item.fragments > 1) {
      channel_->send_raw(fragmented(item, random_));
    } else {
      channel_->send(item.kind == Kind::text ? engine::Payload::text : engine::Payload::binary, item.payload);
    }
    break;
  case Kind::ping:
    channel_->ping(item.payload);
    break;
  case Kind::pong:
    channel_->pong(item.payload);
    break;
  case Kind::close:
    channel_->close(item.close_code, item.payload);
    break;
  }
}

}  // namespace whydrop::script
