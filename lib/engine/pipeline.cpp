#include "engine/pipeline.hpp"

#include "engine/body_excerpt.hpp"
#include "engine/connection.hpp"

#include <algorithm>
#include <cassert>
#include <deque>
#include <map>
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

/// Gives every event to each sink in turn. One that fails gets no more, and its error is remembered.
class FanOut {
 public:
  void add(session::EventSink& sink) { sinks_.push_back({&sink}); }
  void on_event(const Event& event) {
    each([&](session::EventSink& sink) { return sink.on_event(event); });
  }
  void flush() {
    each([](session::EventSink& sink) { return sink.flush(); });
  }
  const std::vector<Error>& errors() const { return errors_; }

 private:
  struct Sink {
    session::EventSink* to;
    bool failed = false;
  };

  template <typename Give>
  void each(Give give) {
    for (Sink& sink : sinks_) {
      if (sink.failed) {
        continue;
      }
      if (auto given = give(*sink.to); !given) {
        sink.failed = true;
        errors_.push_back(given.error());
      }
    }
  }

  std::vector<Sink> sinks_;
  std::vector<Error> errors_;
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
  }
  ~Impl() {
    if (options.bindings != nullptr) {
      options.bindings->on_secret(nullptr);
    }
  }

  void learn_secrets(profile::Bindings& bindings);
  Connection& connection(std::uint32_t conn) { return connection(conn, options.bindings); }
  Connection& connection(std::uint32_t conn, profile::Bindings* bindings);
  void process(std::uint32_t conn, Side from, std::string_view bytes, std::int64_t t_ns);
  void drain();
  void tell_fact(std::uint32_t conn, Body&& body) { tell_fact(conn, std::move(body), now_ns); }
  void tell_fact(std::uint32_t conn, Body&& body, std::int64_t t_ns);
  void tell_recorded(const Event& event);
  void tell(const Event& event);
  void annotate(const Event& event);
  void note_recognised(std::uint32_t conn);
  void tell_derived(std::uint32_t conn, std::int64_t t_ns);
  void judge(const Event& event);
  void show(const Event& event);
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
  std::map<std::uint32_t, std::function<void(const Event&)>> observers;  ///< by connection

  std::map<std::uint32_t, std::unique_ptr<Connection>> connections;
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

Connection& Pipeline::Impl::connection(std::uint32_t conn, profile::Bindings* bindings) {
  auto& slot = connections[conn];
  if (!slot) {
    Connection::Outputs outputs;
    outputs.fact = [this, conn](Body&& body, std::int64_t t_ns) { tell_fact(conn, std::move(body), t_ns); };
    outputs.derived = [this](Body&& body) { derived.push_back(std::move(body)); };
    outputs.opinion = [this](Body&& body) { opinions.push_back(std::move(body)); };
    const Opinions::Shared shared{options.judge.get(), bindings, options.dialects};
    slot = std::make_unique<Connection>(
        std::max(options.max_payload, options.limits.max_message), options.limits, shared, std::move(outputs));
    last_conn = std::max(last_conn, conn);
  }
  return *slot;
}

/// A fact that is told late keeps its time, unless another one came in between: times do not go back.
void Pipeline::Impl::tell_fact(std::uint32_t conn, Body&& body, std::int64_t t_ns) {
  last_told_ns = t_ns < now_ns ? std::max(last_told_ns, t_ns) : t_ns;
  tell(Event{++last_seq, last_told_ns, conn, std::move(body)});
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
void Pipeline::Impl::note_recognised(std::uint32_t conn) {
  if (auto found = connection(conn).opinions().take_recognised()) {
    for (const auto& key : found->profile->secret_keys) {
      redactor.add_key(key);
    }
    diagnoser.recognise(conn, std::move(found));
  }
}

/// The one order of things: what rules and profile say of an event follows it at once, before what the tracker made of
/// it, as when a capture is read.
void Pipeline::Impl::tell(const Event& event) {
  connection(event.conn).tracker().on_fact(event);
  annotate(event);
  note_recognised(event.conn);
  show(event);
  judge(event);
  note_recognised(event.conn);
  tell_derived(event.conn, event.t_ns);
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
  for (Body& opinion : opinions) {
    show(Event{last_seq, event.t_ns, event.conn, std::move(opinion)});
  }
  opinions.clear();
}

void Pipeline::Impl::show(const Event& event) {
  if (const auto observer = observers.find(event.conn); observer != observers.end()) {
    observer->second(event);
  }
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
  sinks.on_event(shown);
  note_tokens(event.conn);
}

void Pipeline::Impl::note_tokens(std::uint32_t conn) {
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
  return found == connections.end() ? nullptr : found->second->opinions().profile();
}

session::Verdict Pipeline::Impl::conclude(std::uint32_t conn) {
  const auto found = connections.find(conn);
  if (const auto* checker = found != connections.end() ? found->second->opinions().checker() : nullptr) {
    diagnoser.set_state(conn, checker->state());
  }
  auto verdict = diagnoser.conclude(conn);
  show_to_sinks(Event{last_seq, now_ns, conn, verdict});
  return verdict;
}

void Pipeline::Impl::tell_recorded(const Event& event) {
  last_seq = event.seq;
  now_ns = event.t_ns;
  tell(event);
  if (std::holds_alternative<session::Ending>(event.body)) {
    conclude(event.conn);
    connections.erase(event.conn);
  }
}

/// A capture that stops in mid-session (its writer was killed) has no Ending of its own.
void Pipeline::Impl::end_open_recordings() {
  while (!connections.empty()) {
    const auto conn = connections.begin()->first;
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
  impl_->connection(conn, parts.bindings != nullptr ? parts.bindings : impl_->options.bindings);
  impl_->tell_fact(conn, std::move(open));
  if (parts.observer) {
    impl_->observers.emplace(conn, std::move(parts.observer));
  }
  return conn;
}

void Pipeline::unobserve(std::uint32_t conn) {
  impl_->observers.erase(conn);
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

std::uint64_t Pipeline::last_seq() const {
  return impl_->last_seq;
}

session::Verdict Pipeline::end(std::uint32_t conn, session::Ending ending, std::int64_t t_ns) {
  assert(!impl_->busy);
  impl_->now_ns = t_ns;
  impl_->connection(conn).on_end(t_ns);
  impl_->tell_fact(conn, std::move(ending));
  auto verdict = impl_->conclude(conn);
  impl_->connections.erase(conn);
  impl_->observers.erase(conn);
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
