#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/session.hpp"
#include "cli/options/talk.hpp"
#include "engine/expectation.hpp"
#include "json/json.hpp"
#include "os/streams.hpp"
#include "profile/compose.hpp"
#include "replay_run/repeat.hpp"
#include "run/client_run.hpp"
#include "run/profiles.hpp"
#include "validate/validation.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <utility>

namespace whydrop::cli {
namespace {

struct SendFlags {
  SessionFlags session;
  std::vector<std::string> messages, data, types, sets, drops, expect, expect_text, expect_regex, expect_schema, then;
  std::optional<std::uint64_t> count;
  std::optional<std::chrono::nanoseconds> wait;
  std::chrono::nanoseconds linger{std::chrono::milliseconds(250)};
  std::optional<std::uint64_t> repeats;
  bool until_drop = false;
  bool silent = false;  ///< of sessions that are repeated only the table is printed
};

using Given = std::vector<std::pair<std::string, std::string>>;

/// True for what can be the name of a type: one word. Anything else that --message has, without a profile, is a text.
bool is_type_name(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == ':';
  });
}

Result<script::Move> profile_message(const std::string& type, const run::ProfileContext* context, bool binary) {
  if (context == nullptr) {
    return fail(ErrorKind::usage,
                "option --message: no profile to take it from",
                "--profile NAME; --data sends a text as it is");
  }
  return profile::message_step(context->profile(), type).map([binary](profile::Step&& step) {
    step.binary = binary;
    return script::saying(std::move(step), false, true);
  });
}

/// --set and --drop change the --message before them.
Result<void> change(const std::string& option, const std::string& value, std::vector<script::Move>& moves) {
  auto* send = moves.empty() ? nullptr : std::get_if<check::Send>(&moves.back().step.act);
  if (send == nullptr || send->said.kind != profile::Step::Kind::send) {
    return fail(ErrorKind::usage, "option " + option + ": no --message before it", "--message TYPE " + option + " …");
  }
  return option == "--set" ? profile::add_set(send->said, value) : profile::add_drop(send->said, value);
}

/// `before_then`: as Expectations has it.
Result<std::vector<script::Move>> read_moves(const Given& given,
                                             std::deque<std::size_t> before_then,
                                             const run::ProfileContext* context,
                                             bool binary,
                                             const os::FileReader& read) {
  std::vector<script::Move> moves;
  for (const auto& [name, value] : given) {
    if (name == "--set" || name == "--drop") {
      WHYDROP_TRY(change(name, value, moves));
      continue;
    }
    const bool of_profile = name == "--message" && (context != nullptr || is_type_name(value));
    auto move = of_profile ? profile_message(value, context, binary) : read_message(value, binary, read);
    WHYDROP_TRY(move);
    if (name == "--then") {
      move->after_met = before_then.front();
      before_then.pop_front();
    }
    moves.push_back(std::move(*move));
  }
  for (const script::Move& move : moves) {
    const profile::Step& said = std::get<check::Send>(move.step.act).said;
    if (said.kind != profile::Step::Kind::send || profile::awaits_reply(context->bindings(), said)) {
      continue;
    }
    WHYDROP_TRY(profile::compose(context->bindings(), said));
  }
  return moves;
}

/// What is said: the client's part of a scenario, where nothing else is asked for, or what the profile begins with and
/// what a person gave.
Result<void> add_moves(const SendFlags& flags,
                       const Given& given,
                       const std::deque<std::size_t>& before_then,
                       const run::ProfileInUse& profile,
                       const os::FileReader& read,
                       script::ClientScript& plan) {
  if (given.empty() && profile.scenario == nullptr) {
    return fail(ErrorKind::usage,
                "no MESSAGE given",
                profile.context
                    ? "--message TYPE; whydrop profile show " + profile.context->profile().name + " lists them"
                    : "whydrop send --help");
  }
  if (given.empty()) {
    plan.moves = script::moves_of(*profile.scenario);
    plan.replies.kind = engine::ReplyRule::Kind::none;
    return {};
  }
  auto moves = read_moves(given, before_then, profile.context.get(), flags.session.binary, read);
  WHYDROP_TRY(moves);
  plan.moves = std::move(*moves);
  if (!profile.context || flags.session.no_opening) {
    return {};
  }
  return run::opening_moves(*profile.context).map([&](std::vector<script::Move>&& opening) {
    plan.opening = std::move(opening);
  });
}

