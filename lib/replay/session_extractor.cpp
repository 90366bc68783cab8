#include "replay/session_extractor.hpp"

#include "base/text.hpp"
#include "capture/limits.hpp"
#include "replay/words.hpp"
#include "session/heads.hpp"
#include "wire/encoder.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

using namespace session;
using Opcode = wire::Opcode;

constexpr std::string_view kOnlyRaw = "only --raw sends it";
constexpr std::size_t kMostOfDamage = 500;  ///< bytes of what is told of lines before the session
constexpr std::size_t kMostBodies = 1000;   ///< of answers to REST calls before it
constexpr std::size_t kFrameCost = 128;     ///< bytes that a frame takes besides its payload
constexpr std::size_t kMaxControl = 125;
constexpr std::size_t kCloseCode = 2;  ///< bytes before a Close's reason

RecordedFrame recorded(std::uint64_t seq, const Frame& frame) {
  return {seq, frame.header, std::string(frame.payload), frame.cut(), frame.redact};
}

/// True if no endpoint of ours would frame it so. RFC 6455 section 5.2. What RSV1 means depends on the frame.
bool is_odd(const Frame& frame) {
  const wire::FrameHeader& header = frame.header;
  return frame.from == Side::client && (!header.masked || (header.rsv & ~unsigned{wire::kRsv1}) != 0 ||
                                        header.length_form != wire::shortest_form(header.length));
}

std::string cut_words(std::uint64_t have, std::uint64_t length) {
  return fmt::format("only {} of {} bytes were recorded", grouped(have), grouped(length));
}

}  // namespace

SessionExtractor::SessionExtractor(Selection selection, bool frames, std::vector<Entry>& out)
    : selection_(selection), frames_(frames), out_(out) {}

void SessionExtractor::take(const capture::Item& item) {
  std::visit(overloaded{[this](const Event& event) { take_event(event); },
                        [this](const capture::CaptureHeader& header) { take_header(header); },
                        [this](const capture::Damage& damage) { take_damage(damage); }},
             item);
}

void SessionExtractor::take_header(const capture::CaptureHeader& header) {
  end();
  last_seq_ = 0;
  if (++runs_ == selection_.run) {
    header_ = header;
  }
}

void SessionExtractor::take_damage(const capture::Damage& damage) {
  if (runs_ != selection_.run || over_ || damage.note) {
    return;
  }
  if (damage.line == 0) {  // of a file that is not made of lines: no event is lost that has a number
    last_.cut = damage.why;
    return;
  }
  const std::string what = damage.limit ? fmt::format("line {}: {}", damage.line, damage.why)
                           : damage.cut ? fmt::format("line {} is cut: its writer was stopped", damage.line)
                                        : fmt::format("line {} is damaged: {}", damage.line, damage.why);
  if (damage.cut || damage.limit || conn_ == 0) {
    ++last_seq_;
    if (last_.cut.size() < kMostOfDamage) {
      last_.cut.append(last_.cut.empty() ? "" : "; ").append(what);
    }
    return;
  }
  Act act;
  act.kind = Act::Kind::stray;
  act.seq = ++last_seq_;
  act.t_ns = now_ns_;
  act.unreplayable = what;
  give(std::move(act));
}

void SessionExtractor::take_event(const Event& event) {
  if (runs_ != selection_.run || is_opinion(event.body)) {
    return;
  }
  note_gap(event.seq);
  const auto* open = std::get_if<Open>(&event.body);
  conns_ += open != nullptr && open->role == session::Role::websocket ? 1 : 0;
  if (conn_ == 0) {
    take_before(event);
  } else if (event.conn == conn_ && !over_) {
    now_ns_ = event.t_ns;
    take_inside(event);
  }
}

/// Facts are numbered without a gap: what is not there was lost, or taken out.
void SessionExtractor::note_gap(std::uint64_t seq) {
  if (seq > last_seq_ + 1 && !over_) {
    last_.first_absent = last_.absent == 0 ? last_seq_ + 1 : last_.first_absent;
    last_.absent += seq - last_seq_ - 1;
  }
  last_seq_ = seq;
}

