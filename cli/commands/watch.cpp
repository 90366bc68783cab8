#include "run/watch.hpp"

#include "base/try.hpp"
#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/session.hpp"
#include "cli/options/talk.hpp"
#include "target/addresses.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::cli {
namespace {

constexpr std::uint64_t kFolderMost = std::uint64_t{1} << 30;
constexpr std::uint64_t kLeastPart = 64U << 10;

struct WatchFlags {
  SessionFlags session;
  std::vector<std::string> execute;
  std::string heartbeat, metrics;
  std::optional<std::chrono::nanoseconds> stay_open;
  run::WatchSettings watch;
};

void add_watch_options(Options& options, WatchFlags& flags) {
  options.group("Watch");
  options.text("--on-drop",
               "COMMAND",
               flags.watch.on_drop,
               "Run this in a shell at each drop, with the verdict as JSON on its standard input, and the capture's "
               "path as $WHYDROP_CAPTURE; attempts to connect that fail in the same way count as one drop");
  options.flag("--notify", flags.watch.notify, "Show each drop on the desktop (notify-send)");
  options.duration("--statistics",
                   flags.watch.statistics_every,
                   "Report this often how it went since the last report (1h; 0s: never)");
  options.text(
      "--metrics",
      "[HOST:]PORT",
      flags.metrics,
      "Serve these numbers as Prometheus metrics at http://HOST:PORT/metrics (HOST: 127.0.0.1; PORT 0: any free "
      "port)");
  options.list("--execute",
               "MESSAGE",
               flags.execute,
               "Send MESSAGE, or the content of @FILE, as soon as a session is open; repeatable");
  options.duration("--for", flags.stay_open, "Watch this long in all, then close");
  options.group("Captures");
  auto& capture = flags.session.capture.capture;
  options.text("--captures",
               "FOLDER",
               capture.folder,
               "Record each session in its own file there (NDJSON, mode 0600), secrets masked");
  options.size("--part", capture.part, "Continue in a new file once one has reached this size (64M)");
  options.size("--keep",
               capture.folder_most,
               "Keep at most this much of this run; the oldest files are deleted (1G; 0: keep all)");
}

Result<int> watch(const WatchFlags& flags) {
  const run::Host& host = begin_run();
  auto asked = make_session(flags.session, host);
  WHYDROP_TRY(asked);
  if (const std::uint64_t part = asked->session.capture.part; part < kLeastPart) {
    return fail(ErrorKind::usage, "option --part: " + format_size(part) + " is less than 64k", "--part 64M");
  }
  auto profile = run::use_profile(asked->profile, host);
  WHYDROP_TRY(profile);
  run::WatchSettings settings = flags.watch;
  if (!flags.metrics.empty()) {
    auto at = target::parse_listen_address("--metrics", flags.metrics);
    WHYDROP_TRY(at);
    settings.metrics = std::move(*at);
  }
  script::ClientScript script;
  script.stay_open = flags.stay_open;
  WHYDROP_TRY(add_heartbeats(flags.heartbeat, profile->context.get(), script));
  const bool plays = profile->scenario != nullptr && flags.execute.empty();
  WHYDROP_TRY(plays ? add_scenario_moves(*profile, script)
                    : add_client_moves(flags.execute, host.read, flags.session, *profile, script));
  return run::watch(host, std::move(asked->session), *profile, asked->profile.recognise, std::move(script), settings);
}

}  // namespace

Run setup_watch(Options& options) {
  const auto flags = std::make_shared<WatchFlags>();
  flags->session.session.output.asked = report::Output::drops;
  flags->session.capture.capture.folder_most = kFolderMost;
  add_session_arguments(options, flags->session);
  add_watch_options(options, *flags);
  add_session_profile(options, flags->session);
  add_heartbeat_option(options, flags->heartbeat);
  add_endpoint_options(options, flags->session.endpoint);
  options.group("What is shown");
  add_shown_options(options, flags->session.session.output.shown);
  add_output_options(options, flags->session.session.output);
  add_secret_options(options, flags->session.secrets);
  return [flags] { return complete_user(flags->session.endpoint).and_then([&] { return watch(*flags); }); };
}

}  // namespace whydrop::cli
