#include "cli/options/profile.hpp"

#include "cli/options.hpp"
#include "run/profiles.hpp"

namespace whydrop::cli {

void add_profile_options(Options& options, run::ProfileSettings& flags) {
  options.group("Profile");
  options.text(
      "--profile",
      "NAME|FILE|none",
      flags.profile,
      "What the API expects: a profile of `whydrop profile list`, or a file; none: not even one that is recognised");
  options.suggest(run::built_in_profiles());
  options.list("--var",
               "NAME=VALUE",
               flags.variables,
               "Value of a variable of the profile, or NAME=@FILE; repeatable. Else WHYDROP_<NAME> of the environment "
               "counts, then the store, then the profile's default");
  options.text("--store",
               "FILE",
               flags.store,
               "Where what replies gave is kept ($XDG_STATE_HOME/whydrop/<profile>.json, mode 0600)");
  options.flag("--no-store", flags.no_store, "Keep nothing, and use nothing that was kept");
  options.text(
      "--at",
      "URL",
      flags.at,
      "Connect to http://HOST:PORT or https://HOST:PORT in place of the profile's hosts; names and paths stay");
  options.contradict("--store", "--no-store");
}

}  // namespace whydrop::cli
