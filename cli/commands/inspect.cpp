#include "run/inspect.hpp"

#include "base/try.hpp"
#include "capture/filter.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "run/output.hpp"
#include "run/profiles.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::cli {
namespace {

struct InspectFlags {
  std::string file;
  capture::Filter filter;
  std::vector<std::string> urls;
  std::optional<std::uint64_t> from_seq, to_seq;
  bool follow = false;
  std::string profile, keylog;
  run::Output output;
  SecretFlags secrets;
};

capture::Filter filter_of(const InspectFlags& flags) {
  capture::Filter filter = flags.filter;
  filter.from_seq = flags.from_seq.value_or(filter.from_seq);
  filter.to_seq = flags.to_seq.value_or(filter.to_seq);
  return filter;
}

Result<int> inspect(const InspectFlags& flags) {
  const run::Host& host = begin_run();
  auto profile = named_profile(flags.profile, host);
  WHYDROP_TRY(profile);
  auto secrets = make_secrets(flags.secrets, host);
  WHYDROP_TRY(secrets);
  return run::inspect({flags.file,
                       filter_of(flags),
                       flags.urls,
                       flags.follow,
                       flags.output,
                       secrets->reveal,
                       std::move(secrets->values),
                       std::move(*profile),
                       flags.profile != run::kNoProfile,
                       flags.keylog},
                      host,
                      catch_stop());
}

void add_filter_options(Options& options, InspectFlags& flags) {
  options.group("What is shown");
  options.number("--from-seq", "N", flags.from_seq, 0, UINT64_MAX, "From event N on");
  options.number("--to-seq", "N", flags.to_seq, 0, UINT64_MAX, "Up to event N");
  options.text(
      "--since", "TIME", flags.filter.since, "From this time on: since the start as a duration, or in RFC 3339");
  options.text("--until", "TIME", flags.filter.until, "Up to this time");
  add_conn_option(options, flags.filter.conns, "Only connection N, and the verdict on it; several with commas");
  options.list(
      "--url", "GLOB", flags.urls, "Only connections to a URL that fits, and the verdict on them; * is any text");
  add_shown_options(options, flags.filter);
  add_keylog_option(options, flags.keylog);
  options.flag("-f,--follow", flags.follow, "Follow the file as it grows, until interrupted");
}

}  // namespace

Run setup_inspect(Options& options) {
  const auto flags = std::make_shared<InspectFlags>();
  options.positional("FILE",
                     flags->file,
                     true,
                     "A capture, a HAR, a net log of Chromium, or packets (pcap, pcapng); - is standard input");
  add_filter_options(options, *flags);
  options.group("Profile");
  options.text("--profile",
               "NAME|FILE",
               flags->profile,
               "Check what was recorded against this profile (default: the one that the capture names)");
  add_output_options(options, flags->output);
  add_report_option(options, flags->output);
  add_secret_options(options, flags->secrets);
  return [flags] { return inspect(*flags); };
}

}  // namespace whydrop::cli
