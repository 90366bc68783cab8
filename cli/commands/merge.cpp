#include "replay_run/merge.hpp"

#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/profile.hpp"
#include "run/profiles.hpp"

#include <memory>
#include <string>
#include <utility>

namespace whydrop::cli {
namespace {

struct MergeFlags {
  replay_run::MergeSettings merge;  ///< what needs no file
  std::string profile;
};

Result<int> merge(const MergeFlags& flags) {
  const run::Host& host = begin_run();
  auto profile = named_profile(flags.profile, host);
  WHYDROP_TRY(profile);
  replay_run::MergeSettings settings = flags.merge;
  settings.profile = std::move(*profile);
  return replay_run::merge(settings, host);
}

}  // namespace

Run setup_merge(Options& options) {
  const auto flags = std::make_shared<MergeFlags>();
  options.positionals(
      "FILE", flags->merge.files, true, "Captures, or HARs saved by a browser; patterns too; - is standard input");
  options.text("--profile",
               "NAME|FILE",
               flags->profile,
               "Name messages by this profile (default: the one that each recording names)");
  options.suggest(run::built_in_profiles());
  return [flags] { return merge(*flags); };
}

}  // namespace whydrop::cli
