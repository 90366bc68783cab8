#include "rehearsal/scenario_session.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "profile/compose.hpp"
#include "rehearsal/connection.hpp"
#include "rehearsal/frames.hpp"
#include "rehearsal/request_router.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::rehearsal {
namespace {

using profile::Act;

// What a waiting performance is counted as, besides its message.
constexpr std::size_t kPerformance = 1024;
constexpr std::string_view kTimes[] = {"age:", "idle:", "every:"};

bool needs_session(Act::Kind kind) {
  return kind == Act::Kind::send || kind == Act::Kind::send_raw || kind == Act::Kind::close ||
         kind == Act::Kind::ignore;
}

std::size_t cost(const TemplateContext& context) {
  return kPerformance + (context.request ? context.request->root().text().size() : 0);
}

}  // namespace

ScenarioSession::ScenarioSession(Connection& connection, std::shared_ptr<ScenarioState> state)
    : connection_(connection), state_(std::move(state)) {}

void ScenarioSession::log(std::string_view line) const {
  connection_.log(line);
}

const profile::Bindings& ScenarioSession::bindings() const {
  return message_checker_ ? message_checker_->bindings() : state_->bindings();
}

/// A template that cannot be filled is a mistake of the rehearsal's: it is told, and nothing stands in its place.
std::string ScenarioSession::filled(const Result<std::string>& made) {
  if (!made) {
    log("cannot play this: " + made.error().message);
  }
  return made.value_or("");
}

// ---- requests -------------------------------------------------------------------------------------------------------

void ScenarioSession::on_request(const RequestReader& request) {
  request_ = request;
  asked_ = std::string(request.method()) + " " + read_target(request.target()).path;
  if (request.fault() != 0) {
    answer(error_reply(request.fault(), "bad.request", "The request cannot be read."));
    return;
  }
  if (auto reply = preflight(request)) {
    answer(*std::move(reply));
    return;
  }
  const bool upgrade = request.head().find("Sec-WebSocket-Key") != nullptr;
  asked_for_session_ = asked_for_session_ || upgrade;
  RoutedRequest reception = upgrade ? route_upgrade(*state_, request) : route_call(*state_, request);
  asked_ += reception.name.empty() ? "" : " (" + reception.name + ")";
  asked_ += reception.fault.empty() ? "" : ", " + reception.fault;
  call_ = reception.call;
  query_ = reception.context.query;
  usual_is_session_ = !reception.reply;
  usual_ = reception.reply.value_or(Reply{});
  if (reception.acts != nullptr) {
    begin(*reception.acts, std::move(reception.context));
  } else {
    answer_as_usual();
  }
}

void ScenarioSession::answer_as_usual() {
  if (usual_is_session_) {
    open_session({nullptr, query_, 0});
  } else {
    answer(std::move(usual_));
  }
}

void ScenarioSession::answer(Reply reply) {
  const bool upgrade = request_.head().find("Sec-WebSocket-Key") != nullptr;
  const bool stays = !upgrade && request_.keeps_alive();
  allow_origin(request_, reply);
  log(asked_ + ": " + std::to_string(reply.status));
  connection_.reply(write_reply(reply, stays, request_.method() == "HEAD"), stays);
}

void ScenarioSession::refuse(const Act& act, const TemplateContext& context) {
  Reply reply = act.status >= 400 ? usual_reply(act.status) : Reply{act.status, {}, ""};
  if (!act.json.empty() || !act.body.empty()) {
    reply.headers.clear();
    reply.body = filled(act.json.empty() ? state_->fill_text(act.body, context, bindings())
                                         : state_->fill_json(act.json, context, bindings()));
  }
  for (const profile::Field& field : act.headers) {
    reply.headers.push_back({field.name, filled(state_->fill_text(field.value, context, bindings()))});
  }
  if (!act.json.empty()) {
    reply.headers.push_back({"Content-Type", "application/json"});
  }
  if (call_ != nullptr && act.status < 300) {
    give_out(reply.body);
  }
  answer(std::move(reply));
}

