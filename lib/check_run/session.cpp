#include "check_run/session.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "json/json.hpp"
#include "profile/compose.hpp"
#include "replay/message_key.hpp"
#include "run/calls.hpp"
#include "run/client_run.hpp"
#include "run/connector.hpp"
#include "run/destinations.hpp"
#include "run/prepare.hpp"
#include "run/rehearsals.hpp"
#include "script/script.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace whydrop::check_run {
namespace {

using check::Outcome;
using Status = check::Outcome::Status;

constexpr std::size_t kHighWater = 512 * 1024;
constexpr std::chrono::seconds kFarewell{1};  // for a Close of ours that nobody waits for

/// What the facts and opinions of a run say of it, beside what the actor sees.
class Observer final : public session::EventSink {
 public:
  Result<void> on_event(const session::Event& event) override {
    if (const auto* response = std::get_if<session::Response>(&event.body)) {
      status = response->status;
      body = response->body;
    } else if (const auto* verdict = std::get_if<session::Verdict>(&event.body)) {
      headline = verdict->headline;
      findings = verdict->findings;
    }
    return {};
  }
  void forget_answer() {
    status = 0;
    body.clear();
  }

  int status = 0;  ///< of the last answer; 0: none came
  std::string body, headline;
  std::vector<session::Finding> findings;
};

/// The environment as far as a check may read it: WHYDROP_* and `names`.
os::Environment readable(os::Environment environment, std::vector<std::string> names) {
  return [environment = std::move(environment), names = std::move(names)](const std::string& name) -> std::string {
    const bool may = starts_with(name, "WHYDROP_") || std::find(names.begin(), names.end(), name) != names.end();
    return may ? environment(name) : "";
  };
}

/// As that; what it reads is a secret: `on_read` is told.
os::Environment telling(os::Environment environment, std::function<void(const capture::Secret&)> on_read) {
  constexpr std::size_t kShortest = 6;  // what is shorter may be anybody's word
  return [environment = std::move(environment), on_read = std::move(on_read)](const std::string& name) {
    std::string value = environment(name);
    if (value.size() >= kShortest) {
      on_read({name, value});
    }
    return value;
  };
}

/// One check from its first step to its verdict.
class CheckActor final : public engine::Actor, private script::Stage {
 public:
  CheckActor(const check::Check& check,
             run::SessionRun& run,
             run::Session session,
             run::ProfileInUse& profile,
             const CheckSettings& settings,
             std::vector<capture::Secret> read)
      : check_(check),
        settings_(settings),
        run_(run),
        session_(std::move(session)),
        profile_(profile),
        destinations_(run.host(), session_.endpoint.send_to, false),
        read_(std::move(read)),
        environment_(telling(readable(run.host().environment, settings.environment),
                             [this](const capture::Secret& secret) {
                               run_.hide(secret);
                               read_.push_back(secret);
                             })),
        names_(check.profile.get()),
        outbox_(run.host().random, nullptr),
        script_(run.loop(), *this, {check.step_timeout, check.unrelated}) {
    run_.pipeline().add_sink(observer_);
  }

  Outcome carry_out(std::chrono::nanoseconds timeout) {
    std::vector<script::Move> moves;
    for (const check::Step& step : check_.steps) {
      moves.push_back({step});
    }
    run_.loop().after(timeout, [this, timeout] { time_out(timeout); });
    run_.loop().post([this, moves = std::move(moves)]() mutable { script_.start_alone(std::move(moves)); });
    run_.loop().run();
    return conclude();
  }

  void on_open(engine::Channel& channel) override {
    channel_ = &channel;
    opened_ = true;
    outbox_.open(channel);
    if (failure_) {
      channel.close(1000, "");
      return;
    }
    auto opening = check_.opening ? run::opening_moves(*profile_.context) : Result<std::vector<script::Move>>();
    if (!opening) {
      script_.stop();
      stuck({script_.at(), opening.error(), false});
      return;
    }
    script_.opened(std::move(*opening));
  }

