#include "rehearsal/player.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "profile/compose.hpp"
#include "rehearsal/connection.hpp"
#include "rehearsal/frames.hpp"
#include "rehearsal/reception.hpp"

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

std::size_t cost(const Scene& scene) {
  return kPerformance + (scene.request ? scene.request->root().text().size() : 0);
}

}  // namespace

Player::Player(Connection& connection, std::shared_ptr<Director> director)
    : connection_(connection), director_(std::move(director)) {}

void Player::log(std::string_view line) const {
  connection_.log(line);
}

const profile::Bindings& Player::bindings() const {
  return hearing_ ? hearing_->bindings() : director_->bindings();
}

/// A template that cannot be filled is a mistake of the rehearsal's: it is told, and nothing stands in its place.
std::string Player::filled(const Result<std::string>& made) {
  if (!made) {
    log("cannot play this: " + made.error().message);
  }
  return made.value_or("");
}

// ---- requests -------------------------------------------------------------------------------------------------------

void Player::on_request(const RequestReader& request) {
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
  Reception reception = upgrade ? receive_upgrade(*director_, request) : receive_call(*director_, request);
  asked_ += reception.name.empty() ? "" : " (" + reception.name + ")";
  asked_ += reception.fault.empty() ? "" : ", " + reception.fault;
  call_ = reception.call;
  query_ = reception.scene.query;
  usual_is_session_ = !reception.reply;
  usual_ = reception.reply.value_or(Reply{});
  if (reception.acts != nullptr) {
    begin(*reception.acts, std::move(reception.scene));
  } else {
    answer_as_usual();
  }
}

void Player::answer_as_usual() {
  if (usual_is_session_) {
    open_session({nullptr, query_, 0});
  } else {
    answer(std::move(usual_));
  }
}

void Player::answer(Reply reply) {
  const bool upgrade = request_.head().find("Sec-WebSocket-Key") != nullptr;
  const bool stays = !upgrade && request_.keeps_alive();
  allow_origin(request_, reply);
  log(asked_ + ": " + std::to_string(reply.status));
  connection_.reply(write_reply(reply, stays, request_.method() == "HEAD"), stays);
}