/// With a profile the URL may be left out: then the first argument is a message already.
Given take_url(Given given, SendFlags& flags) {
  const auto url = std::find_if(given.begin(), given.end(), [](const auto& it) { return it.first == "URL"; });
  if (url == given.end()) {
    return given;
  }
  const bool is_url = flags.session.profile.profile.empty() || flags.session.profile.profile == run::kNoProfile ||
                      net::parse_url(url->second).has_value();
  if (is_url) {
    given.erase(url);
  } else {
    flags.session.url.reset();
  }
  return given;
}

bool is_expectation(std::string_view name) {
  return starts_with(name, "--expect");
}

/// A schema's own words for what must come are too many: its name stands for them.
Result<engine::Expected> by_schema(const std::string& given, const os::FileReader& read) {
  auto judge = validate::make_schema_judge(given, read);
  WHYDROP_TRY(judge);
  return engine::Expected{"schema:" + given, [judge = std::shared_ptr(std::move(*judge))](std::string_view message) {
                            json::Json document;
                            return !document.parse(message) && judge->judge(document.root()).faults.empty();
                          }};
}

Result<engine::Expected> expectation_of(const std::string& name, const std::string& value, const os::FileReader& read) {
  if (name == "--expect-schema") {
    return by_schema(value, read);
  }
  return engine::Expected{(name == "--expect-text" ? "text:" : name == "--expect-regex" ? "regex:" : "") + value};
}

/// What must come, and before which --then: for each of these how many are to have come.
struct Expectations {
  std::vector<engine::Expected> all;
  std::deque<std::size_t> before_then;
};

/// With --then each part of the messages has an answer to wait for, which may be any.
Result<Expectations> expectations_of(const Given& given, const os::FileReader& read) {
  Expectations expected;
  std::size_t of_part = 0;
  const auto end_part = [&] {
    if (std::exchange(of_part, 0) == 0) {
      expected.all.push_back(engine::any_message());
    }
  };
  for (const auto& [name, value] : given) {
    if (name == "--then") {
      end_part();
      expected.before_then.push_back(expected.all.size());
    } else if (is_expectation(name)) {
      auto made = expectation_of(name, value, read);
      WHYDROP_TRY(made);
      expected.all.push_back(std::move(*made));
      ++of_part;
    }
  }
  if (!expected.before_then.empty()) {
    end_part();
  }
  return expected;
}

/// What is said, to whom, and what must come.
struct Conversation {
  Asked session;
  Given messages, in_order;
};

/// One session.
Result<int> send_once(const SendFlags& flags, Conversation asked, const run::Host& host, const run::Attach& attach) {
  auto profile = run::use_profile(asked.session.profile, host);
  WHYDROP_TRY(profile);
  run::ClientPlan plan;
  plan.silent = attach != nullptr && flags.silent;
  plan.script.replies = {engine::ReplyRule::Kind::each};
  plan.script.linger = flags.linger;
  plan.script.stay_after_send = flags.wait;
  auto expected = expectations_of(asked.in_order, host.read);
  WHYDROP_TRY(expected);
  plan.script.expect = std::move(expected->all);
  plan.script.messages = flags.count;
  WHYDROP_TRY(add_moves(flags, asked.messages, expected->before_then, *profile, host.read, plan.script));
  const bool recognise = asked.session.profile.recognise;
  return run::run_client(host, std::move(asked.session.session), *profile, recognise, std::move(plan), attach);
}

