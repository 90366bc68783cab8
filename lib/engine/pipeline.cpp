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

struct Sink {
  session::EventSink* to;
  bool failed = false;
};

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
  void tell_fact(std::uint32_t conn, Body&& body);
  void tell_recorded(const Event& event);
  void tell(const Event& event);
  void annotate(const Event& event);
  void tell_derived(std::uint32_t conn);
  void judge(const Event& event, std::size_t place);
  void show(const Event& event);
  bool needs_trimming(const Event& event);
  void trim(Body& body) const;
  void show_to_sinks(const Event& event);
  void note_tokens(std::uint32_t conn);
  const profile::Checker* profile_checker(std::uint32_t conn) const;
  session::Verdict conclude(std::uint32_t conn);
  void end_open_recordings();

  PipelineOptions options;
  capture::Redactor redactor;
  diagnose::Diagnoser diagnoser;
  std::vector<Sink> sinks;
  std::vector<Error> errors;
  std::map<std::uint32_t, std::function<void(const Event&)>> observers;  ///< by connection

  std::map<std::uint32_t, std::unique_ptr<Connection>> connections;
  std::uint32_t last_conn = 0;
  std::uint64_t last_seq = 0;
  std::int64_t now_ns = 0;
  std::vector<Body> derived;  ///< what tracker and opinions made of the fact that is being told
  std::deque<Waiting> waiting;
  bool busy = false;
  bool in_deflated = false;  ///< the frame that is being shown is part of a compressed message
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
    outputs.fact = [this, conn](Body&& body) { tell_fact(conn, std::move(body)); };
    outputs.derived = [this](Body&& body) { derived.push_back(std::move(body)); };
    const Opinions::Shared shared{options.judge.get(), bindings, options.dialects};
    slot = std::make_unique<Connection>(
        std::max(options.max_payload, options.limits.max_message), options.limits, shared, std::move(outputs));
    last_conn = std::max(last_conn, conn);
  }
  return *slot;
}

void Pipeline::Impl::tell_fact(std::uint32_t conn, Body&& body) {
  tell(Event{++last_seq, now_ns, conn, std::move(body)});
}

/// Messages are named, and answers read, before the fact that completes them is shown: it may give a secret that must
/// be masked in it.
void Pipeline::Impl::annotate(const Event& event) {
  Opinions& opinions = connection(event.conn).opinions();
  if (const auto* response = std::get_if<session::Response>(&event.body)) {
    opinions.learn(*response);
  }
  for (Body& body : derived) {
    if (auto* message = std::get_if<session::Message>(&body)) {
      opinions.annotate(*message);
    }
  }
}

void Pipeline::Impl::tell(const Event& event) {
  connection(event.conn).tracker().on_fact(event);
  annotate(event);
  show(event);
  judge(event, 0);  // before what the tracker made of it, as when a capture is read
  tell_derived(event.conn);
}

/// Findings, states and messages follow the fact that they come from; what the rules say of one of them follows that
/// one.
void Pipeline::Impl::tell_derived(std::uint32_t conn) {
  for (std::size_t i = 0; i < derived.size(); ++i) {
    const bool fact = std::holds_alternative<session::Inflated>(derived[i]);
    const Event event{fact ? ++last_seq : last_seq, now_ns, conn, std::move(derived[i])};
    show(event);
    if (!std::holds_alternative<session::Finding>(event.body)) {
      judge(event, i + 1);
    }
  }
  derived.clear();
}

/// Puts what rules and profile say of `event` into `derived` at `place`.
void Pipeline::Impl::judge(const Event& event, std::size_t place) {
  const auto before = static_cast<std::ptrdiff_t>(derived.size());
  connection(event.conn).opinions().on_event(event);
  std::rotate(derived.begin() + static_cast<std::ptrdiff_t>(place), derived.begin() + before, derived.end());
}

void Pipeline::Impl::show(const Event& event) {
  if (const auto observer = observers.find(event.conn); observer != observers.end()) {
    observer->second(event);
  }
  if (needs_trimming(event)) {
    Event shown = event;
    trim(shown.body);
    show_to_sinks(shown);
  } else {
    show_to_sinks(event);
  }
}