/// What the answer gives the client is known here from now on.
void ScenarioSession::give_out(std::string& body) {
  json::Json parsed;
  if (parsed.parse(body)) {
    return;
  }
  state_->bindings().take(call_->takes, parsed.root());
  const std::string origin = local_origin(request_.head(), connection_.options().tls);
  for (const profile::Take& take : call_->takes) {
    const auto url = parsed.root().at(take.pointer);
    if (!origin.empty() && url && state_->profile().socket_url == fmt::format("{{{}}}", take.variable)) {
      body = json::with(body, take.pointer, json::quote(fmt::format("{}{}", origin, local_part(url->string()))))
                 .value_or(body);
    }
  }
}

// ---- the session ----------------------------------------------------------------------------------------------------

void ScenarioSession::open_session(const TemplateContext& context) {
  stage_ = Stage::session;
  log(asked_ + ": 101");
  message_checker_ = std::make_unique<MessageChecker>(*state_);
  connection_.upgrade({});
  message_checker_->on_open();
  if (const auto* const reaction = state_->reaction({{"open"}, std::nullopt})) {
    begin(*reaction, context);
  }
  arm_timers();
  gather();
}

/// Another session may be one too many for the oldest.
void ScenarioSession::gather() {
  const std::size_t open = state_->enter(shared_from_this());
  const auto* const reaction = state_->reaction({{"sockets:" + std::to_string(open)}, std::nullopt});
  const auto oldest = state_->oldest();
  if (reaction != nullptr && oldest) {
    oldest->begin(*reaction, {nullptr, oldest->query_, oldest->messages_});
  }
}

void ScenarioSession::on_frame(const wire::Frame& frame) {
  if (!message_checker_) {
    return;
  }
  message_checker_->on_client_frame(frame);
  note_traffic();
}

std::function<void()> ScenarioSession::on_message(bool text, bool compressed, std::string_view payload) {
  std::vector<CheckedMessage> all = message_checker_->on_client_message(text, compressed, payload);
  for (const CheckedMessage& heard : all) {
    log("client: " + told(heard, bindings()));
  }
  return [self = shared_from_this(), all = std::move(all)] {
    for (const CheckedMessage& heard : all) {
      self->react(heard);
    }
  };
}

void ScenarioSession::react(const CheckedMessage& heard) {
  if (stage_ != Stage::session) {
    return;
  }
  ++messages_;
  if (const profile::Reaction* const reaction = reaction_to(heard)) {
    begin(*reaction, {heard.parsed, query_, messages_});
  }
}

const profile::Reaction* ScenarioSession::reaction_to(const CheckedMessage& heard) {
  const auto value = heard.parsed ? std::optional(heard.parsed->root()) : std::nullopt;
  Trigger first{{"count:" + std::to_string(messages_)}, value};
  for (const session::Finding& finding : heard.findings) {
    first.names.push_back("fault:" + finding.id);
    if (is_fault(finding)) {
      first.names.emplace_back("fault");
    }
  }
  const profile::Reaction* const found = state_->reaction(first);
  return found != nullptr ? found : state_->reaction({{"client:" + heard.type, "client:*", "*"}, value});
}

void ScenarioSession::on_gone() {
  stage_ = Stage::over;
  state_->leave(this);
  for (const Running& running : std::exchange(waiting_, {})) {
    running->timer.cancel();
  }
  timed_.clear();
}

// ---- acts -----------------------------------------------------------------------------------------------------------

void ScenarioSession::begin(const profile::Reaction& reaction, TemplateContext context) {
  go_on(std::make_shared<RunningActs>(reaction.acts, std::move(context), connection_.stream().executor()));
}

void ScenarioSession::go_on(const Running& running) {
  const bool answers = stage_ == Stage::request;
  while (stage_ != Stage::over && running->next < running->acts.size()) {
    const Act& next = running->acts[running->next++];
    if (next.kind == Act::Kind::wait) {
      wait(running, next);
      return;
    }
    if (stage_ == Stage::request && needs_session(next.kind)) {
      open_session(running->context);
    }
    act(next, running->context);
    if (next.kind == Act::Kind::refuse) {
      return;
    }
  }
  if (answers && stage_ == Stage::request) {
    answer_as_usual();
  }
}

