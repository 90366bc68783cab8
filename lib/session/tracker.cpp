#include "session/tracker.hpp"

#include "base/result.hpp"
#include "handshake/head.hpp"
#include "session/assembler.hpp"
#include "session/heads.hpp"
#include "session/transitions.hpp"
#include "wire/deflate.hpp"

#include <array>

namespace whydrop::session {
namespace {

bool is_message_opcode(wire::Opcode opcode) {
  return opcode == wire::Opcode::continuation || opcode == wire::Opcode::text || opcode == wire::Opcode::binary;
}

}  // namespace

struct Tracker::Impl {
  /// What one role has said so far.
  struct Direction {
    explicit Direction(std::size_t max_message) : assembler(max_message) {}
    Phase phase = Phase::connecting;
    Assembler assembler;
    std::optional<wire::Inflater> inflater;  // once a compressed message comes
    bool last_deflated = false;              // the last frame is part of a compressed message
    bool content_lost = false;               // of the compressed message under way a part was not recorded
    bool told_elsewhere = false;             // a compressed message came whose content an Inflated fact tells
  };

  Impl(Limits given, Emit out)
      : limits(given), emit(std::move(out)), directions{Direction(given.max_message), Direction(given.max_message)} {}

  Direction& direction(Side side) { return directions[static_cast<std::size_t>(side)]; }
  void move(Side side, Trigger trigger);
  void on(const Request& request);
  void on(const Response& response);
  void on(const Frame& frame, std::uint64_t seq);
  void on_data(const Frame& frame, std::uint64_t seq);
  void on(const Inflated& inflated);
  bool take_whole(const Frame& frame, std::uint64_t seq, Message& message);
  void tell_joined(Side from);
  void tell_inflated(const Inflated& inflated);
  void inflate(const Frame& frame);
  wire::Inflater::Options inflater_options(Side from) const;
  void finish_inflating(Side from);