bool SessionExtractor::pass_over(const Event& event) {
  const auto& frame = std::get<Frame>(event.body);
  const OpenMessage& side = open_message(Side::client);
  const bool plain = frame.from == Side::client && frame.header.fin && frame.header.rsv == 0 &&
                     (frame.header.opcode == Opcode::text || frame.header.opcode == Opcode::binary);
  const bool inside = conn_ != 0 && event.conn == conn_ && runs_ == selection_.run && !over_;
  const bool whole = !side.under_way && !side.awaits_content && !last_.sent;
  if (!plain || is_odd(frame) || !inside || !whole || event.seq < selection_.from_seq ||
      event.seq > selection_.to_seq) {
    return false;
  }
  note_gap(event.seq);
  now_ns_ = event.t_ns;
  return true;
}

// ---- before the session ---------------------------------------------------------------------------------------------

void SessionExtractor::take_before(const Event& event) {
  if (const auto* open = std::get_if<Open>(&event.body)) {
    if (open->role != session::Role::websocket) {
      calls_[event.conn].url = open->url;
    } else if (!selection_.conn || *selection_.conn == event.conn) {
      Began& began = attempts_[event.conn].began;
      began.conn = event.conn;
      began.open = *open;
    }
    return;
  }
  if (const auto attempt = attempts_.find(event.conn); attempt != attempts_.end()) {
    take_attempt(event, attempt->second);
  } else if (calls_.count(event.conn) != 0) {
    take_call(event);
  }
}

void SessionExtractor::take_call(const Event& event) {
  Called& call = calls_[event.conn];
  call.seq = event.seq;
  if (const auto* request = std::get_if<Request>(&event.body)) {
    call.method = request->start_line.substr(0, request->start_line.find(' '));
    return;
  }
  const auto* response = std::get_if<Response>(&event.body);
  if (response != nullptr) {
    call.status = response->status;
    call.body = out_.size() < kMostBodies ? response->body : std::string();
    call.redact = response->redact;
  }
  if (response != nullptr || std::holds_alternative<Ending>(event.body)) {
    out_.emplace_back(std::move(call));
    calls_.erase(event.conn);
  }
}

void SessionExtractor::take_attempt(const Event& event, Attempt& attempt) {
  if (const auto* ending = std::get_if<Ending>(&event.body)) {
    if (selection_.refused_too && attempt.tracker != nullptr) {
      conn_ = event.conn;
      now_ns_ = event.t_ns;
      out_.emplace_back(std::move(attempt.began));
      give_over(*ending);
    }
    attempts_.erase(event.conn);
    return;
  }
  if (const auto* request = std::get_if<Request>(&event.body)) {
    attempt.began.request = *request;
    attempt.tracker = std::make_unique<Tracker>(Tracker::Limits(), [this](Body&& body) { take_told(body); });
  }
  if (attempt.tracker == nullptr) {
    return;
  }
  const auto* response = std::get_if<Response>(&event.body);
  if (response != nullptr || std::holds_alternative<Request>(event.body)) {
    opened_ = false;
    attempt.tracker->on_fact(event);
  }
  if (response != nullptr) {
    attempt.response = *response;
  }
  if (opened_ || (header_.witness == session::Witness::messages && response != nullptr && response->status == 101)) {
    open(event, attempt);
  } else if (std::holds_alternative<Frame>(event.body)) {
    // Whatever the answer was, frames went.
    open(event, attempt);
    take_inside(event);
  }
}

void SessionExtractor::open(const Event& event, Attempt& attempt) {
  conn_ = event.conn;
  now_ns_ = event.t_ns;
  tracker_ = std::move(attempt.tracker);
  out_.emplace_back(std::move(attempt.began));
  out_.emplace_back(Opened{std::move(attempt.response), event.t_ns});
  attempts_.clear();
  calls_.clear();
}

Error SessionExtractor::none(const std::string& name) const {
  if (runs_ < selection_.run) {
    return {ErrorKind::usage,
            fmt::format("cannot replay {}: no run {} in it", name, selection_.run),
            fmt::format("it holds {}", counted(runs_, "run"))};
  }
  if (selection_.conn) {
    return {ErrorKind::usage,
            fmt::format("cannot replay {}: no WebSocket session opened on connection {}", name, *selection_.conn),
            fmt::format("whydrop inspect {} shows what it holds", name)};
  }
  const std::string why = conns_ == 0 ? "no WebSocket connection in it" : "no WebSocket session opened in it";
  // What nobody can replay, however it is asked for, is the file's fault.
  return {conns_ == 0 || !last_.cut.empty() ? ErrorKind::local : ErrorKind::usage,
          fmt::format("cannot replay {}: {}{}", name, why, last_.cut.empty() ? "" : "; " + last_.cut),
          fmt::format("whydrop inspect {} shows what it holds", name)};
}

