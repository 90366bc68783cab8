#include "engine/pipeline.hpp"

#include "capture/decode.hpp"
#include "engine/body_excerpt.hpp"
#include "engine/connection.hpp"
#include "engine/fan_out.hpp"
#include "engine/sleepers.hpp"

#include <algorithm>
#include <cassert>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace whydrop::engine {
namespace {

using session::Body;
using session::Event;
using session::Side;

/// Bytes that came while an event was being told (an actor's answer): they wait for their turn.
struct Waiting {
  std::uint32_t conn;
  Side from;
  std::string bytes;
  std::int64_t t_ns;
};

/// Recorded connections that are awake, at most, as far as those beyond only began: they sleep until more comes of
/// them.
constexpr std::size_t kMostAwake = 256;

/// The lane of plain data frames, each a message by itself: one frame and one message, filled anew for each, so that
/// nothing is made or moved.
struct Lane {
  Event frame{0, 0, 0, session::Frame()}, message{0, 0, 0, session::Message()};
  TextScan scan;

  session::Frame& fact() { return *std::get_if<session::Frame>(&frame.body); }
  session::Message& told() { return *std::get_if<session::Message>(&message.body); }
};

/// What sinks are given of an event, where that is less than was seen; null where it is all of it.
template <typename Fact>
std::optional<Body> with_excerpt(const Fact& fact) {
  if (fact.body.size() <= kBodyExcerpt) {
    return std::nullopt;
  }
  Fact shown = fact;
  shown.body = body_excerpt(fact.body);
  return shown;
}

}  // namespace

struct Pipeline::Impl {
  explicit Impl(PipelineOptions given)
      : options(std::move(given)), redactor(options.secrets, options.reveal), diagnoser(options.expectation) {
    for (const std::string& key : options.secret_keys) {
      redactor.add_key(key);
    }
    if (options.judge) {
      for (const auto& key : options.judge->profile().secret_keys) {
        redactor.add_key(key);
      }
    }
    if (options.bindings != nullptr) {
      learn_secrets(*options.bindings);
    }
    sinks.on_error = options.on_sink_error;
  }
  ~Impl() {
    if (options.bindings != nullptr) {
      options.bindings->on_secret(nullptr);
    }
  }

  void learn_secrets(profile::Bindings& bindings);
  /// What there is of a connection.
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::function<void(const Event&)> observer;
    Beginning beginning;                                     ///< of a recorded one
    std::optional<std::list<std::uint32_t>::iterator> turn;  ///< in `idle`
  };
  Connection& connection(std::uint32_t conn) { return *slot(conn, options.bindings).connection; }
  Slot& slot(std::uint32_t conn, profile::Bindings* bindings);
  Slot* find(std::uint32_t conn);
  void erase(std::uint32_t conn);
  void process(std::uint32_t conn, Side from, std::string_view bytes, std::int64_t t_ns);
  void drain();
  void tell_fact(std::uint32_t conn, Body&& body) { tell_fact(conn, std::move(body), now_ns); }
  void tell_fact(std::uint32_t conn, Body&& body, std::int64_t t_ns);
  void tell_frame(std::uint32_t conn, Side from, const wire::Frame& frame, std::int64_t t_ns);
  void tell_recorded(const Event& event);
  void tell_awake(const Event& event);
  void wake(std::uint32_t conn);
  void rest();
  void tell(const Event& event);
  bool tell_whole(const Event& event);
  bool show_plain(const Event& event, const session::Frame& frame);
  void annotate(const Event& event);
  void note_recognised(std::uint32_t conn) { note_recognised(conn, connection(conn).opinions()); }
  void note_recognised(std::uint32_t conn, Opinions& of_connection);
  void tell_derived(std::uint32_t conn, std::int64_t t_ns);
  void judge(const Event& event);
  void tell_opinions(const Event& event);
  void observe(const Event& event);
  void show(const Event& event);
  void show_trimmed(const Event& event);
  std::optional<Body> trimmed(const Event& event);
  void show_to_sinks(const Event& event);
  void note_tokens(std::uint32_t conn);
  const profile::Checker* profile_checker(std::uint32_t conn) const;
  session::Verdict conclude(std::uint32_t conn);
  void end_open_recordings();

  PipelineOptions options;
  capture::Redactor redactor;
  diagnose::Diagnoser diagnoser;
  FanOut sinks;

  std::map<std::uint32_t, Slot> connections;
  Sleepers sleepers;
  std::list<std::uint32_t> idle;  ///< recorded connections that are awake and only began, those idle for longest first
  bool muted = false;             ///< sinks know what is told
  Slot* last_slot = nullptr;      ///< of the connection asked for last: nearly always the next one's as well
  std::uint32_t last_asked = 0;
  Lane lane;
  std::uint32_t last_conn = 0;
  std::uint64_t last_seq = 0;
  std::int64_t now_ns = 0, last_told_ns = 0;
  std::vector<Body> derived;   ///< what the tracker made of the fact that is being told
  std::vector<Body> opinions;  ///< what rules and profile say of the event that was told last
  std::deque<Waiting> waiting;
  bool busy = false;
};

