#include "script/scripted_client.hpp"

#include "base/error_text.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "profile/compose.hpp"
#include "profile/heartbeats.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::script {
namespace {

using Kind = engine::Outgoing::Kind;

constexpr std::size_t kHighWater = 512 * 1024;
constexpr std::size_t kEchoLimit = std::size_t{64} << 20;
constexpr std::uint16_t kPolicyViolation = 1008;
constexpr std::chrono::seconds kPatience{10};
// What one write hands over at once. A message of less is complete when it has been seen on the wire.
constexpr std::size_t kOneWrite = 64 * 1024;
constexpr std::string_view kTooEarly = "sequence-too-early";

/// A finding's sentence as part of a line, without `name` where it begins with it.
std::string told(const session::Finding& finding, const std::string& name = {}) {
  std::string_view says = finding.says;
  if (!name.empty() && says.rfind(name + ": ", 0) == 0) {
    says.remove_prefix(name.size() + 2);
  }
  return fmt::format("{} ({})", says.substr(0, says.find_last_not_of('.') + 1), finding.id);
}

std::deque<std::size_t> gates_of(const std::vector<Move>& moves) {
  std::deque<std::size_t> gates;
  for (const Move& move : moves) {
    if (move.after_met) {
      gates.push_back(*move.after_met);
    }
  }
  return gates;
}

/// What is expected has the time that the run has.
bool waits_for_expected(const std::vector<Move>& moves) {
  return !gates_of(moves).empty();
}

}  // namespace

Result<std::unique_ptr<ScriptedClient>> ScriptedClient::make(ClientServices run, ClientScript plan) {
  std::unique_ptr<ScriptedClient> made(new ScriptedClient(std::move(run), std::move(plan)));
  for (const engine::Expected& expected : made->plan_.expect) {
    WHYDROP_TRY(made->expectations_.add(expected));
  }
  return made;
}

ScriptedClient::ScriptedClient(ClientServices run, ClientScript plan)
    : run_(std::move(run)),
      plan_(std::move(plan)),
      replies_(plan_.replies),
      outbox_(run_.random,
              run_.bindings != nullptr ? Outbox::Gate([this](const Outbox::Item& item) { return may_send(item); })
                                       : nullptr),
      script_(run_.timers,
              *this,
              {plan_.stays || waits_for_expected(plan_.moves) ? std::chrono::nanoseconds(0) : kPatience}) {
  beat_timers_.resize(plan_.heartbeats.size());
  if (plan_.input) {
    input_.emplace(*plan_.input, "standard input");
    input_ended_ = false;
  }
}

void ScriptedClient::on_open(engine::Channel& channel) {
  channel_ = &channel;
  last_heard_ns_ = run_.timers.now_ns();
  ++sessions_;
  if (sessions_ == 1 && plan_.stay_open) {
    run_.timers.after(*plan_.stay_open, [this] {
      ran_out("for", *plan_.stay_open);
      close();
    });
  }
  read_input();
  if (finished_) {
    channel.close(plan_.close_code, plan_.close_reason);
    return;
  }
  outbox_.open(channel);
  if (opened_) {
    opened_();
  }
  in_opening_ = !plan_.opening.empty();
  gates_ = gates_of(plan_.moves);
  script_.start(in_opening_ ? plan_.opening : plan_.moves);
}

void ScriptedClient::read_input() {
  if (input_ && !std::exchange(reading_, true)) {
    run_.read_input();
  }
}

void ScriptedClient::feed(std::string chunk) {
  pending_.push_back(std::move(chunk));
  pump();
}

void ScriptedClient::end_of_input() {
  input_ended_ = true;
  pump();
}

void ScriptedClient::on_gone() {
  channel_ = nullptr;
  outbox_.gone();
  script_.stop();
  for (engine::TimerId& timer : beat_timers_) {
    run_.timers.cancel(std::exchange(timer, 0));
  }
}

void ScriptedClient::on_writable(engine::Channel&) {
  pump();
}

