#include "run/client_run.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "profile/compose.hpp"
#include "run/connector.hpp"
#include "run/interactive.hpp"
#include "run/prepare.hpp"
#include "run/recent_messages.hpp"
#include "run/session_status.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

/// Everything of one conversation that must live until its verdict.
class ClientRun {
 public:
  ClientRun(SessionRun& run,
            script::ScriptedClient& conversation,
            const Session& session,
            net::ConnectOptions options,
            engine::ReconnectPolicy::Limits reconnects)
      : run_(run),
        conversation_(conversation),
        session_(session),
        connector_(run,
                   conversation,
                   session.endpoint,
                   std::move(options),
                   std::move(reconnects),
                   [this](const auto& verdict) {
                     conversation_.on_gone();
                     return wants_more(verdict);
                   }) {}

  /// `most`: after so long it ends, whether a session is open or not; null: as the script has it.
  int carry_out(bool interactive, std::optional<std::chrono::nanoseconds> most) {
    run_.loop().on_signal([this](int number) { interrupted_by(number); });
    run_.on_reader_gone([this] { connector_.interrupt(); });
    if (session_.timeout) {
      run_.loop().after(*session_.timeout, [this] { time_out(); });
    }
    if (most) {
      run_.loop().after(*most, [this] { end(); });
    }
    if (interactive) {
      run_.pipeline().add_sink(recent_);
      run_.pipeline().add_sink(status_);
      interactive_.emplace(run_, conversation_, recent_, status_, [this](int number) { interrupted_by(number); });
    }
    connector_.start([this] { run_.loop().stop(); });
    run_.loop().run();
    interactive_.reset();
    return conclude();
  }

 private:
  bool wants_more(const session::Verdict& verdict) const {
    const bool as_expected = verdict.received && !session_.expect_close.empty();
    return !conversation_.finished() && !as_expected && !outcome_.timed_out;
  }

  void end() {
    if (conversation_.open()) {
      conversation_.close();
    } else {
      connector_.interrupt();
    }
  }

  void interrupted_by(int number) {
    outcome_.signal = number;
    connector_.interrupt();
  }

  void time_out() {
    outcome_.timed_out = true;
    conversation_.ran_out("timeout", *session_.timeout);
    const std::string& missing = conversation_.missing();
    const std::string why = !conversation_.open() ? "no session is open" : missing;
    run_.talk(fmt::format(
        "--timeout ran out after {}{}", format_duration(session_.timeout->count()), why.empty() ? "" : ": " + why));
    connector_.interrupt();
  }

  int conclude() {
    const engine::Expectations& expected = conversation_.expectations();
    outcome_.expectation_failed = !expected.done();
    if (outcome_.expectation_failed && connector_.opened() && !conversation_.unsaid()) {
      run_.talk(unmet(expected));
    }
    if (const auto& unsaid = conversation_.unsaid()) {
      outcome_.usage = unsaid->kind == ErrorKind::usage;
      outcome_.expectation_failed = true;
    }
    return run_.finish(outcome_, conversation_.input_error());
  }

  static std::string unmet(const engine::Expectations& expected) {
    const std::string& seen = expected.last_seen();
    return fmt::format("expectation {} of {} was not met: {}; {}",
                       expected.met() + 1,
                       expected.size(),
                       expected.next_text(),
                       seen.empty() ? "no message came" : "last message: " + escape_for_terminal(seen));
  }

  SessionRun& run_;
  script::ScriptedClient& conversation_;
  const Session& session_;
  Connector connector_;
  diagnose::RunOutcome outcome_;
  RecentMessages recent_;  ///< of an interactive run
  SessionStatus status_;   ///< likewise
  std::optional<Interactive> interactive_;
};

/// Standard input and the client that it goes to.
struct Input {
  Input(const Host& host, engine::Loop& loop) : feed(host.input(loop)) {}
  void start() {
    feed->start([this](std::string chunk) { client->feed(std::move(chunk)); }, [this] { client->end_of_input(); });
  }
  std::unique_ptr<script::ScriptedClient> client;
  std::unique_ptr<InputFeed> feed;  ///< last: its thread ends before the client goes
};

script::ClientServices services(SessionRun& run, Input& input) {
  return {run.loop(),
          run.pipeline(),
          run.bindings(),
          [&run](const std::string& line) { run.talk(line); },
          run.host().random,
          [&input] { input.start(); },
          [&input] { input.feed->release(); }};
}