// ---- inside the session ---------------------------------------------------------------------------------------------

void SessionExtractor::take_inside(const Event& event) {
  std::visit(overloaded{[&](const Frame& frame) { take_frame(event, frame); },
                        [&](const Inflated& inflated) { take_inflated(event, inflated); },
                        [&](const Partial& partial) { take_partial(event, partial); },
                        [&](const UndecodedBytes& bytes) { take_undecoded(event, bytes); },
                        [&](const Ending& ending) { give_over(ending); },
                        [](const auto&) {}},
             event.body);
}

void SessionExtractor::take_frame(const Event& event, const Frame& frame) {
  const Opcode opcode = frame.header.opcode;
  if (opcode == Opcode::close) {
    take_close(event, frame);
  } else if (opcode == Opcode::ping || opcode == Opcode::pong) {
    take_control(event, frame);
  } else if (wire::is_reserved(opcode)) {
    give_stray(
        event,
        frame,
        fmt::format("a frame with the opcode {}, which means nothing: {}", static_cast<unsigned>(opcode), kOnlyRaw));
  } else {
    take_data(event, frame);
  }
}

void SessionExtractor::take_data(const Event& event, const Frame& frame) {
  OpenMessage& side = open_message(frame.from);
  lose_content(frame.from);
  const bool first = frame.header.opcode != Opcode::continuation;
  if (first && side.under_way) {
    drop_message(frame.from, "the next message began before its last fragment");
  }
  if (!first && !side.under_way) {
    return give_stray(event, frame, fmt::format("a continuation of no message: {}", kOnlyRaw));
  }
  if (first && frame.header.fin && (frame.header.rsv & wire::kRsv1) == 0) {
    return take_whole(event, frame);
  }
  if (first) {
    side.seq = event.seq;
    side.fragments = 0;
    side.text = frame.header.opcode == Opcode::text;
    side.marked = (frame.header.rsv & wire::kRsv1) != 0;
  }
  ++side.fragments;
  side.t_ns = event.t_ns;
  side.under_way = !frame.header.fin;
  side.awaits_content = frame.header.fin;
  note_frame(event, frame);
  tracker_->on_fact(event);
  side.awaits_content = side.awaits_content && tracker_->last_frame_deflated(frame.from);
}

/// What most messages are: one frame, told as it is.
void SessionExtractor::take_whole(const Event& event, const Frame& frame) {
  if (frame.from == Side::server) {
    const bool cut = frame.payload.size() < frame.header.length;
    out_.emplace_back(
        std::in_place_type<Heard>,
        Heard{
            event.seq, event.t_ns, frame.header.opcode == Opcode::text, cut, std::string(frame.payload), frame.redact});
    return;
  }
  Act act;
  act.kind = frame.header.opcode == Opcode::text ? Act::Kind::text : Act::Kind::binary;
  act.seq = event.seq;
  act.t_ns = event.t_ns;
  act.payload = frame.payload;
  act.redact = frame.redact;
  act.odd = is_odd(frame);
  if (frame.payload.size() < frame.header.length) {
    act.unreplayable = cut_words(frame.payload.size(), frame.header.length);
  }
  if (frames_) {
    act.frames.push_back(recorded(event.seq, frame));
  }
  give(std::move(act));
}

/// What the tracker tells of a message that is no single plain frame, or of the handshake.
void SessionExtractor::take_told(const Body& body) {
  if (const auto* message = std::get_if<Message>(&body)) {
    on_message(*message);
  } else if (const auto* inflated = std::get_if<Inflated>(&body)) {
    inflate_error_ = inflated->error;
  } else if (const auto* state = std::get_if<State>(&body)) {
    opened_ = opened_ || state->phase == Phase::open;
  }
}