void ScriptedClient::on_event(engine::Channel&, const session::Event& event) {
  conn_ = event.conn;
  const auto* message = std::get_if<session::Message>(&event.body);
  if (message == nullptr) {
    return;
  }
  if (message->from == session::Side::server) {
    on_message(*message, event.t_ns);
    return;
  }
  ++crossed_;
  if (!outbox_.idle()) {
    // Posted: the profile judges it first.
    run_.timers.post([this] { on_crossed(); });
  }
}

void ScriptedClient::on_crossed() {
  outbox_.crossed();
  script_.on_sent();
  pump();
}

void ScriptedClient::on_message(const session::Message& message, std::int64_t t_ns) {
  last_heard_ns_ = t_ns;
  received_ += in_opening_ ? 0 : 1;
  replies_.received(crossed_ > 0 && channel_ != nullptr && channel_->backlog() <= kOneWrite);
  for (const session::Message::Packet& packet : message.packets) {
    offer(packet.json);
  }
  if (expectations_.size() > 0 && message.packets.empty()) {
    offer(message.payload);
  }
  script_.on_message(message);
  take_recognised();
  answer_beats(message);
  begin_beats();
  if (plan_.echo) {
    echo(message);
  }
  settle();
}

/// What comes before a message was sent is no answer to it.
void ScriptedClient::offer(std::string_view message) {
  if (gates_.empty() || expectations_.met() < gates_.front()) {
    expectations_.offer(message);
  }
}

void ScriptedClient::echo(const session::Message& message) {
  if (channel_ == nullptr || finished_) {
    return;
  }
  if (channel_->backlog() + outbox_.size() > kEchoLimit) {
    finished_ = true;
    channel_->close(kPolicyViolation, "echoes are not read");
    return;
  }
  outbox_.push({message.text ? Kind::text : Kind::binary, std::string(message.payload)});
}

/// Standard input, once the moves are made.
void ScriptedClient::pump() {
  const auto emit = [this](const engine::Outgoing& out) { say(out); };
  while (channel_ != nullptr && !finished_ && !script_.running() && !pending_.empty() &&
         channel_->backlog() + outbox_.size() < kHighWater) {
    const std::string chunk = std::move(pending_.front());
    pending_.pop_front();
    take(input_->feed(chunk, emit));
    run_.taken();
  }
  if (channel_ != nullptr && !finished_ && !script_.running() && input_ && input_ended_ && pending_.empty()) {
    take(input_->finish(emit));
    input_.reset();
  }
  settle();
}

void ScriptedClient::take(const Result<void>& read) {
  if (!read && !input_error_) {
    input_error_ = read.error();
    close();
  }
}

void ScriptedClient::say(const engine::Outgoing& out) {
  if (out.kind == Kind::text || out.kind == Kind::binary) {
    replies_.sent();
  }
  send({out.kind, std::string(out.payload), out.close_code});
}

Result<void> ScriptedClient::say_message(const profile::Step& step) {
  return payload_of(std::get<check::Send>(saying(step).step.act), 1).map([&](codec::Message&& message) {
    replies_.sent();
    send({message.text ? Kind::text : Kind::binary, std::move(message.payload), 0, 1, step.message});
  });
}

void ScriptedClient::send(Outbox::Item item) {
  if (finished_ || channel_ == nullptr) {
    return;
  }
  finished_ = item.kind == Kind::close;
  outbox_.push(std::move(item));
}

/// What the profile has against a message is told before it is sent.
bool ScriptedClient::may_send(const Outbox::Item& item) {
  const auto faults =
      run_.pipeline.preview(conn_, item.kind == Kind::text, item.payload, run_.timers.now_ns(), item.fragments);
  if (!plan_.strict || faults.empty()) {
    for (const session::Finding& fault : faults) {
      run_.talk("warning: " + told(fault));
    }
    return true;
  }
  std::string why;
  for (const session::Finding& fault : faults) {
    why += (why.empty() ? "" : "; ") + told(fault, item.name);
  }
  give_up({ErrorKind::refused,
           "cannot send " + (item.name.empty() ? "message" : item.name) + ": " + why,
           faults.front().fix});
  return false;
}