/// Values of secret variables are masked from when they are known.
void Pipeline::Impl::learn_secrets(profile::Bindings& bindings) {
  bindings.on_secret([this](const std::string& variable, const std::string& value) {
    redactor.add({variable, value});
    if (options.on_secret) {
      options.on_secret({variable, value});
    }
  });
  for (auto& [variable, value] : bindings.secrets()) {
    redactor.add({variable, value});
  }
}

/// Null for a connection that is not known.
Pipeline::Impl::Slot* Pipeline::Impl::find(std::uint32_t conn) {
  if (last_slot == nullptr || last_asked != conn) {
    const auto found = connections.find(conn);
    last_slot = found != connections.end() ? &found->second : nullptr;
    last_asked = conn;
  }
  return last_slot;
}

Pipeline::Impl::Slot& Pipeline::Impl::slot(std::uint32_t conn, profile::Bindings* bindings) {
  if (Slot* known = find(conn)) {
    return *known;
  }
  Slot& slot = connections[conn];
  last_slot = &slot;
  Connection::Outputs outputs;
  outputs.fact = [this, conn](Body&& body, std::int64_t t_ns) { tell_fact(conn, std::move(body), t_ns); };
  outputs.frame = [this, conn](Side from, const wire::Frame& frame, std::int64_t t_ns) {
    tell_frame(conn, from, frame, t_ns);
  };
  outputs.derived = [this](Body&& body) { derived.push_back(std::move(body)); };
  outputs.opinion = [this](Body&& body) { opinions.push_back(std::move(body)); };
  const Opinions::Shared shared{options.judge.get(), bindings, options.dialects};
  slot.connection = std::make_unique<Connection>(
      std::max(options.max_payload, options.limits.max_message), options.limits, shared, std::move(outputs));
  last_conn = std::max(last_conn, conn);
  return slot;
}

void Pipeline::Impl::erase(std::uint32_t conn) {
  if (const Slot* known = find(conn); known != nullptr && known->turn) {
    idle.erase(*known->turn);
  }
  connections.erase(conn);
  last_slot = nullptr;
}

/// A fact that is told late keeps its time, unless another one came in between: times do not go back.
void Pipeline::Impl::tell_fact(std::uint32_t conn, Body&& body, std::int64_t t_ns) {
  last_told_ns = t_ns < now_ns ? std::max(last_told_ns, t_ns) : t_ns;
  tell(Event{++last_seq, last_told_ns, conn, std::move(body)});
}

/// The frame in hand as an Event, without making one.
void Pipeline::Impl::tell_frame(std::uint32_t conn, Side from, const wire::Frame& frame, std::int64_t t_ns) {
  last_told_ns = t_ns < now_ns ? std::max(last_told_ns, t_ns) : t_ns;
  Event& event = lane.frame;
  event.seq = ++last_seq;
  event.t_ns = last_told_ns;
  event.conn = conn;
  session::Frame& fact = lane.fact();
  fact.from = from;
  fact.header = frame.header;
  fact.offset = frame.offset;
  fact.payload = frame.payload;
  fact.seen = nullptr;
  if (frame.header.opcode == wire::Opcode::text && frame.header.rsv == 0 && frame.payload.size() <= TextScan::kMost) {
    lane.scan.look(frame.payload);
    fact.seen = &lane.scan;
  }
  tell(event);
}

/// Messages are named, and answers read, before the fact that completes them is shown: it may give a secret that must
/// be masked in it.
void Pipeline::Impl::annotate(const Event& event) {
  Opinions& of_connection = connection(event.conn).opinions();
  if (const auto* response = std::get_if<session::Response>(&event.body)) {
    of_connection.learn(*response);
  }
  for (Body& body : derived) {
    if (auto* message = std::get_if<session::Message>(&body)) {
      of_connection.annotate(*message);
    }
  }
}

/// A profile that was recognised is used from the fact on that settled it, which may be the last.
void Pipeline::Impl::note_recognised(std::uint32_t conn, Opinions& of_connection) {
  if (!of_connection.has_recognised()) {
    return;
  }
  auto found = of_connection.take_recognised();
  for (const auto& key : found->profile->secret_keys) {
    redactor.add_key(key);
  }
  diagnoser.recognise(conn, std::move(found));
}