  void on_event(engine::Channel&, const session::Event& event) override {
    const auto* message = std::get_if<session::Message>(&event.body);
    const auto* frame = std::get_if<session::Frame>(&event.body);
    if (message != nullptr && message->from == session::Side::server) {
      script_.on_message(*message);
    } else if (frame != nullptr && frame->from == session::Side::server && frame->header.opcode == wire::Opcode::pong) {
      script_.on_pong(frame->payload);
    }
  }

  void on_writable(engine::Channel&) override { script_.on_sent(); }

 private:
  profile::Bindings& bindings() { return profile_.context->bindings(); }
  profile::Bindings::Extra extra(std::uint64_t turn) const;
  Result<void> check_destination(const net::Url& url);
  Result<codec::Message> filled(const check::Send& send, std::uint64_t turn);
  void on_gone(const session::Verdict& verdict);
  void end_session();
  void time_out(std::chrono::nanoseconds timeout);
  Outcome conclude();
  int finish();

  Result<codec::Message> payload_of(const check::Send& send, std::uint64_t turn) override;
  Result<std::chrono::nanoseconds> duration_of(const std::string& text) override;
  Result<std::string> expected(std::string_view text, std::uint64_t turn) override;
  bool is_timely(const script::Move&) override { return true; }
  bool deliver(script::Outbox::Item item) override;
  void reset() override { channel_->reset(); }
  Result<void> take(const std::vector<profile::Take>& takes, const std::string& payload) override;
  std::string name_of(const session::Message& message) const override;
  void played() override;
  void stuck(script::Failure failure) override;
  Result<void> connect(const check::Connect& how) override;
  void call(Calls calls) override;