void SessionExtractor::on_message(const Message& message) {
  OpenMessage& side = open_message(message.from);
  side.awaits_content = false;
  const bool cut = message.payload.size() < message.length;
  if (message.from == Side::server) {
    out_.emplace_back(Heard{side.seq, now_ns_, message.text, cut, std::string(message.payload), message.redact});
    return;
  }
  Act act = begin_act(side);
  act.payload = message.payload;
  act.redact = message.redact;
  act.compressed = message.compressed;
  act.odd = act.odd || (side.marked && !message.compressed);
  if (!inflate_error_.empty()) {
    act.unreplayable = "its compressed content could not be inflated: " + inflate_error_;
  } else if (cut) {
    act.unreplayable = cut_words(message.payload.size(), message.length);
  }
  inflate_error_.clear();
  give(std::move(act));
}

Act SessionExtractor::begin_act(OpenMessage& side) {
  Act act;
  act.kind = side.text ? Act::Kind::text : Act::Kind::binary;
  act.seq = side.seq;
  act.t_ns = side.t_ns;
  act.fragments = side.fragments;
  act.odd = std::exchange(side.odd, false);
  act.frames = std::exchange(side.frames, {});
  if (std::exchange(side.held, 0) > capture::kMaxContent) {
    act.unreplayable = "its frames are more than 64 MiB together";
  }
  return act;
}

void SessionExtractor::take_inflated(const Event& event, const Inflated& inflated) {
  if (open_message(inflated.from).awaits_content) {
    inflate_error_ = inflated.error;
    tracker_->on_fact(event);
  }
}

/// A compressed message was whole, and nothing told its content.
void SessionExtractor::lose_content(Side from) {
  OpenMessage& side = open_message(from);
  if (std::exchange(side.awaits_content, false)) {
    if (from == Side::server) {
      out_.emplace_back(Heard{side.seq, side.t_ns, side.text, true, {}, {}});
      return;
    }
    Act act = begin_act(side);
    act.compressed = true;
    act.unreplayable = "its compressed content was not recorded";
    give(std::move(act));
  }
}

/// A message ended before its last fragment. As frames it can be sent again; as a message it was none.
void SessionExtractor::drop_message(Side from, std::string why) {
  OpenMessage& side = open_message(from);
  if (!std::exchange(side.under_way, false) || from == Side::server) {
    return;
  }
  Act act = begin_act(side);
  const bool whole = std::none_of(act.frames.begin(), act.frames.end(), [](const auto& frame) { return frame.cut; });
  if (!frames_ || !whole) {
    act.unreplayable = why + (frames_ ? "" : fmt::format(": {}", kOnlyRaw));
  }
  give(std::move(act));
}

void SessionExtractor::note_frame(const Event& event, const Frame& frame) {
  OpenMessage& side = open_message(frame.from);
  side.odd = side.odd || is_odd(frame);
  if (!frames_ || frame.from == Side::server) {
    return;
  }
  side.held += frame.payload.size() + kFrameCost;
  if (side.held <= capture::kMaxContent) {
    side.frames.push_back(recorded(event.seq, frame));
  }
}

void SessionExtractor::take_control(const Event& event, const Frame& frame) {
  const bool ping = frame.header.opcode == Opcode::ping;
  if (frame.from == Side::server) {
    if (ping) {
      pings_.on_ping(frame.payload, event.t_ns, event.seq);
    }
    return;
  }
  // An endpoint answers a ping by itself (RFC 6455 section 5.5.3): such a pong is nobody's act.
  if (!ping && pings_.on_pong(frame.payload, event.t_ns)) {
    return;
  }
  Act act;
  act.kind = ping ? Act::Kind::ping : Act::Kind::pong;
  act.redact = frame.redact;
  act.payload = frame.payload;
  if (!frames_ && (!frame.header.fin || frame.header.length > kMaxControl)) {
    act.unreplayable = fmt::format("a control frame may not be so: {}", kOnlyRaw);
  }
  give_frame(event, frame, std::move(act));
}

void SessionExtractor::take_close(const Event& event, const Frame& frame) {
  const bool answer = last_.received.has_value();
  auto& seen = frame.from == Side::client ? last_.sent : last_.received;
  if (!seen) {
    seen = read_close(frame.payload, event.seq);
  }
  if (frame.from == Side::server || answer) {
    return;
  }
  lose_content(Side::client);
  drop_message(Side::client, "the session was closed before its last fragment");
  Act act;
  act.kind = Act::Kind::close;
  const CloseSeen close = read_close(frame.payload, event.seq);
  act.close_code = close.code;
  act.payload = close.reason;
  act.redact = frame.redact;
  for (RedactSpan& span : act.redact) {
    span.at -= std::min<std::uint64_t>(span.at, kCloseCode);
  }
  give_frame(event, frame, std::move(act));
}