/// The one order of things: what rules and profile say of an event follows it at once, before what the tracker made of
/// it, as when a capture is read.
void Pipeline::Impl::tell(const Event& event) {
  if (tell_whole(event)) {
    return;
  }
  connection(event.conn).tracker().on_fact(event);
  annotate(event);
  note_recognised(event.conn);
  show(event);
  judge(event);
  note_recognised(event.conn);
  tell_derived(event.conn, event.t_ns);
}

/// The same for a frame that is a message by itself: nearly all of a long session. False if it is none.
bool Pipeline::Impl::tell_whole(const Event& event) {
  const auto* frame = std::get_if<session::Frame>(&event.body);
  if (frame == nullptr) {
    return false;
  }
  Connection& of = connection(event.conn);
  if (!of.tracker().take_whole(*frame, event.seq, lane.told())) {
    return false;
  }
  lane.message.seq = event.seq;
  lane.message.t_ns = event.t_ns;
  lane.message.conn = event.conn;
  Opinions& of_connection = of.opinions();
  of_connection.annotate(lane.told());
  note_recognised(event.conn, of_connection);
  observe(event);
  const bool unmasked = show_plain(event, *frame);
  of_connection.on_plain_frame(event);
  tell_opinions(event);
  note_recognised(event.conn, of_connection);
  observe(lane.message);
  // Its bytes are the frame's.
  const bool known = unmasked && lane.told().errors.empty() && lane.told().payload.size() == frame->payload.size();
  const Event& shown = known ? lane.message : redactor.redact(lane.message);
  diagnoser.on_event(shown);
  sinks.on_message(shown);
  note_tokens(event.conn);
  of_connection.on_plain_message(lane.message);
  tell_opinions(lane.message);
  return true;
}

/// True if sinks are shown the frame as it is.
bool Pipeline::Impl::show_plain(const Event& event, const session::Frame& frame) {
  if (frame.payload.size() > options.max_payload) {
    show_trimmed(event);
    return false;
  }
  const Event& shown = redactor.redact(event);
  diagnoser.on_event(shown);
  sinks.on_frame(shown);
  note_tokens(event.conn);
  return &shown == &event;
}

/// States and messages follow the fact that they come from.
void Pipeline::Impl::tell_derived(std::uint32_t conn, std::int64_t t_ns) {
  for (Body& body : derived) {
    const bool fact = std::holds_alternative<session::Inflated>(body);
    const Event event{fact ? ++last_seq : last_seq, t_ns, conn, std::move(body)};
    show(event);
    judge(event);
  }
  derived.clear();
}

void Pipeline::Impl::judge(const Event& event) {
  connection(event.conn).opinions().on_event(event);
  tell_opinions(event);
}

void Pipeline::Impl::tell_opinions(const Event& event) {
  for (Body& opinion : opinions) {
    show(Event{last_seq, event.t_ns, event.conn, std::move(opinion)});
  }
  opinions.clear();
}

void Pipeline::Impl::observe(const Event& event) {
  if (const Slot* known = find(event.conn); known != nullptr && known->observer) {
    known->observer(event);
  }
}

void Pipeline::Impl::show(const Event& event) {
  observe(event);
  show_trimmed(event);
}

void Pipeline::Impl::show_trimmed(const Event& event) {
  if (auto body = trimmed(event)) {
    show_to_sinks(Event{event.seq, event.t_ns, event.conn, std::move(*body)});
  } else {
    show_to_sinks(event);
  }
}

/// Sinks get less than was seen of content that an Inflated fact tells, of what is longer than --max-payload, and of
/// long bodies. Null where they get all.
std::optional<Body> Pipeline::Impl::trimmed(const Event& event) {
  if (const auto* frame = std::get_if<session::Frame>(&event.body)) {
    const bool told_inflated = frame->has_payload && connection(event.conn).tracker().last_frame_deflated(frame->from);
    if (!told_inflated && frame->payload.size() <= options.max_payload) {
      return std::nullopt;
    }
    session::Frame shown = *frame;
    shown.has_payload = frame->has_payload && !told_inflated;
    shown.payload = told_inflated ? std::string_view() : frame->payload.substr(0, options.max_payload);
    return shown;
  }
  if (const auto* inflated = std::get_if<session::Inflated>(&event.body)) {
    if (inflated->content.size() <= options.max_payload) {
      return std::nullopt;
    }
    session::Inflated shown = *inflated;
    shown.content = inflated->content.substr(0, options.max_payload);
    return shown;
  }
  if (const auto* partial = std::get_if<session::Partial>(&event.body)) {
    if (partial->payload.size() <= options.max_payload) {
      return std::nullopt;
    }
    session::Partial shown = *partial;
    shown.payload = partial->payload.substr(0, options.max_payload);
    return shown;
  }
  if (const auto* request = std::get_if<session::Request>(&event.body)) {
    return with_excerpt(*request);
  }
  const auto* response = std::get_if<session::Response>(&event.body);
  return response != nullptr ? with_excerpt(*response) : std::nullopt;
}

