#include "isolate_run/isolate.hpp"

#include "base/fields.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "cli/options/session.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::cli {
namespace {

constexpr std::uint64_t kMostBudget = 1'000'000, kMostParallel = 1000;

struct IsolateFlags {
  SessionFlags session;
  isolate_run::IsolateRequest request;  ///< what needs no file, no environment and no other option
  std::optional<std::uint64_t> conn;
};

std::string set_url(const std::vector<std::string>& given, SessionFlags& session) {
  session.url = given.back();
  return {};
}

std::string set_drop(const std::vector<std::string>& given, std::optional<isolate_run::Drop>& drop) {
  auto parsed = isolate_run::parse_drop(given.back());
  if (!parsed) {
    return parsed.error().message;
  }
  drop = *parsed;
  return {};
}

/// "0.05": of a test, greater than 0 and at most one half.
std::string set_rate(const std::vector<std::string>& given, double& rate) {
  constexpr std::uint64_t kThousand = 1000;
  const std::string& text = given.back();
  const std::string digits = text.substr(0, 2) == "0." ? text.substr(2) : "";
  const auto thousandths =
      digits.size() <= 3
          ? parse_number(digits + std::string(3 - std::min<std::size_t>(3, digits.size()), '0'), 1, kThousand / 2)
          : std::nullopt;
  if (digits.empty() || !thousandths) {
    return "'" + text + "' is no share from 0.001 to 0.5";
  }
  rate = static_cast<double>(*thousandths) / kThousand;
  return {};
}

Result<int> isolate(const IsolateFlags& flags) {
  const run::Host& host = begin_run();
  isolate_run::IsolateRequest request = flags.request;
  auto asked = make_session(flags.session, host);
  WHYDROP_TRY(asked);
  request.replay.session = std::move(asked->session);
  request.replay.profile = std::move(asked->profile);
  request.replay.conn = flags.conn ? std::optional(static_cast<std::uint32_t>(*flags.conn)) : std::nullopt;
  return isolate_run::isolate(host, std::move(request));
}

void add_search_options(Options& options, isolate_run::IsolateRequest& request) {
  options.group("What is sought");
  options.custom(OptionInfo::option("--drop",
                                    "KEY=VALUE",
                                    "What counts as the drop, in place of the recorded ending: code=CODE, how=ENDING, "
                                    "within=DURATION after the last message; several with commas"),
                 [&request](const std::vector<std::string>& given) { return set_drop(given, request.drop); });
  options.custom(
      OptionInfo::option("--alpha", "SHARE", "How often a session that lives may be taken for one that drops (0.05)"),
      [&request](const std::vector<std::string>& given) { return set_rate(given, request.alpha); });
  options.custom(
      OptionInfo::option("--beta", "SHARE", "How often one that drops may be taken for one that lives (0.05)"),
      [&request](const std::vector<std::string>& given) { return set_rate(given, request.beta); });
}

void add_care_options(Options& options, isolate_run::Care& care, bool& yes) {
  options.group("How many sessions");
  options.number("--budget", "N", care.budget, 1, kMostBudget, "Open at most N sessions (200)");
  options.duration("--time", care.time, "Begin none after this long");
  options.number("--parallel", "N", care.parallel, 1, kMostParallel, "So many of them at a time (1)");
  options.duration("--pace", care.pace, "From the beginning of one session to that of the next at least this long");
  options.flag("-y,--yes", yes, "Open more than 20 sessions to another host without being asked");
}

}  // namespace

Run setup_isolate(Options& options) {
  const auto flags = std::make_shared<IsolateFlags>();
  isolate_run::IsolateRequest& request = flags->request;
  SessionFlags& session = flags->session;
  options.positional("FILE", request.replay.file, true, "A capture, or a browser's HAR; - is standard input");
  options.group("Session");
  options.custom(
      OptionInfo::option(
          "--url",
          "URL",
          "Connect there instead of where the recording was made; where it names no path, the recorded one is kept"),
      [&session](const std::vector<std::string>& given) { return set_url(given, session); });
  options.number("--run", "N", request.replay.run, 1, UINT32_MAX, "Of a capture that was appended to the Nth run (1)");
  options.number(
      "--conn", "N", flags->conn, 1, UINT32_MAX, "Connection N; without it the first session that was opened");
  options.flag("--no-calls", request.replay.no_calls, "Do not make again the REST calls that came before the session");
  add_search_options(options, request);
  add_care_options(options, request.care, request.yes);
  add_profile_options(options, session.profile);
  add_rehearse_options(options,
                       session,
                       "Try against this scenario of the profile: a server of our own, on loopback, stands for the "
                       "profile's hosts");
  add_endpoint_options(options, session.endpoint);
  options.group("Output");
  options.choose<isolate_run::Form>(
      "--output",
      {{"text", isolate_run::Form::text}, {"ndjson", isolate_run::Form::ndjson}, {"junit", isolate_run::Form::junit}},
      request.form,
      "What is printed. text: the change, its proof, and what was excluded (default); "
      "ndjson: the same as one line; junit: as a CI server reads it");
  options.count("-v,--verbose", session.session.output.verbosity, "Say each question as it is asked");
  options.flag("-q,--quiet", session.session.output.quiet, "Print the first line only");
  options.text(
      "--keep",
      "FOLDER",
      request.keep,
      "Put there the smallest session that drops and the recorded one with the change, each as a capture and as "
      "a check file");
  add_capture_options(options, session.capture);
  add_secret_options(options, session.secrets);
  return [flags] { return complete_user(flags->session.endpoint).and_then([&] { return isolate(*flags); }); };
}

}  // namespace whydrop::cli
