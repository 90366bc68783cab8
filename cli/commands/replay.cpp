#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/errors.hpp"
#include "cli/options.hpp"
#include "cli/options/profile.hpp"
#include "cli/options/session.hpp"
#include "os/rereadable_file.hpp"
#include "os/streams.hpp"
#include "replay_run/comparison.hpp"
#include "replay_run/prepared_replay.hpp"
#include "replay_run/runs.hpp"
#include "run/calls.hpp"
#include "run/session_profile.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace whydrop::cli {
namespace {

struct ReplayFlags {
  replay_run::ReplaySettings replay;
  bool only_plan = false, compares = false;
  bool fail_on_given = false;
  std::uint64_t count = 1, parallel = 1;
  replay_run::ReplayComparison::Settings comparison;
};

std::string set_pace(const std::vector<std::string>& given, replay::Pace& pace) {
  const auto parsed = replay::parse_pace(given.back());
  if (!parsed) {
    return "'" + given.back() + "' is not matched, recorded, fast or a speed (as in 2x)";
  }
  const auto most_gap = pace.most_gap;
  pace = *parsed;
  pace.most_gap = most_gap;
  return {};
}

std::string add_edit(const std::string& text, std::vector<replay::Edit>& edits) {
  auto edit = replay::parse_edit(text);
  if (!edit) {
    return edit.error().message;
  }
  edits.push_back(*std::move(edit));
  return {};
}

std::string set_edits(const std::vector<std::string>& given, std::vector<replay::Edit>& edits) {
  for (const std::string& text : given) {
    if (std::string why = add_edit(text, edits); !why.empty()) {
      return why;
    }
  }
  return {};
}

std::string set_skips(const std::vector<std::string>& given, std::vector<replay::Edit>& edits) {
  for (const std::string& text : given) {
    for (const std::string& part : split(text, ',')) {
      const auto seq = parse_number(part, 1, UINT64_MAX);
      if (!seq) {
        return "'" + part + "' is not the number of an event (as in 14,20)";
      }
      replay::Edit edit;
      edit.seq = *seq;
      edit.skip = true;
      edits.push_back(std::move(edit));
    }
  }
  return {};
}

Result<int> print_plan(const replay_run::PreparedReplay& replay) {
  os::FdSink out(STDOUT_FILENO, "standard output", false);
  return out.write(replay.text()).map([] { return 0; });
}

/// What of a comparison is asked for where there is none, and one where there would be many.
Result<void> check_comparison(const ReplayFlags& flags) {
  if (flags.compares && flags.count > 1) {
    return fail(
        ErrorKind::usage, "option --compare: it compares one replay with the recording, not many", "leave out --count");
  }
  for (const std::string& pointer : flags.comparison.ignore) {
    if (!compare::is_pattern(pointer)) {
      return fail(ErrorKind::usage,
                  fmt::format("option --ignore: '{}' is no JSON Pointer", pointer),
                  "as in --ignore /body/timestamp, or /items/*/id for any item");
    }
  }
  for (const auto& [given, name] :
       {std::pair(flags.comparison.strict, "--strict"), std::pair(!flags.comparison.ignore.empty(), "--ignore")}) {
    if (given && !flags.compares) {
      return fail(ErrorKind::usage, std::string("option ") + name + ": nothing is compared", "--compare");
    }
  }
  return {};
}

Result<std::unique_ptr<replay_run::ReplayComparison>> make_comparison(const replay_run::PreparedReplay& replay,
                                                                      const ReplayFlags& flags) {
  if (!flags.compares) {
    return std::unique_ptr<replay_run::ReplayComparison>();
  }
  replay_run::ReplayComparison::Settings settings = flags.comparison;
  settings.secrets = replay.bound();
  return replay_run::ReplayComparison::make(replay, settings);
}

/// What the plan has to say, after which part of the file it is of, where there are more and none was asked for.
std::vector<std::string> notes(const ReplayFlags& flags, const replay_run::PreparedReplay& replay) {
  const replay::Plan& plan = replay.plan();
  const std::string& name = replay.file().name();
  std::vector<std::string> said;
  if (plan.runs > 1 && flags.replay.run == 1) {
    said.push_back(fmt::format("{} holds {} runs: the first is replayed; --run N takes another", name, plan.runs));
  }
  if (plan.conns > 1 && !flags.replay.conn) {
    said.push_back(fmt::format("{} holds {} WebSocket connections: connection {} is replayed; --conn N takes another",
                               name,
                               plan.conns,
                               plan.conn));
  }
  said.insert(said.end(), plan.notes.begin(), plan.notes.end());
  return said;
}

Result<int> replay(const ReplayFlags& flags) {
  WHYDROP_TRY(check_comparison(flags));
  auto file = os::RereadableFile::open(flags.replay.file);
  WHYDROP_TRY(file);
  auto made = replay_run::PreparedReplay::make(*file, flags.replay);
  WHYDROP_TRY(made);
  replay_run::PreparedReplay& it = **made;
  auto comparison = make_comparison(it, flags);
  WHYDROP_TRY(comparison);
  if (flags.only_plan) {
    return print_plan(it);
  }
  const run::SessionSettings& session = flags.replay.session;
  run::SessionRun::Settings settings = run::settings_of(session, it.profile());
  settings.bound = it.bound();
  settings.secret_keys = it.plan().secret_keys;
  settings.silent = flags.count > 1 && session.output.verbosity == 0 && !flags.replay.output_given;
  auto run = run::SessionRun::make(settings);
  WHYDROP_TRY(run);
  if (*comparison) {
    (*run)->pipeline().add_sink((*comparison)->live());
  }
  for (const std::string& warning : it.warnings()) {
    (*run)->talk("warning: " + warning);
  }
  for (const std::string& note : session.output.quiet ? std::vector<std::string>() : notes(flags, it)) {
    (*run)->talk("note: " + note);
  }
  auto ground = run::prepare(**run, session, it.profile(), {});
  WHYDROP_TRY(ground);
  const std::string at = ground->at;
  const replay::KeyMaker keys(it.shared_profile().get());
  script::ReplayActorSettings replaying = it.replaying();
  replaying.keys = flags.count > 1 ? &keys : nullptr;
  replay_run::ReplayRuns runs(
      **run,
      {session,
       it.profile(),
       it.plan(),
       [&it] { return it.recording(); },
       std::move(replaying),
       it.values(),
       it.calls(),
       at,
       [&it, at](const profile::Bindings* bindings) { return it.connect_options(at, bindings); },
       flags.count,
       flags.parallel,
       flags.compares ? [&] { return (*comparison)->differ(); } : std::function<bool()>(),
       !flags.compares || flags.fail_on_given});
  const int code = runs.carry_out();
  if (*comparison && !(*run)->data().write((*comparison)->text(session.output))) {
    return 3;
  }
  const auto saved = it.profile().context ? it.profile().context->save() : Result<void>();
  return saved ? code : report(saved.error());
}

void add_part_options(Options& options, replay_run::ReplaySettings& flags) {
  options.group("What is replayed");
  options.number("--run", "N", flags.run, 1, UINT32_MAX, "Of a capture that was appended to the Nth run (1)");
  options.number(
      "--conn", "N", flags.conn, 1, UINT32_MAX, "Connection N; without it the first session that was opened");
  options.number("--from-seq", "N", flags.from_seq, 0, UINT64_MAX, "What the client did from event N on");
  options.number("--to-seq", "N", flags.to_seq, 0, UINT64_MAX, "What the client did up to event N");
  options.custom({{"--edit"},
                  "SEQ:/POINTER=VALUE",
                  "In the client's message that is event SEQ put VALUE (JSON, or else a string) at this JSON Pointer; "
                  "SEQ:=TEXT replaces all of it; repeatable",
                  {},
                  {},
                  false,
                  false,
                  true},
                 [&flags](const std::vector<std::string>& given) { return set_edits(given, flags.edits); });
  options.custom(
      {{"--skip"}, "SEQ", "Leave out event SEQ of the client's; several with commas", {}, {}, false, false, true},
      [&flags](const std::vector<std::string>& given) { return set_skips(given, flags.skips); });
  options.flag(
      "--raw", flags.raw, "Send the recorded frames byte for byte, unlawful ones too: fragments, masks, RSV bits");
}

void add_pace_options(Options& options, replay_run::ReplaySettings& flags) {
  options.group("When");
  options.custom(
      {{"--pace"},
       "matched|recorded|fast|Nx",
       "A message goes once the server's messages before it have come; then, matched (default), after the recorded "
       "gap; recorded, at its recorded time, and without what comes more than 1s late (2x: twice as fast); "
       "fast, at once",
       {},
       {"matched", "recorded", "fast", "2x"}},
      [&flags](const std::vector<std::string>& given) { return set_pace(given, flags.pace); });
  options.duration("--max-gap", flags.pace.most_gap, "Of a recorded gap keep at most this much (5s)");
  options.duration("--patience", flags.patience, "Give up after waiting this long for a message of the server's (10s)");
  options.duration("--timeout", flags.session.timeout, "Give up after this long, with exit code 8");
}

void add_compare_options(Options& options, ReplayFlags& flags) {
  options.group("Comparison");
  options.flag(
      "--compare",
      flags.compares,
      "Say what came out differently from the recording, its end included; exit code 1 if something did, 0 if nothing "
      "did however it ended");
  options.list("--ignore",
               "/POINTER",
               flags.comparison.ignore,
               "Do not compare what stands at this JSON Pointer in any message, * for all items; repeatable");
  options.flag("--strict", flags.comparison.strict, "Compare times, ids, counters and tokens as they are, not by kind");
}

void add_repeat_options(Options& options, ReplayFlags& flags) {
  options.group("How often");
  options.number(
      "--count", "N", flags.count, 1, 1000000, "Replay N times, and say how many survived and where others ended");
  options.number("--parallel", "N", flags.parallel, 1, 1000, "So many of them at a time (1)");
}

}  // namespace