  Limits limits;
  Emit emit;
  std::array<Direction, 2> directions;
  handshake::Head request;
  bool request_whole = true;
  std::optional<handshake::DeflateParameters> deflate;
};

void Tracker::Impl::move(Side side, Trigger trigger) {
  const auto next = next_phase(direction(side).phase, trigger);
  if (next == direction(side).phase) {
    return;
  }
  direction(side).phase = next;
  emit(State{side, next});
}

void Tracker::Impl::on(const Request& fact) {
  request = head_of(fact);
  request_whole = is_whole(fact);
  for (const auto side : wire::kSides) {
    move(side, Trigger::request);
  }
}

void Tracker::Impl::on(const Response& fact) {
  const auto response = head_of(fact);
  if (handshake::is_interim(response)) {
    return;
  }
  const bool switched = fact.status == 101 && response.complete;
  deflate = switched ? handshake::negotiate(request, response).deflate : std::nullopt;
  const bool opens = request_whole && is_whole(fact) ? handshake::opens_session(request, response) : switched;
  const auto trigger = opens ? Trigger::upgraded : Trigger::refused;
  for (const auto side : wire::kSides) {
    move(side, trigger);
  }
}

void Tracker::Impl::on(const Frame& frame, std::uint64_t seq) {
  if (Message message; take_whole(frame, seq, message)) {
    emit(std::move(message));
    return;
  }
  direction(frame.from).last_deflated = false;
  if (is_message_opcode(frame.header.opcode)) {
    on_data(frame, seq);
  } else if (frame.header.opcode == wire::Opcode::close) {
    move(frame.from, Trigger::close_sent);
  }
}

void Tracker::Impl::on_data(const Frame& frame, std::uint64_t seq) {
  auto& assembler = direction(frame.from).assembler;
  const bool complete = assembler.add(frame, seq, deflate.has_value());
  if ((complete || assembler.under_way()) && assembler.joined().compressed) {
    inflate(frame);
  }
  if (complete) {
    tell_joined(frame.from);
  }
}

bool Tracker::Impl::take_whole(const Frame& frame, std::uint64_t seq, Message& message) {
  Direction& from = direction(frame.from);
  const bool begins = frame.header.opcode == wire::Opcode::text || frame.header.opcode == wire::Opcode::binary;
  const bool compressed = deflate && (frame.header.rsv & wire::kRsv1) != 0;
  if (!begins || !frame.header.fin || compressed || from.assembler.under_way()) {
    return false;
  }
  from.last_deflated = false;
  message.from = frame.from;
  message.frames.assign(1, seq);
  message.text = frame.header.opcode == wire::Opcode::text;
  message.compressed = false;
  message.payload = frame.payload.substr(0, limits.max_message);
  message.length = message.wire_length = frame.header.length;
  message.type.clear();
  message.valid.reset();
  message.errors.clear();
  message.packets.clear();
  message.codec = {};
  if (!message.redact.empty() || !frame.redact.empty()) {
    message.redact = frame.redact;
  }
  return true;
}

void Tracker::Impl::tell_joined(Side from) {
  auto& joined = direction(from).assembler.joined();
  if (joined.compressed) {
    return finish_inflating(from);
  }
  Message message;
  message.from = from;
  message.frames = joined.frames;
  message.text = joined.text;
  message.payload = joined.payload;
  message.length = message.wire_length = joined.length;
  message.redact = joined.redact;
  emit(std::move(message));
}

void Tracker::Impl::inflate(const Frame& frame) {
  const bool nothing_kept = frame.has_payload && frame.payload.empty() && frame.header.length > 0;
  direction(frame.from).last_deflated = !nothing_kept;
  auto& inflater = direction(frame.from).inflater;
  if (!inflater) {
    inflater.emplace(inflater_options(frame.from));
  }
  if (frame.has_payload && !frame.cut()) {
    inflater->feed(frame.payload);
  } else {
    direction(frame.from).content_lost |= nothing_kept;
    inflater->lose("part of its payload was not kept");
  }
}

wire::Inflater::Options Tracker::Impl::inflater_options(Side from) const {
  wire::Inflater::Options options;
  options.context_takeover =
      !(from == Side::server ? deflate->server_no_context_takeover : deflate->client_no_context_takeover);
  options.max_content = limits.max_message;
  options.max_length = limits.max_inflated;
  return options;
}

/// Tells the content, unless the capture that the frames come from tells it itself.
void Tracker::Impl::finish_inflating(Side from) {
  const auto& joined = direction(from).assembler.joined();
  const auto content = direction(from).inflater->finish();
  direction(from).told_elsewhere = joined.content_told;
  const bool lost = std::exchange(direction(from).content_lost, false);
  if (joined.content_told) {
    return;
  }
  if (lost) {  // a record of headers: that it cannot be inflated is nobody's fault, and its size is the wire's
    Inflated unknown;
    unknown.from = from;
    unknown.length = joined.length;
    tell_inflated(unknown);
    return;
  }
  Inflated inflated;
  inflated.from = from;
  inflated.frames = joined.frames;
  inflated.text = joined.text;
  inflated.content = content.content;
  inflated.length = content.length;
  inflated.error = content.error;
  Body fact = inflated;
  emit(std::move(fact));
  tell_inflated(inflated);
}

void Tracker::Impl::on(const Inflated& inflated) {
  if (!direction(inflated.from).told_elsewhere) {
    return;
  }
  direction(inflated.from).told_elsewhere = false;
  tell_inflated(inflated);
}

void Tracker::Impl::tell_inflated(const Inflated& inflated) {
  const auto& joined = direction(inflated.from).assembler.joined();
  Message message;
  message.from = inflated.from;
  message.frames = joined.frames;
  message.text = joined.text;
  message.compressed = true;
  message.payload = inflated.content;
  message.length = inflated.length;
  message.wire_length = joined.length;
  message.redact = inflated.redact;
  emit(std::move(message));
}

Tracker::Tracker(Limits limits, Emit emit) : impl_(std::make_unique<Impl>(limits, std::move(emit))) {}
Tracker::~Tracker() = default;

void Tracker::on_fact(const Event& event) {
  auto& impl = *impl_;
  std::visit(overloaded{[&](const Frame& frame) { impl.on(frame, event.seq); },
                        [&](const Request& request) { impl.on(request); },
                        [&](const Response& response) { impl.on(response); },
                        [&](const Inflated& inflated) { impl.on(inflated); },
                        [&](const Shutdown& shutdown) { impl.move(shutdown.from, Trigger::ended); },
                        [&](const Ending&) {
                          for (const auto side : wire::kSides) {
                            impl.move(side, Trigger::ended);
                          }
                        },
                        [](const auto&) {}},
             event.body);
}

bool Tracker::take_whole(const Frame& frame, std::uint64_t seq, Message& message) {
  return impl_->take_whole(frame, seq, message);
}

bool Tracker::last_frame_deflated(Side side) const {
  return impl_->direction(side).last_deflated;
}
}  // namespace whydrop::session