/// True if sinks get less than was seen: content that an Inflated fact tells, what is longer than --max-payload, and
/// long bodies of REST calls.
bool Pipeline::Impl::needs_trimming(const Event& event) {
  if (const auto* frame = std::get_if<session::Frame>(&event.body)) {
    in_deflated = frame->has_payload && connection(event.conn).tracker().last_frame_deflated(frame->from);
    return in_deflated || frame->payload.size() > options.max_payload;
  }
  if (const auto* inflated = std::get_if<session::Inflated>(&event.body)) {
    return inflated->content.size() > options.max_payload;
  }
  const auto* request = std::get_if<session::Request>(&event.body);
  const auto* response = std::get_if<session::Response>(&event.body);
  return (request && request->body.size() > kBodyExcerpt) || (response && response->body.size() > kBodyExcerpt);
}

void Pipeline::Impl::trim(Body& body) const {
  if (auto* frame = std::get_if<session::Frame>(&body)) {
    frame->has_payload = frame->has_payload && !in_deflated;
    frame->payload = in_deflated ? std::string_view() : frame->payload.substr(0, options.max_payload);
  } else if (auto* inflated = std::get_if<session::Inflated>(&body)) {
    inflated->content = inflated->content.substr(0, options.max_payload);
  } else if (auto* request = std::get_if<session::Request>(&body)) {
    request->body = body_excerpt(request->body);
  } else if (auto* response = std::get_if<session::Response>(&body)) {
    response->body = body_excerpt(response->body);
  }
}

void Pipeline::Impl::show_to_sinks(const Event& event) {
  const Event& shown = redactor.redact(event);
  // A verdict is what the diagnosis ends with; taken for an event it would begin the connection anew.
  if (!std::holds_alternative<session::Verdict>(event.body)) {
    diagnoser.on_event(shown);
  }
  for (Sink& sink : sinks) {
    if (sink.failed) {
      continue;
    }
    if (auto done = sink.to->on_event(shown); !done) {
      sink.failed = true;
      errors.push_back(done.error());
    }
  }
  note_tokens(event.conn);
}

void Pipeline::Impl::note_tokens(std::uint32_t conn) {
  for (auto& token : redactor.take_tokens()) {
    show_to_sinks(Event{++last_seq, now_ns, conn, std::move(token)});
  }
}

void Pipeline::Impl::process(std::uint32_t conn, Side from, std::string_view bytes, std::int64_t t_ns) {
  now_ns = t_ns;
  connection(conn).on_bytes(from, bytes);
}

void Pipeline::Impl::drain() {
  while (!waiting.empty()) {
    const Waiting next = std::move(waiting.front());
    waiting.pop_front();
    process(next.conn, next.from, next.bytes, next.t_ns);
  }
}

/// Null for a connection that is not known, or is checked against no profile.
const profile::Checker* Pipeline::Impl::profile_checker(std::uint32_t conn) const {
  const auto found = connections.find(conn);
  return found == connections.end() ? nullptr : found->second->opinions().profile();
}

session::Verdict Pipeline::Impl::conclude(std::uint32_t conn) {
  if (const auto* checker = profile_checker(conn)) {
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
  impl_->sinks.push_back({&sink});
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
  impl_->connection(conn).on_end();
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

bool Pipeline::upgraded(std::uint32_t conn) const {
  return impl_->connection(conn).upgraded();
}

void Pipeline::flush() {
  for (Sink& sink : impl_->sinks) {
    if (sink.failed) {
      continue;
    }
    if (auto done = sink.to->flush(); !done) {
      sink.failed = true;
      impl_->errors.push_back(done.error());
    }
  }
}

const std::vector<Error>& Pipeline::sink_errors() const {
  return impl_->errors;
}

std::string Pipeline::redact_text(std::string_view text) const {
  return impl_->redactor.redact_text(text);
}

}  // namespace whydrop::engine
