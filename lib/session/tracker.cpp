#include "session/tracker.hpp"

#include "base/result.hpp"
#include "handshake/head.hpp"
#include "session/assembler.hpp"
#include "session/heads.hpp"
#include "session/transitions.hpp"

#include <array>

namespace whydrop::session {
namespace {

constexpr std::array kSides{Side::client, Side::server};

bool is_message_opcode(wire::Opcode opcode) {
  return opcode == wire::Opcode::continuation || opcode == wire::Opcode::text || opcode == wire::Opcode::binary;
}

}  // namespace

struct Tracker::Impl {
  /// What one role has said so far.
  struct Half {
    explicit Half(std::size_t max_message) : assembler(max_message) {}
    Phase phase = Phase::connecting;
    std::optional<CloseSeen> close;
    Assembler assembler;
  };

  Impl(Limits given, Emit out)
      : limits(given), emit(std::move(out)), halves{Half(given.max_message), Half(given.max_message)} {}

  Half& half(Side side) { return halves[static_cast<std::size_t>(side)]; }
  void move(Side side, Trigger trigger);
  void on(const Request& request);
  void on(const Response& response);
  void on(const Frame& frame, std::uint64_t seq);
  void on_data(const Frame& frame, std::uint64_t seq);
  void on_close(const Frame& frame, std::uint64_t seq);
  void on(const Inflated& inflated);
  void tell_whole(const Frame& frame, std::uint64_t seq);
  void tell_joined(Side from);
  void tell_inflated(Side from, const Inflated& inflated);

  Limits limits;
  Emit emit;
  std::array<Half, 2> halves;
  bool upgraded = false;
  handshake::Head request;
  std::optional<handshake::DeflateParameters> deflate;
  std::optional<Side> first_close;
  std::optional<Side> awaits_content;  // a compressed message whose content an Inflated fact will tell
};

void Tracker::Impl::move(Side side, Trigger trigger) {
  const auto next = next_phase(half(side).phase, trigger);
  if (next == half(side).phase)
    return;
  half(side).phase = next;
  emit(State{side, next});
}

void Tracker::Impl::on(const Request& fact) {
  upgraded = false;
  request = head_of(fact);
  for (const auto side : kSides) move(side, Trigger::request);
}

void Tracker::Impl::on(const Response& fact) {
  const bool informational = fact.status >= 100 && fact.status < 200 && fact.status != 101;
  if (informational)
    return;
  const auto response = head_of(fact);
  upgraded = fact.status == 101;
  deflate = upgraded ? handshake::negotiate(request, response).deflate : std::nullopt;
  const auto trigger = handshake::opens_session(request, response) ? Trigger::upgraded : Trigger::refused;
  for (const auto side : kSides) move(side, trigger);
}

void Tracker::Impl::on(const Frame& frame, std::uint64_t seq) {
  if (is_message_opcode(frame.header.opcode))
    on_data(frame, seq);
  else if (frame.header.opcode == wire::Opcode::close)
    on_close(frame, seq);
}

void Tracker::Impl::on_data(const Frame& frame, std::uint64_t seq) {
  auto& assembler = half(frame.from).assembler;
  const bool compressed = deflate && (frame.header.rsv & wire::kRsv1) != 0;
  const bool whole = frame.header.fin && frame.header.opcode != wire::Opcode::continuation;
  if (whole && !compressed && !assembler.under_way())
    tell_whole(frame, seq);
  else if (assembler.add(frame, seq, deflate.has_value()))
    tell_joined(frame.from);
}

void Tracker::Impl::on_close(const Frame& frame, std::uint64_t seq) {
  auto& close = half(frame.from).close;
  if (!close) {
    close = read_close(frame, seq);
    if (!first_close)
      first_close = frame.from;
  }
  move(frame.from, Trigger::close_sent);
}

void Tracker::Impl::tell_whole(const Frame& frame, std::uint64_t seq) {
  Message message;
  message.from = frame.from;
  message.frames.push_back(seq);
  message.text = frame.header.opcode == wire::Opcode::text;
  message.payload = frame.payload.substr(0, limits.max_message);
  message.length = message.wire_length = frame.header.length;
  message.redact = frame.redact;
  emit(std::move(message));
}

void Tracker::Impl::tell_joined(Side from) {
  auto& joined = half(from).assembler.joined();
  if (joined.compressed) {
    awaits_content = from;
    return;
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

void Tracker::Impl::on(const Inflated& inflated) {
  if (awaits_content != inflated.from)
    return;
  awaits_content.reset();
  tell_inflated(inflated.from, inflated);
}

void Tracker::Impl::tell_inflated(Side from, const Inflated& inflated) {
  const auto& joined = half(from).assembler.joined();
  Message message;
  message.from = from;
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
                          for (const auto side : kSides) impl.move(side, Trigger::ended);
                        },
                        [](const auto&) {}},
             event.body);
}

Phase Tracker::phase(Side side) const {
  return impl_->half(side).phase;
}
bool Tracker::upgraded() const {
  return impl_->upgraded;
}
bool Tracker::in_message(Side side) const {
  return impl_->half(side).assembler.under_way();
}
const std::optional<CloseSeen>& Tracker::close_of(Side side) const {
  return impl_->half(side).close;
}
std::optional<Side> Tracker::first_close() const {
  return impl_->first_close;
}

}  // namespace whydrop::session
