#include "replay_run/replay.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/profile.hpp"
#include "cli/options/session.hpp"
#include "compare/compare.hpp"

#include <memory>
#include <utility>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

struct ReplayFlags {
  SessionFlags session;
  replay_run::ReplayRequest request;  ///< what needs no file, no environment and no other option
  std::optional<std::uint64_t> conn;
  std::vector<replay::Edit> skips;
  bool compares = false;
  replay_run::ComparisonChoice comparison;
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
      edit.kind = replay::Edit::Kind::skip;
      edits.push_back(std::move(edit));
    }
  }
  return {};
}

/// What of a comparison is asked for where there is none, and one where there would be many.
Result<void> check_comparison(const ReplayFlags& flags) {
  if (flags.compares && flags.request.count > 1) {
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

Result<replay_run::ReplayRequest> make_request(const ReplayFlags& flags,
                                               const Options& options,
                                               const run::Host& host) {
  replay_run::ReplayRequest request = flags.request;
  auto asked = make_session(flags.session, host);
  WHYDROP_TRY(asked);
  request.session = std::move(asked->session);
  request.profile = std::move(asked->profile);
  request.conn = flags.conn ? std::optional(static_cast<std::uint32_t>(*flags.conn)) : std::nullopt;
  request.edits.insert(request.edits.end(), flags.skips.begin(), flags.skips.end());
  request.silent = request.count > 1 && request.session.output.verbosity == 0 && !options.given("--output");
  request.findings_fail = !flags.compares || options.given("--fail-on");
  request.compare = flags.compares ? std::optional(flags.comparison) : std::nullopt;
  return request;
}

Result<int> replay(const ReplayFlags& flags, const Options& options) {
  WHYDROP_TRY(check_comparison(flags));
  const run::Host& host = begin_run();
  const auto request = make_request(flags, options, host);
  WHYDROP_TRY(request);
  return replay_run::replay(host, *request);
}

void add_part_options(Options& options, ReplayFlags& flags) {
  replay_run::ReplayRequest& request = flags.request;
  options.group("What is replayed");
  options.number("--run", "N", request.run, 1, UINT32_MAX, "The Nth run of a capture that was appended to (1)");
  options.number("--conn", "N", flags.conn, 1, UINT32_MAX, "Connection N (default: the first session that was opened)");
  options.number("--from-seq", "N", request.from_seq, 0, UINT64_MAX, "What the client did from event N on");
  options.number("--to-seq", "N", request.to_seq, 0, UINT64_MAX, "What the client did up to event N");
  options.custom(OptionInfo::option(
                     "--edit",
                     "SEQ:/POINTER=VALUE",
                     "Put VALUE (JSON, or else a string) at this JSON Pointer of the client's message at event SEQ; "
                     "SEQ:=TEXT replaces all of it; repeatable")
                     .repeats(),
                 [&request](const std::vector<std::string>& given) { return set_edits(given, request.edits); });
  options.custom(OptionInfo::option("--skip", "SEQ", "Leave out the client's event SEQ; several with commas").repeats(),
                 [&flags](const std::vector<std::string>& given) { return set_skips(given, flags.skips); });
  options.flag(
      "--raw", request.raw, "Send the recorded frames byte for byte, unlawful ones too: fragments, masks, RSV bits");
}

void add_pace_options(Options& options, ReplayFlags& flags) {
  replay_run::ReplayRequest& request = flags.request;
  options.group("When");
  options.custom(
      OptionInfo::option(
          "--pace",
          "matched|recorded|fast|Nx",
          "A message goes once the server's messages before it have come; then, matched (default), after the recorded "
          "gap; recorded, at its recorded time, and without what comes more than 1s late (2x: twice as fast); "
          "fast, at once")
          .completed_by({"matched", "recorded", "fast", "2x"}),
      [&request](const std::vector<std::string>& given) { return set_pace(given, request.pace); });
  options.duration("--max-gap", request.pace.most_gap, "Longest recorded gap to keep (5s)");
  options.duration("--patience", request.patience, "Give up after waiting this long for a server message (10s)");
  options.duration("--timeout", flags.session.session.timeout, "Give up after this long, with exit code 8");
}

void add_compare_options(Options& options, ReplayFlags& flags) {
  options.group("Comparison");
  options.flag("--compare",
               flags.compares,
               "Say what came out differently from the recording, its end included; exit code 1 if something did, 0 if "
               "nothing did, however it ended");
  options.list("--ignore",
               "/POINTER",
               flags.comparison.ignore,
               "Do not compare the value at this JSON Pointer in any message, * for all items; repeatable");
  options.flag("--strict", flags.comparison.strict, "Compare times, ids, counters and tokens literally, not by kind");
}

void add_repeat_options(Options& options, ReplayFlags& flags) {
  options.group("How often");
  options.number("--count",
                 "N",
                 flags.request.count,
                 1,
                 1000000,
                 "Replay N times, and say how many survived and where others ended");
  options.number("--parallel", "N", flags.request.parallel, 1, 1000, "Run this many at a time (1)");
}

}  // namespace

Run setup_replay(Options& options) {
  const auto flags = std::make_shared<ReplayFlags>();
  replay_run::ReplayRequest& request = flags->request;
  SessionFlags& session = flags->session;
  options.positional(
      "FILE", request.file, true, "A capture, a browser's HAR, or messages, one JSON a line; - is standard input");
  options.group("Session");
  options.custom(
      OptionInfo::option(
          "--url",
          "URL",
          "Connect there instead of where the recording was made; if it has no path, the recorded path is kept"),
      [&session](const std::vector<std::string>& given) {
        session.url = given.back();
        return std::string();
      });
  options.flag("--plan", request.only_plan, "Print what would be done, with which values; do not connect");
  add_close_options(options, session.session);
  add_part_options(options, *flags);
  add_pace_options(options, *flags);
  add_compare_options(options, *flags);
  add_repeat_options(options, *flags);
  add_profile_options(options, session.profile);
  options.flag("--no-calls", request.no_calls, "Do not repeat the REST calls that came before the session");
  add_rehearse_options(
      options,
      session,
      "Replay against this scenario of the profile: a local server takes the place of the profile's hosts");
  add_session_groups(options, session);
  return [flags, &options] {
    return complete_user(flags->session.endpoint).and_then([&] { return replay(*flags, options); });
  };
}

}  // namespace whydrop::cli
