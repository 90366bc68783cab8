#include "wire/decoder.hpp"

#include "wire/header.hpp"

#include <algorithm>
#include <cstring>

namespace whydrop::wire {
namespace {

constexpr std::uint64_t kMaxLength = (1ULL << 63) - 1;
/// A header may promise exabytes; no more than this is set aside before they come.
constexpr std::size_t kMaxReserve = 1U << 20;

}  // namespace

FrameDecoder::FrameDecoder(std::size_t max_payload) : max_payload_(max_payload) {}

void FrameDecoder::feed(std::string_view chunk) {
  fed_ += chunk.size();
  chunk_ = chunk;
  at_ = 0;
}

std::size_t FrameDecoder::kept(std::uint64_t size) const {
  return static_cast<std::size_t>(std::min<std::uint64_t>(size, max_payload_));
}

/// Of a decoder between two frames.
bool FrameDecoder::take_whole_frame(Frame& frame) {
  const std::size_t left = chunk_.size() - at_;
  const char* const from = chunk_.data() + at_;
  const std::size_t head = left < 2 ? 2 : header_size(from[1]);
  if (left < head) {
    return false;
  }
  parse_header(from, frame.header);
  if (frame.header.length > left - head) {
    return false;
  }
  frame.offset = offset_;
  frame.payload = chunk_.substr(at_ + head, kept(frame.header.length));
  if (frame.header.masked) {
    frame.payload = unmask(frame.payload, frame.header.masking_key);
  }
  const std::size_t size = head + static_cast<std::size_t>(frame.header.length);
  at_ += size;
  offset_ += size;
  return true;
}

/// `payload` is a part of the chunk; its bytes go to the same place in unmasked_, which never grows twice for one
/// chunk.
std::string_view FrameDecoder::unmask(std::string_view payload, const MaskingKey& key) {
  if (unmasked_.size() < chunk_.size()) {
    unmasked_.resize(chunk_.size());
  }
  char* const to = unmasked_.data() + (payload.data() - chunk_.data());
  apply_mask(to, payload.data(), payload.size(), key);
  return {to, payload.size()};
}

/// Moves bytes of the chunk into head_ until the header is whole; false if the chunk ends before.
bool FrameDecoder::take_header_part() {
  while (true) {
    const std::size_t need = head_size_ < 2 ? 2 : header_size(head_[1]);
    if (head_size_ == need) {
      break;
    }
    const std::size_t taken = std::min(need - head_size_, chunk_.size() - at_);
    if (taken == 0) {
      return false;
    }
    std::memcpy(head_.data() + head_size_, chunk_.data() + at_, taken);
    head_size_ += taken;
    at_ += taken;
  }
  header_ = {};
  parse_header(head_.data(), header_);
  return true;
}

void FrameDecoder::begin_carry() {
  has_header_ = true;
  payload_have_ = 0;
  carry_.swap(spent_);
  carry_.clear();
  carry_.reserve(std::min(kept(header_.length), kMaxReserve));
}

/// Adds what the chunk holds of the payload to carry_; true if the payload is whole then.
bool FrameDecoder::take_payload_part() {
  const auto part =
      static_cast<std::size_t>(std::min<std::uint64_t>(header_.length - payload_have_, chunk_.size() - at_));
  const std::size_t old_size = carry_.size();
  const std::size_t added = std::min(part, max_payload_ - old_size);
  carry_.insert(carry_.end(), chunk_.data() + at_, chunk_.data() + at_ + added);
  if (header_.masked) {
    apply_mask(carry_.data() + old_size, carry_.data() + old_size, added, header_.masking_key, payload_have_);
  }
  at_ += part;
  payload_have_ += part;
  return payload_have_ == header_.length;
}

/// Hands out what can no longer be framed: first the header's bytes, some of which may stem from earlier chunks.
Undecoded FrameDecoder::give_up() {
  std::string_view bytes(head_.data(), head_size_);
  if (bytes.empty()) {
    bytes = chunk_.substr(at_);
    at_ = chunk_.size();
  }
  head_size_ = 0;
  const Undecoded undecoded{offset_, bytes.size(), bytes};
  offset_ += bytes.size();
  return undecoded;
}

Frame FrameDecoder::finish_carried() {
  const Frame frame{header_, offset_, {carry_.data(), carry_.size()}};
  offset_ += header_.size() + header_.length;
  head_size_ = 0;
  has_header_ = false;
  return frame;
}

/// The slow path: frames that span chunks, and what comes after framing was lost.
std::optional<FrameDecoder::Item> FrameDecoder::next_part() {
  if (lost_) {
    return at_ < chunk_.size() ? std::optional<Item>(give_up()) : std::nullopt;
  }
  if (!has_header_) {
    if (!take_header_part()) {
      return std::nullopt;
    }
    if (header_.length > kMaxLength) {
      lost_ = true;
      return give_up();
    }
    begin_carry();
  }
  return take_payload_part() ? std::optional<Item>(finish_carried()) : std::nullopt;
}

std::optional<FrameDecoder::Item> FrameDecoder::next() {
  std::optional<Item> item(std::in_place, std::in_place_type<Frame>);
  if (!next_whole(*std::get_if<Frame>(&*item))) {
    item = next_part();
  }
  return item;
}

std::optional<PartialFrame> FrameDecoder::under_way() const {
  if (head_size_ == 0) {
    return std::nullopt;
  }
  PartialFrame partial;
  partial.has_header = has_header_;
  partial.offset = offset_;
  partial.have = head_size_ + (has_header_ ? payload_have_ : 0);
  partial.bytes = std::string_view(head_.data(), head_size_);
  if (has_header_) {
    partial.header = header_;
    partial.need = header_.size() + header_.length;
    partial.payload = std::string_view(carry_.data(), carry_.size());
  }
  return partial;
}

}  // namespace whydrop::wire