Result<int> send(SendFlags& flags, const Given& arguments) {
  if (flags.until_drop && !flags.repeats) {
    return fail(ErrorKind::usage, "option --until-drop: nothing is repeated", "--repeat N");
  }
  Conversation asked;
  asked.in_order = take_url(arguments, flags);
  std::copy_if(asked.in_order.begin(), asked.in_order.end(), std::back_inserter(asked.messages), [](const auto& it) {
    return !is_expectation(it.first);
  });
  const run::Host& host = begin_run();
  auto made = make_session(flags.session, host);
  WHYDROP_TRY(made);
  asked.session = std::move(*made);
  auto& timeout = asked.session.session.timeout;
  if (!timeout) {
    // A scenario takes the time that it takes: its waits are part of it.
    timeout = asked.messages.empty() ? std::chrono::seconds(120) : std::chrono::seconds(30);
  }
  if (!flags.repeats) {
    return send_once(flags, std::move(asked), host, nullptr);
  }
  return replay_run::repeat(
      host, {*flags.repeats, flags.until_drop}, [&](std::uint64_t number, const run::Attach& attach) {
        Conversation again = asked;
        auto& mode = again.session.session.capture.mode;
        mode = number > 1 ? os::FileMode::append : mode;
        return send_once(flags, std::move(again), host, attach);
      });
}

void add_message_options(Options& options, SendFlags& flags) {
  options.list("--message",
               "TYPE",
               flags.types,
               "Send the profile's message of this type, once the session allows it; repeatable, and in order with "
               "each MESSAGE");
  options.list("--set",
               "/POINTER=VALUE",
               flags.sets,
               "In the --message before: VALUE (JSON, or else a string) at this JSON Pointer; {name} is a variable");
  options.list("--drop", "/POINTER", flags.drops, "In the --message before: remove the value there");
}

}  // namespace

Run setup_send(Options& options) {
  const auto flags = std::make_shared<SendFlags>();
  add_session_arguments(options, flags->session);
  options.positionals("MESSAGE",
                      flags->messages,
                      false,
                      "Text, @FILE for a file's content, - for standard input; a trailing line end of text is dropped");
  options.list(
      "--expect",
      "POINTER=VALUE",
      flags->expect,
      "A message must come whose member at this JSON Pointer is VALUE (JSON, or else a string); repeatable, in "
      "order, one message each; other messages are skipped");
  options.list("-d,--data", "MESSAGE", flags->data, "The same as an option, in order with any MESSAGE");
  options.list(
      "--expect-text", "WORDS", flags->expect_text, "A message must come that contains WORDS, in order with --expect");
  options.list("--expect-regex",
               "PATTERN",
               flags->expect_regex,
               "A message must come in which this regular expression (RE2) is found, in order with --expect");
  options.list("--expect-schema",
               "FILE",
               flags->expect_schema,
               "A message must come that is valid by this JSON Schema (FILE#/POINTER: one inside another document), in "
               "order with --expect");
  options.list("--then",
               "MESSAGE",
               flags->then,
               "Send this once every --expect before it has been met (without one: once any message has come); what is "
               "expected behind it must come after it");
  add_messages_option(options, flags->count);
  options.duration(
      "--wait",
      flags->wait,
      "Stay this long after the last send. Default: until the expectations are met or, if there are none, until each "
      "message has had its reply, or for 2s of silence. A reply is a data message that comes after a message was sent");
  options.duration("--linger",
                   flags->linger,
                   "Stay this long after the last reply, to see whether the server ends the session by itself (250ms; "
                   "0s closes at once)");
  options.duration(
      "--timeout", flags->session.session.timeout, "Give up after this long, with exit code 8 (30s, of a scenario 2m)");
  options.number(
      "--repeat",
      "N",
      flags->repeats,
      1,
      1'000'000,
      "Have the same session N times, one after the other, and say how many survived and where others ended");
  options.flag("--until-drop", flags->until_drop, "With --repeat: stop at the first that did not survive");
  add_session_profile(options, flags->session);
  add_message_options(options, *flags);
  options.contradict("--messages", "--wait");
  for (const char* other : {"--expect", "--expect-text", "--expect-regex", "--expect-schema", "--then"}) {
    options.contradict("--messages", other);
  }
  add_session_groups(options, flags->session);
  return [flags, &options] {
    flags->silent = flags->session.session.output.verbosity == 0 && !options.given("--output");
    return complete_user(flags->session.endpoint).and_then([&] {
      return send(*flags,
                  options.in_order({"URL",
                                    "MESSAGE",
                                    "--data",
                                    "--message",
                                    "--set",
                                    "--drop",
                                    "--then",
                                    "--expect",
                                    "--expect-text",
                                    "--expect-regex",
                                    "--expect-schema"}));
    });
  };
}

}  // namespace whydrop::cli