void Player::refuse(const Act& act, const Scene& scene) {
  Reply reply = act.status >= 400 ? usual_reply(act.status) : Reply{act.status, {}, ""};
  if (!act.json.empty() || !act.body.empty()) {
    reply.headers.clear();
    reply.body = filled(act.json.empty() ? director_->fill_text(act.body, scene, bindings())
                                         : director_->fill_json(act.json, scene, bindings()));
  }
  for (const profile::Field& field : act.headers) {
    reply.headers.push_back({field.name, filled(director_->fill_text(field.value, scene, bindings()))});
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
void Player::give_out(std::string& body) {
  json::Json parsed;
  if (parsed.parse(body)) {
    return;
  }
  director_->bindings().take(call_->takes, parsed.root());
  const std::string origin = local_origin(request_.head(), connection_.options().tls);
  for (const profile::Take& take : call_->takes) {
    const auto url = parsed.root().at(take.pointer);
    if (!origin.empty() && url && director_->profile().socket_url == fmt::format("{{{}}}", take.variable)) {
      body = json::with(body, take.pointer, json::quote(fmt::format("{}{}", origin, local_part(url->string()))))
                 .value_or(body);
    }
  }
}

// ---- the session ----------------------------------------------------------------------------------------------------

void Player::open_session(const Scene& scene) {
  stage_ = Stage::session;
  log(asked_ + ": 101");
  hearing_ = std::make_unique<Hearing>(*director_);
  connection_.upgrade({});
  hearing_->on_open();
  if (const auto* const reaction = director_->reaction({{"open"}, std::nullopt})) {
    begin(*reaction, scene);
  }
  arm_timers();
  gather();
}

/// Another session may be one too many for the oldest.
void Player::gather() {
  const std::size_t open = director_->enter(shared_from_this());
  const auto* const reaction = director_->reaction({{"sockets:" + std::to_string(open)}, std::nullopt});
  const auto oldest = director_->oldest();
  if (reaction != nullptr && oldest) {
    oldest->begin(*reaction, {nullptr, oldest->query_, oldest->messages_});
  }
}

void Player::on_frame(const wire::Frame& frame) {
  if (!hearing_) {
    return;
  }
  hearing_->on_client_frame(frame);
  note_traffic();
}

std::function<void()> Player::on_message(bool text, bool compressed, std::string_view payload) {
  std::vector<Heard> all = hearing_->on_client_message(text, compressed, payload);
  for (const Heard& heard : all) {
    log("client: " + told(heard, bindings()));
  }
  return [self = shared_from_this(), all = std::move(all)] {
    for (const Heard& heard : all) {
      self->react(heard);
    }
  };
}

void Player::react(const Heard& heard) {
  if (stage_ != Stage::session) {
    return;
  }
  ++messages_;
  if (const profile::Reaction* const reaction = reaction_to(heard)) {
    begin(*reaction, {heard.parsed, query_, messages_});
  }
}

const profile::Reaction* Player::reaction_to(const Heard& heard) {
  const auto value = heard.parsed ? std::optional(heard.parsed->root()) : std::nullopt;
  Cue first{{"count:" + std::to_string(messages_)}, value};
  for (const session::Finding& finding : heard.findings) {
    first.names.push_back("fault:" + finding.id);
    if (is_fault(finding)) {
      first.names.emplace_back("fault");
    }
  }
  const profile::Reaction* const found = director_->reaction(first);
  return found != nullptr ? found : director_->reaction({{"client:" + heard.type, "client:*", "*"}, value});
}

void Player::on_gone() {
  stage_ = Stage::over;
  director_->leave(this);
  for (const Performing& performing : std::exchange(waiting_, {})) {
    performing->timer.cancel();
  }
  timed_.clear();
}

// ---- acts -----------------------------------------------------------------------------------------------------------

void Player::begin(const profile::Reaction& reaction, Scene scene) {
  go_on(std::make_shared<Performance>(reaction.acts, std::move(scene), connection_.stream().executor()));
}

void Player::go_on(const Performing& performing) {
  const bool answers = stage_ == Stage::request;
  while (stage_ != Stage::over && performing->next < performing->acts.size()) {
    const Act& next = performing->acts[performing->next++];
    if (next.kind == Act::Kind::wait) {
      wait(performing, next);
      return;
    }
    if (stage_ == Stage::request && needs_session(next.kind)) {
      open_session(performing->scene);
    }
    act(next, performing->scene);
    if (next.kind == Act::Kind::refuse) {
      return;
    }
  }
  if (answers && stage_ == Stage::request) {
    answer_as_usual();
  }
}

void Player::wait(const Performing& performing, const Act& act) {
  const auto text = director_->fill_text(act.duration, performing->scene, bindings());
  const auto span = parse_duration(filled(text));
  const std::size_t held = cost(performing->scene);
  connection_.hold(held);
  waiting_.insert(performing);
  performing->timer.expires_after(span.value_or(std::chrono::nanoseconds(0)));
  performing->timer.async_wait([weak = weak_from_this(), performing, held](asio::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->stage_ == Stage::over) {
      return;
    }
    self->waiting_.erase(performing);
    self->connection_.release(held);
    self->go_on(performing);
  });
}

void Player::act(const Act& act, const Scene& scene) {
  switch (act.kind) {
  case Act::Kind::send:
    send_packet(act, scene);
    break;
  case Act::Kind::send_raw:
    send({!act.binary, act.text});
    break;
  case Act::Kind::close: {
    const std::string reason = filled(director_->fill_text(act.reason, scene, bindings()));
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
    refuse(act, scene);
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

void Player::end(const std::string& how) {
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

void Player::send_packet(const Act& act, const Scene& scene) {
  const auto message = director_->fill_json(act.json, scene, bindings()).and_then([&](std::string json) {
    return profile::on_wire(director_->profile(), std::move(json), false);
  });
  if (message) {
    send(*message);
  } else {
    log("cannot play this: " + message.error().message);
  }
}

void Player::send(const codec::Message& message) {
  const Heard heard = hearing_->on_server_message(message.text, message.payload);
  std::string line = "server: " + (heard.type.empty() ? "a message of no known type" : heard.type);
  for (const std::string& error : heard.errors) {
    line += "; not valid: " + error;
  }
  log(line);
  connection_.send(frame(message.text ? wire::Opcode::text : wire::Opcode::binary, message.payload));
  note_traffic();
}

// ---- time -----------------------------------------------------------------------------------------------------------

void Player::arm_timers() {
  for (const std::string_view kind : kTimes) {
    for (const profile::Reaction* reaction : director_->timed(kind)) {
      timed_.push_back(std::make_unique<Timed>(*reaction, connection_.stream().executor()));
      const auto text = director_->fill_text(reaction->on.substr(kind.size()), {}, bindings());
      timed_.back()->span = parse_duration(filled(text)).value_or(std::chrono::nanoseconds(0));
      arm(*timed_.back());
    }
  }
}

void Player::note_traffic() {
  for (const auto& timed : timed_) {
    if (starts_with(timed->reaction.on, "idle:")) {
      arm(*timed);
    }
  }
}

void Player::arm(Timed& timed) {
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

void Player::on_time(Timed& timed) {
  const auto* const reaction = director_->reaction({{timed.reaction.on}, std::nullopt});
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