/// The limits that are the run's and not the connection's.
std::vector<session::RunLimit> run_limits(const Session& session, const script::ClientScript& plan) {
  const auto of = [](const std::optional<std::chrono::nanoseconds>& limit) { return limit ? limit->count() : 0; };
  const bool waits = !plan.stays && !plan.stay_open && !plan.messages;
  return {{"timeout", of(session.timeout)},
          {"wait", waits ? plan.stay_after_send.value_or(plan.wait).count() : 0},
          {"for", of(plan.stay_open)},
          {"linger", (waits || plan.messages) && !plan.stay_after_send ? plan.linger.count() : 0}};
}

/// The profile's own policy, where it has one: its waits are not drawn by chance.
engine::ReconnectPolicy::Limits limits_of(const ProfileInUse& profile, const ClientPlan& plan) {
  engine::ReconnectPolicy::Limits limits;
  if (plan.endless) {
    limits.most = engine::ReconnectPolicy::kEndless;
    limits.after_refusal = true;
    limits.cap = std::chrono::minutes(1);
    return limits;
  }
  limits.most = plan.reconnects.value_or(profile.scenario != nullptr ? profile.scenario->reconnects : 0);
  const auto* own = profile.context ? &profile.context->profile().reconnect : nullptr;
  if (own != nullptr && *own) {
    limits.first = (*own)->first;
    limits.cap = (*own)->cap;
    limits.not_after = (*own)->not_after;
    limits.by_chance = false;
  }
  return limits;
}

}  // namespace

Result<int> run_client(
    const Host& host, Session session, ProfileInUse& profile, bool recognise, ClientPlan plan, const Attach& add) {
  // Told before anything is opened, where the URL does not depend on what is opened first.
  const auto calls = first_calls(session, profile);
  const bool late = profile.scenario != nullptr || !calls.empty();
  Destinations destinations(host, session.endpoint.send_to, true);
  if (!late) {
    const auto asked = connect_options_of(session, profile);
    WHYDROP_TRY(asked);
    WHYDROP_TRY(check_destination(destinations, session, profile, asked->url));
  }
  SessionRun::Settings settings = settings_of(session, profile, recognise);
  settings.silent = plan.silent;
  auto run = SessionRun::make(host, settings);
  WHYDROP_TRY(run);
  const auto companion = add ? add(**run) : Companion();
  WHYDROP_TRY(companion);
  const auto prepared = prepare(**run, session, profile, calls, destinations);
  WHYDROP_TRY(prepared);
  if (prepared->code) {
    return *prepared->code;
  }
  auto options = scenario_connect_options(session, profile);
  WHYDROP_TRY(options);
  WHYDROP_TRY(check_destination(destinations, session, profile, options->url));
  adopt_destination(destinations, **run, session, profile, options->url);
  plan.script.awaits_close = !session.expect_close.empty();
  plan.script.close_code = session.close_code;
  plan.script.close_reason = session.close_reason;
  plan.script.strict = session.strict;
  options->run_limits = run_limits(session, plan.script);
  for (const engine::Expected& expected : plan.script.expect) {
    options->expect.push_back(expected.text);
  }
  const auto most = plan.endless ? std::exchange(plan.script.stay_open, std::nullopt) : std::nullopt;
  Input input(host, (*run)->loop());
  auto client = script::ScriptedClient::make(services(**run, input), std::move(plan.script));
  WHYDROP_TRY(client);
  input.client = std::move(*client);
  ClientRun running(**run, *input.client, session, std::move(*options), limits_of(profile, plan));
  const int code = running.carry_out(plan.interactive, most);
  const auto saved = profile.context ? profile.context->save() : Result<void>();
  return saved ? Result<int>(code) : tl::unexpected<Error>(saved.error());
}

Result<std::vector<script::Move>> opening_moves(const ProfileContext& context) {
  std::vector<script::Move> moves;
  for (const profile::Opening& row : context.profile().opening) {
    auto step = profile::message_step(context.profile(), row.message);
    const auto composed = step.and_then([&](const profile::Step& it) {
      return profile::awaits_reply(context.bindings(), it) ? Result<codec::Message>()
                                                           : profile::compose(context.bindings(), it);
    });
    WHYDROP_TRY(composed);
    moves.push_back(script::saying(std::move(*step), false, true));
    if (!row.await.empty()) {
      moves.push_back(script::expecting(row.await, row.where));
    }
  }
  return moves;
}

}  // namespace whydrop::run