void Pipeline::Impl::show_to_sinks(const Event& event) {
  const Event& shown = redactor.redact(event);
  // A verdict is what the diagnosis ends with; taken for an event it would begin the connection anew.
  if (!std::holds_alternative<session::Verdict>(event.body)) {
    diagnoser.on_event(shown);
  }
  if (!muted) {
    sinks.on_event(shown);
  }
  note_tokens(event.conn);
}

void Pipeline::Impl::note_tokens(std::uint32_t conn) {
  if (!redactor.has_news()) {
    return;
  }
  if (redactor.take_over_limit() && options.on_secrets_over) {
    options.on_secrets_over();
  }
  for (auto& token : redactor.take_tokens()) {
    show_to_sinks(Event{++last_seq, now_ns, conn, std::move(token)});
  }
}

void Pipeline::Impl::process(std::uint32_t conn, Side from, std::string_view bytes, std::int64_t t_ns) {
  now_ns = t_ns;
  connection(conn).on_bytes(from, bytes, t_ns);
}

void Pipeline::Impl::drain() {
  while (!waiting.empty()) {
    const Waiting next = std::move(waiting.front());
    waiting.pop_front();
    process(next.conn, next.from, next.bytes, next.t_ns);
  }
}

/// Null for a connection that is not known, or for which no profile was named.
const profile::Checker* Pipeline::Impl::profile_checker(std::uint32_t conn) const {
  const auto found = connections.find(conn);
  return found == connections.end() ? nullptr : found->second.connection->opinions().profile();
}

session::Verdict Pipeline::Impl::conclude(std::uint32_t conn) {
  const Slot* known = find(conn);
  if (const auto* checker = known != nullptr ? known->connection->opinions().checker() : nullptr) {
    diagnoser.set_state(conn, checker->state());
  }
  auto verdict = diagnoser.conclude(conn);
  show_to_sinks(Event{last_seq, now_ns, conn, verdict});
  return verdict;
}