/// Gives an act of one frame that is no data; where frames are told, it stays where it was among a message's fragments.
void SessionExtractor::give_frame(const Event& event, const Frame& frame, Act&& act) {
  act.seq = event.seq;
  act.t_ns = event.t_ns;
  act.odd = is_odd(frame) || (frame.header.rsv & wire::kRsv1) != 0;
  if (frame.cut()) {
    act.unreplayable = cut_words(frame.payload.size(), frame.header.length);
  }
  if (frames_ && open_message(Side::client).under_way && act.unreplayable.empty()) {
    note_frame(event, frame);
    return;
  }
  if (frames_) {
    act.frames.push_back(recorded(event.seq, frame));
  }
  give(std::move(act));
}

void SessionExtractor::give_stray(const Event& event, const Frame& frame, std::string why) {
  if (frame.from == Side::server) {
    return;
  }
  Act act;
  act.kind = Act::Kind::stray;
  act.payload = frame.payload;
  act.redact = frame.redact;
  act.unreplayable = frames_ ? std::string() : std::move(why);
  give_frame(event, frame, std::move(act));
}

void SessionExtractor::take_partial(const Event& event, const Partial& partial) {
  if (partial.from == Side::server) {
    return;
  }
  lose_content(Side::client);
  drop_message(Side::client, "the recording ends before its last fragment");
  Act act;
  act.kind = Act::Kind::stray;
  act.seq = event.seq;
  act.t_ns = event.t_ns;
  act.payload = partial.has_header ? partial.payload : partial.bytes;
  act.redact = partial.redact;
  const std::uint64_t came = partial.have - std::min<std::uint64_t>(partial.have, partial.bytes.size());
  if (partial.payload.size() < came) {
    act.unreplayable = cut_words(partial.payload.size(), came);
  } else if (!frames_) {
    act.unreplayable = fmt::format("a part of a frame: {}", kOnlyRaw);
  } else if (partial.has_header) {
    act.frames.push_back({event.seq, partial.header, std::string(partial.payload), true, partial.redact});
  }
  give(std::move(act));
}

void SessionExtractor::take_undecoded(const Event& event, const UndecodedBytes& bytes) {
  if (bytes.from == Side::server) {
    return;
  }
  Act act;
  act.kind = Act::Kind::stray;
  act.seq = event.seq;
  act.t_ns = event.t_ns;
  act.payload = bytes.bytes;
  if (bytes.bytes.size() < bytes.length) {
    act.unreplayable = cut_words(bytes.bytes.size(), bytes.length);
  } else if (!frames_) {
    act.unreplayable = fmt::format("bytes that are no frame: {}", kOnlyRaw);
  }
  give(std::move(act));
}

void SessionExtractor::give(Act&& act) {
  if (act.seq < selection_.from_seq || act.seq > selection_.to_seq) {
    return;
  }
  if (last_.sent && act.kind != Act::Kind::close && act.unreplayable.empty() && !frames_) {
    act.unreplayable = fmt::format("it was sent after the Close: {}", kOnlyRaw);
  }
  const bool fits = std::all_of(act.redact.begin(), act.redact.end(), [&act](const RedactSpan& span) {
    return span.at <= act.payload.size() && span.length <= act.payload.size() - span.at;
  });
  if (!fits && act.unreplayable.empty()) {
    act.unreplayable = "a masked part is said to stand outside of it";
  }
  out_.emplace_back(std::in_place_type<Act>, std::move(act));
}

void SessionExtractor::give_over(std::optional<Ending> ending) {
  for (const Side side : {Side::client, Side::server}) {
    lose_content(side);
    drop_message(side, "the recording ends before its last fragment");
  }
  over_ = true;
  last_.ending = std::move(ending);
  last_.t_ns = now_ns_;
  out_.emplace_back(last_);
}

void SessionExtractor::end() {
  if (conn_ != 0 && !over_) {
    give_over(std::nullopt);
  }
}

}  // namespace whydrop::replay