Run setup_replay(Options& options) {
  const auto flags = std::make_shared<ReplayFlags>();
  replay_run::ReplaySettings& replay_flags = flags->replay;
  options.positional(
      "FILE", replay_flags.file, true, "A capture, a browser's HAR, or messages, one JSON a line; - is standard input");
  options.group("Session");
  options.custom(
      {{"--url"},
       "URL",
       "Connect there instead of where the recording was made; where it names no path, the recorded one is kept"},
      [&replay_flags](const std::vector<std::string>& given) {
        replay_flags.session.url = given.back();
        return std::string();
      });
  options.flag("--plan", flags->only_plan, "Print what would be done, and with which values; connect nowhere");
  add_close_options(options, replay_flags.session);
  add_part_options(options, replay_flags);
  add_pace_options(options, replay_flags);
  add_compare_options(options, *flags);
  add_repeat_options(options, *flags);
  add_profile_options(options, replay_flags.session.profile);
  options.flag("--no-calls", replay_flags.no_calls, "Do not make again the REST calls that came before the session");
  add_rehearse_options(options,
                       replay_flags.session,
                       "Replay against this scenario of the profile: a server of our own, on loopback, stands for the "
                       "profile's hosts");
  add_session_groups(options, replay_flags.session);
  return [flags, &options] {
    flags->replay.user_agent_given = options.given("--user-agent");
    flags->replay.output_given = options.given("--output");
    flags->fail_on_given = options.given("--fail-on");
    return complete_user(flags->replay.session.endpoint.user).and_then([&] { return replay(*flags); });
  };
}

}  // namespace whydrop::cli
