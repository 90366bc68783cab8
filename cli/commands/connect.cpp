#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/session.hpp"
#include "cli/options/talk.hpp"
#include "os/streams.hpp"
#include "run/client_run.hpp"
#include "run/sweep.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include <unistd.h>

namespace whydrop::cli {
namespace {

struct ConnectFlags {
  SessionFlags session;
  std::string in = "lines";
  std::vector<std::string> execute;
  bool echo = false;
  engine::ReplyRule replies;
  std::optional<std::uint64_t> messages;
  std::chrono::nanoseconds wait{std::chrono::seconds(2)};
  std::chrono::nanoseconds linger{std::chrono::milliseconds(250)};
  std::optional<std::chrono::nanoseconds> stay_open;
  std::optional<std::uint64_t> reconnects;
  std::string heartbeat;
  std::vector<std::chrono::nanoseconds> sweep;
};

std::string set_replies(const std::vector<std::string>& given, engine::ReplyRule& rule) {
  using Kind = engine::ReplyRule::Kind;
  const auto number = parse_number(given.back(), 0, UINT64_MAX);
  rule = {given.back() == "lines" ? Kind::each : number ? Kind::number : Kind::none, number.value_or(0)};
  const bool known = number || given.back() == "lines" || given.back() == "none";
  return known ? "" : "'" + given.back() + "' is not a number, lines or none";
}

std::string set_sweep(const std::vector<std::string>& given, std::vector<std::chrono::nanoseconds>& intervals) {
  for (const std::string& text : split(given.back(), ',')) {
    const auto interval = parse_duration(text);
    if (!interval || interval->count() <= 0) {
      return "'" + text + "' is not a duration (as in 15s,30s,60s)";
    }
    intervals.push_back(*interval);
  }
  return {};
}

void add_talk_options(Options& options, ConnectFlags& flags) {
  options.choice(
      "--in",
      {"lines", "jsonl", "json"},
      flags.in,
      "How standard input is cut into messages. lines (default): a line is a message. jsonl: a line is a JSON "
      "string, or one of {\"text\":...} {\"base64\":...} {\"ping\":...} {\"pong\":...} "
      "{\"close\":{\"code\":...,\"reason\":...}}. json: a JSON value is a message, over any number of lines");
  options.list("--execute",
               "MESSAGE",
               flags.execute,
               "Send MESSAGE, or the content of @FILE, as soon as the session is open; repeatable");
  options.flag("--echo", flags.echo, "Answer each message with itself; standard input is not read");
  options.custom(OptionInfo::option("--replies",
                                    "N|lines|none",
                                    "Data messages to wait for once standard input has ended: a number, one for each "
                                    "message sent (lines, the default), or none")
                     .completed_by({"lines", "none"}),
                 [&flags](const std::vector<std::string>& given) { return set_replies(given, flags.replies); });
  options.duration("--wait", flags.wait, "Give up waiting for replies after this much silence (2s)");
  options.duration("--linger",
                   flags.linger,
                   "Stay this long after the last reply, to see whether the server ends the session by itself (250ms; "
                   "0s closes at once)");
  add_messages_option(options, flags.messages);
  options.duration("--for", flags.stay_open, "Stay this long, then close, even if standard input has ended");
  options.duration("--timeout", flags.session.session.timeout, "Give up after this long, with exit code 8");
  options.number(
      "--reconnect",
      "N",
      flags.reconnects,
      0,
      1000000,
      "After a drop connect again, up to N times in a row, with growing waits (0.5 s to 30 s); a session of 10 s "
      "or more restarts the count; never after 401 or 403. A profile may set other waits. The last session's "
      "ending decides the exit code");
  options.custom(OptionInfo::option("--ping-sweep",
                                    "DURATION,...",
                                    "Find the idle limit of the path: one connection for each duration, silent that "
                                    "long and then pinged; shortest first, until one is dead"),
                 [&flags](const std::vector<std::string>& given) { return set_sweep(given, flags.sweep); });
}

void add_contradictions(Options& options) {
  for (const char* other : {"--echo",
                            "--execute",
                            "--for",
                            "--reconnect",
                            "--in",
                            "--replies",
                            "--messages",
                            "--expect-close",
                            "--rehearse",
                            "--heartbeat"}) {
    options.contradict("--ping-sweep", other);
  }
  options.contradict("--echo", "--in");
  options.contradict("--for", "--replies");
  options.contradict("--for", "--wait");
  for (const char* other : {"--for", "--replies", "--wait"}) {
    options.contradict("--messages", other);
  }
}

script::ClientScript script_of(const ConnectFlags& flags, bool reads_input, bool interactive) {
  script::ClientScript plan;
  if (reads_input && !interactive) {
    plan.input = flags.in == "jsonl"    ? engine::InputFormat::jsonl
                 : flags.in == "json"   ? engine::InputFormat::json
                 : flags.session.binary ? engine::InputFormat::binary_lines
                                        : engine::InputFormat::lines;
  }
  plan.echo = flags.echo;
  plan.stays = flags.echo || interactive;
  plan.replies = flags.replies;
  plan.messages = flags.messages;
  plan.wait = flags.wait;
  plan.linger = flags.linger;
  plan.stay_open = flags.stay_open;
  return plan;
}

Result<int> connect(const ConnectFlags& flags) {
  const run::Host& host = begin_run();
  auto asked = make_session(flags.session, host);
  WHYDROP_TRY(asked);
  if (!flags.sweep.empty()) {
    return run::sweep(host, asked->session, asked->profile, flags.sweep);
  }
  auto profile = run::use_profile(asked->profile, host);
  WHYDROP_TRY(profile);
  const bool plays = profile->scenario != nullptr && flags.execute.empty() && !flags.echo;
  const bool reads_input = !flags.echo && !plays;
  run::ClientPlan plan;
  plan.interactive =
      reads_input && flags.in == "lines" && os::is_terminal(STDIN_FILENO) && os::is_terminal(STDOUT_FILENO);
  plan.script = script_of(flags, reads_input, plan.interactive);
  WHYDROP_TRY(add_heartbeats(flags.heartbeat, profile->context.get(), plan.script));
  WHYDROP_TRY(plays ? add_scenario_moves(*profile, plan.script)
                    : add_client_moves(flags.execute, host.read, flags.session, *profile, plan.script));
  plan.reconnects = flags.reconnects;
  return run::run_client(host, std::move(asked->session), *profile, asked->profile.recognise, std::move(plan));
}

}  // namespace

Run setup_connect(Options& options) {
  const auto flags = std::make_shared<ConnectFlags>();
  add_session_arguments(options, flags->session);
  add_talk_options(options, *flags);
  add_session_profile(options, flags->session);
  add_heartbeat_option(options, flags->heartbeat);
  add_contradictions(options);
  add_session_groups(options, flags->session);
  return [flags] { return complete_user(flags->session.endpoint).and_then([&] { return connect(*flags); }); };
}

}  // namespace whydrop::cli