void ScriptedClient::settle() {
  const bool moves_made = channel_ != nullptr && !script_.running() && outbox_.idle() && channel_->backlog() == 0;
  const bool all_said = moves_made && input_ended_ && !input_ && pending_.empty();
  if (finished_ || plan_.awaits_close || plan_.stay_open || !(plan_.messages ? moves_made : all_said)) {
    return;
  }
  if (plan_.messages) {
    if (received_ >= *plan_.messages) {
      linger();
    }
    return;
  }
  if (plan_.stay_after_send) {
    if (!std::exchange(timer_set_, true)) {
      run_.timers.after(*plan_.stay_after_send, [this] {
        ran_out("wait", *plan_.stay_after_send);
        close();
      });
    }
  } else if (expectations_.size() > 0) {
    if (expectations_.done()) {
      linger();
    }
  } else if (replies_.satisfied() && !plan_.stays) {
    linger();
  } else if (!plan_.stays && !std::exchange(timer_set_, true)) {
    last_heard_ns_ = run_.timers.now_ns();  // silence counts from when all was sent
    wait_for_silence();
  }
}

/// Closes after plan_.linger: an end of the server's that follows its last reply is to be seen as one.
void ScriptedClient::linger() {
  if (plan_.linger.count() == 0) {
    close();
  } else if (!std::exchange(lingering_, true)) {
    run_.timers.after(plan_.linger, [this] { close(); });
  }
}

/// Closes once nothing was heard for plan_.wait. One timer that looks again, not one a message.
void ScriptedClient::wait_for_silence() {
  const std::chrono::nanoseconds silence(run_.timers.now_ns() - last_heard_ns_);
  if (finished_ || lingering_) {
    return;
  }
  if (silence >= plan_.wait) {
    ran_out("wait", plan_.wait);
    close();
    return;
  }
  run_.timers.after(plan_.wait - silence, [this] { wait_for_silence(); });
}

void ScriptedClient::close() {
  if (!std::exchange(finished_, true) && channel_ != nullptr) {
    channel_->close(plan_.close_code, plan_.close_reason);
  }
}

void ScriptedClient::end_of_prompt() {
  if (!plan_.stay_open) {
    close();
  }
}

session::Awaited ScriptedClient::awaited() const {
  session::Awaited awaited;
  awaited.limit = ran_out_.name;
  awaited.limit_ns = ran_out_.ns;
  const auto waits_for = [&awaited](const char* what, std::uint64_t wanted, std::uint64_t came) {
    awaited.what = wanted > 0 ? what : "";
    awaited.wanted = wanted;
    awaited.came = std::min(came, wanted);
  };
  if (expectations_.size() > 0) {
    waits_for("expectation", expectations_.size(), expectations_.met());
    awaited.next = expectations_.next_text();
  } else if (plan_.awaits_close) {
    waits_for("close", 1, 0);
  } else if (plan_.messages) {
    waits_for("reply", *plan_.messages, received_);
  } else if (!plan_.stay_open && !plan_.stays) {
    waits_for("reply", replies_.wanted(), replies_.came());
  }
  return awaited;
}

const profile::Bindings* ScriptedClient::beat_bindings() const {
  return recognised_ ? &recognised_->bindings : run_.bindings;
}

/// What was recognised by the message before is kept up from now on.
void ScriptedClient::take_recognised() {
  if (!plan_.beats_if_recognised || recognised_ || run_.bindings != nullptr) {
    return;
  }
  recognised_ = run_.pipeline.recognised(conn_);
  if (recognised_) {
    plan_.heartbeats = profile::client_heartbeats(*recognised_->profile);
    beat_timers_.assign(plan_.heartbeats.size(), 0);
  }
}

/// Begins those whose interval is known by now.
void ScriptedClient::begin_beats() {
  for (std::size_t i = 0; i < beat_timers_.size() && channel_ != nullptr && !in_opening_ && !beats_given_up_; ++i) {
    if (beat_timers_[i] == 0 && plan_.heartbeats[i].answers.empty()) {
      beat(i);
    }
  }
}