/// What is known of a connection that slept is told again to all but the sinks, which know it.
void Pipeline::Impl::wake(std::uint32_t conn) {
  const auto lines = sleepers.take(conn);
  if (!lines) {
    return;
  }
  const auto seq = std::exchange(last_seq, 0);
  const auto now = std::exchange(now_ns, 0);
  muted = true;
  capture::LineDecoder decoder;
  for (std::string_view rest = *lines; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const capture::Line line = decoder.decode(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    if (const auto* event = std::get_if<Event>(&line)) {
      tell_awake(*event);
    }
  }
  muted = false;
  last_seq = seq;
  now_ns = now;
}

void Pipeline::Impl::tell_awake(const Event& event) {
  last_seq = event.seq;
  now_ns = event.t_ns;
  tell(event);
  Slot& of = slot(event.conn, options.bindings);
  const bool only_began = of.beginning.add(event);
  if (of.turn) {
    idle.erase(*of.turn);
  }
  of.turn = only_began ? std::optional(idle.insert(idle.end(), event.conn)) : std::nullopt;
}

/// Sends those to sleep that were idle for longest.
void Pipeline::Impl::rest() {
  while (connections.size() > kMostAwake && !idle.empty()) {
    const std::uint32_t conn = idle.front();
    sleepers.put(conn, find(conn)->beginning);
    diagnoser.forget(conn);
    erase(conn);
  }
}

void Pipeline::Impl::tell_recorded(const Event& event) {
  wake(event.conn);
  tell_awake(event);
  if (std::holds_alternative<session::Ending>(event.body)) {
    conclude(event.conn);
    erase(event.conn);
  }
  rest();
}

/// A capture that stops in mid-session (its writer was killed) has no Ending of its own.
void Pipeline::Impl::end_open_recordings() {
  while (!connections.empty() || sleepers.first()) {
    const std::uint32_t asleep = sleepers.first().value_or(UINT32_MAX);
    const auto conn = connections.empty() ? asleep : std::min(connections.begin()->first, asleep);
    session::Ending ending;
    ending.how = session::EndingHow::capture_ended;
    tell_recorded(Event{last_seq + 1, now_ns, conn, std::move(ending)});
  }
}

Pipeline::Pipeline(PipelineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Pipeline::~Pipeline() = default;

void Pipeline::add_sink(session::EventSink& sink) {
  impl_->sinks.add(sink);
}

std::uint32_t Pipeline::begin(session::Open open, std::int64_t t_ns, ConnectionParts parts) {
  const auto conn = impl_->last_conn + 1;
  impl_->now_ns = t_ns;
  impl_->slot(conn, parts.bindings != nullptr ? parts.bindings : impl_->options.bindings);
  impl_->tell_fact(conn, std::move(open));
  impl_->slot(conn, nullptr).observer = std::move(parts.observer);
  return conn;
}

void Pipeline::unobserve(std::uint32_t conn) {
  if (auto* known = impl_->find(conn)) {
    known->observer = nullptr;
  }
}

void Pipeline::on_bytes(std::uint32_t conn, Side from, std::string_view bytes, std::int64_t t_ns) {
  if (impl_->busy) {
    impl_->waiting.push_back({conn, from, std::string(bytes), t_ns});
    return;
  }
  impl_->busy = true;
  impl_->process(conn, from, bytes, t_ns);
  impl_->drain();
  impl_->busy = false;
}

void Pipeline::on_fact(std::uint32_t conn, Body fact, std::int64_t t_ns) {
  impl_->now_ns = t_ns;
  impl_->tell_fact(conn, std::move(fact));
}

void Pipeline::on_finding(std::uint32_t conn, session::Finding finding, std::int64_t t_ns) {
  impl_->now_ns = t_ns;
  impl_->show(Event{impl_->last_seq, t_ns, conn, std::move(finding)});
}

void Pipeline::add_secret(capture::Secret secret) {
  impl_->redactor.add(secret);
}

std::vector<session::Finding> Pipeline::preview(
    std::uint32_t conn, bool text, std::string_view payload, std::int64_t t_ns, unsigned frames) const {
  const auto* checker = impl_->profile_checker(conn);
  if (checker == nullptr) {
    return {};
  }
  auto findings = checker->preview(text, payload, t_ns, frames);
  for (auto& finding : findings) {
    finding.says = impl_->redactor.redact_text(finding.says);
    finding.fix = impl_->redactor.redact_text(finding.fix);
  }
  return findings;
}

bool Pipeline::ready(std::uint32_t conn) const {
  const auto* checker = impl_->profile_checker(conn);
  return checker == nullptr || checker->ready();
}

std::shared_ptr<const profile::Recognised> Pipeline::recognised(std::uint32_t conn) const {
  return impl_->connection(conn).opinions().recognised();
}

std::uint64_t Pipeline::last_seq() const {
  return impl_->last_seq;
}

session::Verdict Pipeline::end(std::uint32_t conn, session::Ending ending, std::int64_t t_ns) {
  assert(!impl_->busy);
  impl_->now_ns = t_ns;
  impl_->connection(conn).on_end(t_ns);
  impl_->tell_fact(conn, std::move(ending));
  auto verdict = impl_->conclude(conn);
  impl_->erase(conn);
  return verdict;
}

void Pipeline::on_recorded(const Event& event) {
  if (!session::is_opinion(event.body)) {
    impl_->tell_recorded(event);
  }
}

session::Verdict Pipeline::finish(std::int64_t t_ns) {
  impl_->now_ns = std::max(impl_->now_ns, t_ns);
  impl_->end_open_recordings();
  auto verdict = impl_->diagnoser.conclude_run();
  impl_->show_to_sinks(Event{impl_->last_seq, impl_->now_ns, 0, verdict});
  flush();
  return verdict;
}

bool Pipeline::in_frame(std::uint32_t conn, Side from) const {
  return impl_->connection(conn).in_frame(from);
}

std::optional<std::uint64_t> Pipeline::frame_under_way(std::uint32_t conn, Side from) const {
  return impl_->connection(conn).frame_under_way(from);
}

std::uint16_t Pipeline::early_fail_code(std::uint32_t conn, Side from) const {
  return impl_->connection(conn).early_fail_code(from);
}

bool Pipeline::upgraded(std::uint32_t conn) const {
  return impl_->connection(conn).upgraded();
}

void Pipeline::flush() {
  impl_->sinks.flush();
}

const std::vector<Error>& Pipeline::sink_errors() const {
  return impl_->sinks.errors();
}

std::string Pipeline::redact_text(std::string_view text) const {
  return impl_->redactor.redact_text(text);
}

}  // namespace whydrop::engine