  const check::Check& check_;
  const CheckSettings& settings_;
  run::SessionRun& run_;
  run::Session session_;
  run::ProfileInUse& profile_;
  run::Destinations destinations_;
  std::vector<capture::Secret> read_;  ///< of the environment
  os::Environment environment_;        ///< as far as the check may read it
  Observer observer_;
  replay::KeyMaker names_;
  net::Url url_;  ///< of the session that is open, or was last
  script::Outbox outbox_;
  script::Script script_;
  engine::Channel* channel_ = nullptr;
  std::optional<session::Verdict> verdict_;    ///< of the last session
  std::unique_ptr<run::Connector> connector_;  ///< null: no session was wanted yet
  std::unique_ptr<auth::CallRunner> caller_;
  std::optional<script::Failure> failure_;
  bool over_ = false, timed_out_ = false, call_refused_ = false, called_ = false, connecting_ = false, opened_ = false;
};

profile::Bindings::Extra placeholders_of(const os::Environment& environment, std::uint64_t turn) {
  return check::placeholders(
      [environment](const std::string& name) {
        const std::string value = environment(name);
        return value.empty() ? std::nullopt : std::optional(value);
      },
      turn);
}

profile::Bindings::Extra CheckActor::extra(std::uint64_t turn) const {
  return placeholders_of(environment_, turn);
}

/// What a message reads of the environment for the first time is judged before it goes.
Result<codec::Message> CheckActor::payload_of(const check::Send& send, std::uint64_t turn) {
  const std::size_t known = read_.size();
  auto payload = filled(send, turn);
  return payload && read_.size() > known ? check_destination(url_).map([&] { return std::move(*payload); })
                                         : std::move(payload);
}

Result<codec::Message> CheckActor::filled(const check::Send& send, std::uint64_t turn) {
  using Body = check::Send::Body;
  const profile::Step& said = send.said;
  switch (send.body) {
  case Body::message:
    return profile::compose(bindings(), said, extra(turn));
  case Body::json:
    return bindings().fill_json(said.text, extra(turn)).and_then([&](std::string json) {
      return profile::on_wire(bindings().profile(), std::move(json), said.binary);
    });
  case Body::text:
    return bindings().fill_text(said.text, extra(turn)).map([&](std::string text) {
      return codec::Message{!said.binary, std::move(text)};
    });
  case Body::bytes:
    break;
  }
  return codec::Message{!said.binary, said.text};
}

Result<std::chrono::nanoseconds> CheckActor::duration_of(const std::string& text) {
  return bindings().fill_text(text, extra(1)).and_then([](const std::string& duration) {
    return parse_duration(duration);
  });
}

Result<std::string> CheckActor::expected(std::string_view text, std::uint64_t turn) {
  return bindings().fill_json(text, extra(turn));
}

bool CheckActor::deliver(script::Outbox::Item item) {
  if (item.kind == engine::Outgoing::Kind::close && !item.payload.empty()) {
    item.payload = bindings().fill_text(item.payload, extra(1)).value_or(item.payload);
  }
  outbox_.push(std::move(item));
  return channel_->backlog() < kHighWater;
}

/// A value that the check asks for wins over any other.
Result<void> CheckActor::take(const std::vector<profile::Take>& takes, const std::string& payload) {
  json::Json document;
  const bool is_json = !document.parse(payload);
  for (const profile::Take& row : takes) {
    const auto found = is_json ? document.root().at(row.pointer) : std::nullopt;
    if (!found) {
      return fail(ErrorKind::refused,
                  fmt::format("{} cannot be taken: the message has nothing at {}", row.variable, row.pointer));
    }
    const std::string value = json::plain_text(*found);
    if (const auto set = bindings().set(row.variable, value, profile::Origin::given); !set) {
      return set;
    }
    profile_.context->taken(row.variable, url_.origin());
  }
  return {};
}

std::string CheckActor::name_of(const session::Message& message) const {
  if (!message.type.empty()) {
    return message.type;
  }
  json::Json document;
  const bool is_json = message.text && !document.parse(message.payload);
  const std::string key =
      names_.key_of(message.from, message.text, is_json ? std::optional(document.root()) : std::nullopt);
  return key == "text" || key == "binary" ? "a " + key + " message" : key;
}

/// Templates of all that the check may send once it is connected.
std::vector<std::string> templates_of(const std::vector<check::Step>& steps) {
  std::vector<std::string> templates;
  for (const check::Step& step : steps) {
    if (const auto* send = std::get_if<check::Send>(&step.act)) {
      templates.push_back(send->said.text);
      for (const auto& [pointer, value] : send->said.set) {
        templates.push_back(value);
      }
    } else if (const auto* connect = std::get_if<check::Connect>(&step.act)) {
      for (const auto& [variable, value] : connect->variables) {
        templates.push_back(value);
      }
    } else if (const auto* repeat = std::get_if<check::Repeat>(&step.act)) {
      const auto inner = templates_of(repeat->steps);
      templates.insert(templates.end(), inner.begin(), inner.end());
    }
  }
  return templates;
}

/// A check is a file that somebody wrote: what it names joins a value of the person's to no foreign place. What the
/// check itself gives is no secret of the person's.
Result<void> CheckActor::check_destination(const net::Url& url) {
  const bool is_own = check_.url.empty() && profile_.context->is_owners_place(url);
  if (run::is_chosen(session_, profile_) || is_own) {
    return {};
  }
  std::vector<std::string> templates = templates_of(check_.steps);
  templates.push_back(check_.url);
  for (const profile::Field& field : check_.headers) {
    templates.push_back(field.value);
  }
  for (const auto& [variable, value] : check_.variables) {
    templates.push_back(value);
  }
  std::vector<run::Carried> carried = profile_.context->carried_by_session();
  const auto more = profile_.context->carried_in(templates);
  carried.insert(carried.end(), more.begin(), more.end());
  const auto is_checks = [&](const run::Carried& it) {
    const auto names_it = [&](const auto& row) { return row.first == it.name; };
    const auto gives_it = [&](const run::GivenValue& given) { return given.name == it.name; };
    return std::any_of(check_.variables.begin(), check_.variables.end(), names_it) &&
           std::none_of(settings_.values.begin(), settings_.values.end(), gives_it);
  };
  carried.erase(std::remove_if(carried.begin(), carried.end(), is_checks), carried.end());
  for (const capture::Secret& secret : read_) {
    carried.push_back({"$env:" + secret.variable, secret.value, "the environment"});
  }
  return destinations_.check("cannot run check " + check_.name, url, carried, run::Destinations::Near::site);
}

Result<void> CheckActor::connect(const check::Connect& how) {
  for (const auto& [name, text] : how.variables) {
    const auto set = bindings().fill_text(text, extra(1)).and_then([this, &variable = name](std::string&& value) {
      return bindings().set(variable, std::move(value), profile::Origin::given);
    });
    if (!set) {
      return set;
    }
  }
  run::Session session = session_;
  if (!session.address && !check_.url.empty()) {
    auto address = bindings().fill_url(check_.url, extra(1)).and_then(&target::parse_address);
    WHYDROP_TRY(address);
    session.address = std::move(*address);
  }
  auto options = run::scenario_connect_options(session, profile_);
  WHYDROP_TRY(options);
  WHYDROP_TRY(check_destination(options->url));
  url_ = options->url;
  options->connect_timeout = std::min(options->connect_timeout, check_.step_timeout);
  observer_.forget_answer();
  verdict_.reset();
  connecting_ = true;
  connector_.reset();  // what is left of the one before goes first
  connector_ = std::make_unique<run::Connector>(run_,
                                                *this,
                                                session_.endpoint,
                                                std::move(*options),
                                                engine::ReconnectPolicy::Limits(),
                                                [this](const session::Verdict& verdict) {
                                                  verdict_ = verdict;
                                                  return false;
                                                });
  connector_->start([this] {
    connecting_ = false;
    channel_ = nullptr;
    outbox_.gone();
    if (failure_ || over_) {
      run_.loop().stop();
      return;
    }
    script_.ended({verdict_, std::exchange(opened_, false), observer_.status, observer_.body});
  });
  return {};
}

void CheckActor::call(Calls wanted) {
  const profile::Profile& profile = profile_.context->profile();
  const auto calls =
      wanted == Calls::token ? run::calls_named(profile, {profile.token_call}) : run::session_calls(profile);
  observer_.forget_answer();
  caller_ = std::make_unique<auth::CallRunner>(
      run::call_parts(run_, session_.endpoint, *profile_.context, bindings(), nullptr, destinations_));
  caller_->start(calls, [this](auth::CallRunner::Outcome ended) {
    called_ = called_ || ended.conn.has_value();
    if (failure_) {
      run_.loop().stop();
      return;
    }
    if (ended.error && ended.error->kind != ErrorKind::refused) {
      stuck({script_.at(), *ended.error, false});  // nobody refused it: it was not made
      return;
    }
    call_refused_ = !ended.complete;
    const std::string& headline = observer_.headline;
    std::string why = ended.error ? ended.error->message : headline.substr(0, headline.find_last_not_of('.') + 1);
    script_.called({ended.complete, std::move(why), observer_.status, observer_.body});
  });
}

void CheckActor::played() {
  if (const session::Verdict* verdict = script_.unasked_end()) {
    const std::string& headline = verdict->headline;
    stuck({script_.at(),
           {ErrorKind::refused, "the session ended: " + headline.substr(0, headline.find_last_not_of('.') + 1), ""},
           true});
    return;
  }
  over_ = true;
  end_session();
}

void CheckActor::stuck(script::Failure failure) {
  failure_ = std::move(failure);
  end_session();
}

/// By a Close where a session is open, at once where none is.
void CheckActor::end_session() {
  if (!connecting_) {
    run_.loop().stop();
    return;
  }
  connector_->interrupt();
  run_.loop().after(kFarewell, [this] { connector_->interrupt(); });
}

void CheckActor::time_out(std::chrono::nanoseconds timeout) {
  if (failure_ || over_) {
    return;
  }
  timed_out_ = true;
  script::Failure failure{
      script_.at(),
      {ErrorKind::refused, "the check's time ran out after " + format_duration(timeout.count()), ""},
      false};
  script_.stop();
  stuck(std::move(failure));
}

int CheckActor::finish() {
  diagnose::RunOutcome outcome;
  // What a check asked for is no failure, whatever its ending: only that the session ended under a step is.
  outcome.reports_on_file = !timed_out_ && !(failure_ && failure_->ended);
  outcome.expectation_failed = failure_.has_value();
  outcome.timed_out = timed_out_;
  outcome.call_refused = call_refused_;
  outcome.usage = failure_ && failure_->error.kind == ErrorKind::usage;
  const bool local = failure_ && failure_->error.kind == ErrorKind::local;
  return run_.finish(outcome, local ? std::optional(failure_->error) : std::nullopt);
}

/// What the run's findings or files have against a check whose steps all passed.
std::string objection(int code, const std::vector<session::Finding>& findings) {
  if (code == 3) {
    return "the capture could not be written";
  }
  return findings.empty() ? "" : fmt::format("{} ({})", findings.front().says, findings.front().id);
}

/// What is to be done about it, after what it is. It names variables and flags, and no values: nothing in it is masked.
std::string with_hint(const std::string& says, const Error& error) {
  return error.hint.empty() ? says : says + "; " + error.hint;
}

Outcome CheckActor::conclude() {
  Outcome outcome;
  const bool connected = connector_ != nullptr || called_;
  outcome.exit_code = finish();
  outcome.detail = connected ? "verdict" : "";
  if (outcome.exit_code != 0) {
    const bool ours = outcome.exit_code == 2 || outcome.exit_code == 3;
    outcome.status = ours ? Status::error : Status::failed;
    outcome.step = failure_ ? run_.pipeline().redact_text(failure_->step) : "";
    outcome.says = failure_ ? failure_->error.message : objection(outcome.exit_code, observer_.findings);
    outcome.says = escape_for_terminal(run_.pipeline().redact_text(outcome.says));
    outcome.says = failure_ && ours ? with_hint(outcome.says, failure_->error) : outcome.says;
  }
  return outcome;
}

Outcome wrong(const Error& error) {
  Outcome outcome;
  outcome.status = Status::error;
  outcome.says = with_hint(error.message, error);
  outcome.exit_code = error.kind == ErrorKind::usage ? 2 : error.kind == ErrorKind::local ? 3 : 1;
  return outcome;
}

/// The check's own headers and subprotocols, where the command line has none.
Result<run::Session> session_of(const os::Environment& environment,
                                const check::Check& check,
                                const CheckSettings& settings,
                                const run::ProfileContext& context,
                                const std::string& capture) {
  run::Session session = settings.session;
  session.capture.file = capture;
  session.capture.mode = os::FileMode::overwrite;
  std::vector<target::HeaderLine> headers;
  for (const profile::Field& field : check.headers) {
    const auto value = context.bindings().fill_text(field.value, placeholders_of(environment, 1));
    WHYDROP_TRY(value);
    auto line = target::header_line(field.name, *value);
    WHYDROP_TRY(line);
    headers.push_back(std::move(*line));
  }
  session.endpoint.headers.insert(session.endpoint.headers.begin(), headers.begin(), headers.end());
  if (session.endpoint.subprotocols.empty()) {
    session.endpoint.subprotocols = check.subprotocols;
  }
  return session;
}

/// Where the profile leads by the person's own values, without the check's.
std::vector<std::string> places_of(const run::Host& host,
                                   const std::shared_ptr<const profile::Profile>& profile,
                                   std::vector<run::GivenValue> values,
                                   const os::Environment& environment) {
  values.erase(
      std::remove_if(
          values.begin(), values.end(), [&](const auto& given) { return profile->variable(given.name) == nullptr; }),
      values.end());
  const auto context = run::ProfileContext::make(profile, values, {"", true}, host, environment);
  return context ? (*context)->places() : std::vector<std::string>();
}

/// The check's values over those of the environment, those of the settings that the check has over both.
Result<std::unique_ptr<run::ProfileContext>> context_of(const run::Host& host,
                                                        const os::Environment& environment,
                                                        const check::Check& check,
                                                        const CheckSettings& settings) {
  // What one run left behind is not to decide how the next one goes: no store.
  const run::StoreChoice no_store{"", true};
  const os::Environment readable_here = readable(host.environment, settings.environment);
  auto made = run::ProfileContext::make(check.profile, {}, no_store, host, readable_here);
  WHYDROP_TRY(made);
  std::vector<run::GivenValue> own;
  std::copy_if(settings.values.begin(), settings.values.end(), std::back_inserter(own), [&](const auto& given) {
    return takes(check, given.name);
  });
  if (check.named_profile) {
    (*made)->lead_by_file(check.declared, places_of(host, check.named_profile, own, readable_here));
  }
  profile::Bindings& bindings = (*made)->bindings();
  for (const auto& [name, text] : check.variables) {
    auto value = bindings.fill_text(text, placeholders_of(environment, 1));
    if (!value && settings.rehearsal.kind != RehearsalChoice::Kind::none) {
      continue;  // the scenario has one
    }
    WHYDROP_TRY(value);
    WHYDROP_TRY(bindings.set(name, std::move(*value), profile::Origin::given));
  }
  return (*made)->give(own).map([&] { return std::move(*made); });
}

using Played = std::pair<std::shared_ptr<const profile::Rehearsal>, const profile::Scenario*>;

/// What stands for the check's server; nothing where a real one is asked for.
Result<Played> rehearsal_of(const check::Check& check, const RehearsalChoice& choice, const os::FileReader& read) {
  if (choice.kind == RehearsalChoice::Kind::none) {
    return Played();
  }
  if (check.profile_name.empty()) {
    return fail(ErrorKind::usage, "cannot be rehearsed: its target names no profile");
  }
  auto rehearsal = run::find_rehearsal(*check.profile, choice.file, read);
  WHYDROP_TRY(rehearsal);
  const std::string& name = choice.kind == RehearsalChoice::Kind::own ? check.rehearse : choice.scenario;
  return (*rehearsal)->find(name).map([&](const profile::Scenario* scenario) { return Played(*rehearsal, scenario); });
}

Result<run::ProfileInUse> profile_of(const run::Host& host,
                                     const os::Environment& environment,
                                     const check::Check& check,
                                     const CheckSettings& settings) {
  auto context = context_of(host, environment, check, settings);
  WHYDROP_TRY(context);
  run::ProfileInUse made{std::move(*context), nullptr, nullptr};
  return rehearsal_of(check, settings.rehearsal, host.read).map([&](auto&& played) {
    made.rehearsal = std::move(played.first);
    made.scenario = played.second;
    return std::move(made);
  });
}

Result<Outcome> attempt(const run::Host& host,
                        const check::Check& check,
                        const CheckSettings& settings,
                        const std::string& capture) {
  std::vector<capture::Secret> read;
  const os::Environment environment = telling(readable(host.environment, settings.environment),
                                              [&read](const capture::Secret& secret) { read.push_back(secret); });
  auto profile = profile_of(host, environment, check, settings);
  WHYDROP_TRY(profile);
  auto session = session_of(environment, check, settings, *profile->context, capture);
  WHYDROP_TRY(session);
  session->secrets.values.insert(session->secrets.values.end(), read.begin(), read.end());
  auto run = run::SessionRun::make(host, run::settings_of(*session, *profile, true));
  WHYDROP_TRY(run);
  auto server = profile->scenario != nullptr ? run::start_rehearsal(**run, *session, *profile)
                                             : std::unique_ptr<rehearsal::Server>();
  WHYDROP_TRY(server);
  CheckActor actor(check, **run, std::move(*session), *profile, settings, std::move(read));
  return actor.carry_out(settings.timeout.value_or(check.timeout));
}

}  // namespace

bool takes(const check::Check& check, const std::string& variable) {
  return check.profile->variable(variable) != nullptr;
}

Result<void> can_be_played(const check::Check& check, const CheckSettings& settings, const os::FileReader& read) {
  return rehearsal_of(check, settings.rehearsal, read).map([](const Played&) {});
}

Outcome carry_out(const run::Host& host,
                  const check::Check& check,
                  const CheckSettings& settings,
                  const std::string& capture) {
  auto outcome = attempt(host, check, settings, capture);
  return outcome ? std::move(*outcome) : wrong(outcome.error());
}

}  // namespace whydrop::check_run