void ScenarioSession::wait(const Running& running, const Act& act) {
  const auto text = state_->fill_text(act.duration, running->context, bindings());
  const auto span = parse_duration(filled(text));
  const std::size_t held = cost(running->context);
  connection_.hold(held);
  waiting_.insert(running);
  running->timer.expires_after(span.value_or(std::chrono::nanoseconds(0)));
  running->timer.async_wait([weak = weak_from_this(), running, held](asio::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->stage_ == Stage::over) {
      return;
    }
    self->waiting_.erase(running);
    self->connection_.release(held);
    self->go_on(running);
  });
}

void ScenarioSession::act(const Act& act, const TemplateContext& context) {
  switch (act.kind) {
  case Act::Kind::send:
    send_packet(act, context);
    break;
  case Act::Kind::send_raw:
    send({!act.binary, act.text});
    break;
  case Act::Kind::close: {
    const std::string reason = filled(state_->fill_text(act.reason, context, bindings()));
    log("server: " + (act.code ? "Close " + std::to_string(*act.code) : std::string("empty Close")) +
        (reason.empty() ? "" : " " + reason));
    stage_ = Stage::over;
    connection_.send_close(act.code ? close_frame(*act.code, reason) : frame(wire::Opcode::close, ""));
    break;
  }
  case Act::Kind::end:
    end(act.ending);
    break;
  case Act::Kind::refuse:
    refuse(act, context);
    break;
  case Act::Kind::silence:
    log("server: silence");
    stage_ = Stage::over;
    connection_.fall_silent();
    break;
  case Act::Kind::wait:
  case Act::Kind::ignore:
    break;
  }
}

void ScenarioSession::end(const std::string& how) {
  log("server: " + how);
  stage_ = Stage::over;
  if (how == "reset") {
    connection_.stream().reset();
    return;
  }
  if (how == "fin_mid_frame") {
    connection_.send(cut_frame());
  }
  connection_.stream().send_fin();
}

void ScenarioSession::send_packet(const Act& act, const TemplateContext& context) {
  const auto message = state_->fill_json(act.json, context, bindings()).and_then([&](std::string json) {
    return profile::on_wire(state_->profile(), std::move(json), false);
  });
  if (message) {
    send(*message);
  } else {
    log("cannot play this: " + message.error().message);
  }
}

void ScenarioSession::send(const codec::Message& message) {
  const CheckedMessage heard = message_checker_->on_server_message(message.text, message.payload);
  std::string line = "server: " + (heard.type.empty() ? "a message of no known type" : heard.type);
  for (const std::string& error : heard.errors) {
    line += "; not valid: " + error;
  }
  log(line);
  connection_.send(frame(message.text ? wire::Opcode::text : wire::Opcode::binary, message.payload));
  note_traffic();
}

// ---- time -----------------------------------------------------------------------------------------------------------

void ScenarioSession::arm_timers() {
  for (const std::string_view kind : kTimes) {
    for (const profile::Reaction* reaction : state_->timed(kind)) {
      timed_.push_back(std::make_unique<Timed>(*reaction, connection_.stream().executor()));
      const auto text = state_->fill_text(reaction->on.substr(kind.size()), {}, bindings());
      timed_.back()->span = parse_duration(filled(text)).value_or(std::chrono::nanoseconds(0));
      arm(*timed_.back());
    }
  }
}

void ScenarioSession::note_traffic() {
  for (const auto& timed : timed_) {
    if (starts_with(timed->reaction.on, "idle:")) {
      arm(*timed);
    }
  }
}

void ScenarioSession::arm(Timed& timed) {
  if (timed.span.count() <= 0) {
    return;
  }
  timed.timer.expires_after(timed.span);
  timed.timer.async_wait([weak = weak_from_this(), &timed](asio::error_code error) {
    const auto self = weak.lock();
    if (!error && self && self->stage_ == Stage::session) {
      self->on_time(timed);
    }
  });
}

void ScenarioSession::on_time(Timed& timed) {
  const auto* const reaction = state_->reaction({{timed.reaction.on}, std::nullopt});
  const bool once = starts_with(timed.reaction.on, "age:");
  // A client that reads nothing gets no more of what comes by itself.
  if (reaction != nullptr && !connection_.is_behind()) {
    begin(*reaction, {nullptr, query_, messages_});
  }
  if (!once && stage_ == Stage::session) {
    arm(timed);
  }
}

}  // namespace whydrop::rehearsal