void ScriptedClient::beat(std::size_t index) {
  const profile::Heartbeat& heartbeat = plan_.heartbeats[index];
  const auto span = profile::span_of(heartbeat, *beat_bindings());
  if (!span) {
    return;
  }
  beat_timers_[index] = run_.timers.after(std::chrono::nanoseconds(span->every_ns), [this, index] {
    beat_timers_[index] = 0;
    // What was not taken yet keeps the session alive as well.
    if (channel_ != nullptr && channel_->backlog() == 0) {
      send_beat(plan_.heartbeats[index]);
    }
    if (!beats_given_up_) {
      beat(index);
    }
  });
}

void ScriptedClient::answer_beats(const session::Message& message) {
  for (const profile::Heartbeat& heartbeat : plan_.heartbeats) {
    if (!beats_given_up_ && !heartbeat.answers.empty() && heartbeat.answers == message.type) {
      send_beat(heartbeat);
    }
  }
}

void ScriptedClient::send_beat(const profile::Heartbeat& heartbeat) {
  profile::Step step;
  step.message = heartbeat.message;
  auto message = profile::compose(*beat_bindings(), step);
  if (!message) {
    run_.talk("warning: no heartbeat any more: " + message.error().message);
    beats_given_up_ = true;
    return;
  }
  send({message->text ? Kind::text : Kind::binary, std::move(message->payload), 0, 1, heartbeat.message});
}

Result<codec::Message> ScriptedClient::payload_of(const check::Send& send, std::uint64_t) {
  const profile::Step& said = send.said;
  if (send.body == check::Send::Body::bytes || run_.bindings == nullptr) {
    return codec::Message{!said.binary, said.text};
  }
  if (said.kind != profile::Step::Kind::raw) {
    return profile::compose(*run_.bindings, said);
  }
  return run_.bindings->fill_json(said.text).map([&](std::string&& text) {
    return codec::Message{!said.binary, std::move(text)};
  });
}

Result<std::chrono::nanoseconds> ScriptedClient::duration_of(const std::string& text) {
  const auto filled = run_.bindings != nullptr ? run_.bindings->fill_text(text) : Result<std::string>(text);
  return filled.and_then([](const std::string& duration) { return parse_duration(duration); });
}

/// What a scenario waits for is no template.
Result<std::string> ScriptedClient::expected(std::string_view text, std::uint64_t) {
  return std::string(text);
}

/// No scenario takes values by itself: the profile's own takes do.
Result<void> ScriptedClient::take(const std::vector<profile::Take>&, const std::string&) {
  return {};
}

bool ScriptedClient::is_timely(const Move& move) {
  if (move.after_met && expectations_.met() < *move.after_met) {
    return false;
  }
  if (!move.patient) {
    return true;
  }
  const auto& send = std::get<check::Send>(move.step.act);
  const auto payload = payload_of(send, 1);
  if (!payload) {
    return !profile::awaits_reply(*run_.bindings, send.said);
  }
  const auto faults = run_.pipeline.preview(conn_, payload->text, payload->payload, run_.timers.now_ns());
  return std::none_of(faults.begin(), faults.end(), [](const auto& fault) { return fault.id == kTooEarly; });
}

bool ScriptedClient::deliver(Outbox::Item item) {
  if (script_.move().after_met && !gates_.empty()) {
    gates_.pop_front();
  }
  if (sessions_ == 1 && item.kind != Kind::close) {
    replies_.sent();
  }
  send(std::move(item));
  return outbox_.idle();
}

void ScriptedClient::reset() {
  if (channel_ != nullptr) {
    finished_ = true;
    channel_->reset();
  }
}

void ScriptedClient::played() {
  if (std::exchange(in_opening_, false)) {
    replies_ = sessions_ == 1 ? engine::ReplyCount(plan_.replies) : replies_;
    crossed_ = 0;
    script_.start(plan_.moves);
    return;
  }
  begin_beats();
  pump();
}

void ScriptedClient::stuck(Failure failure) {
  if (failure.error.kind == ErrorKind::refused) {
    failure.error.message = failure.step + ": " + failure.error.message;
  }
  give_up(std::move(failure.error));
}

void ScriptedClient::give_up(Error error) {
  run_.talk(error_text(error));
  unsaid_ = std::move(error);
  close();
}

}  // namespace whydrop::script
