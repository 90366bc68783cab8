#include "cli/options/calls.hpp"

#include "cli/options.hpp"
#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"

namespace whydrop::cli {

void add_call_options(Options& options, run::CallSettings& flags, const std::string& key_help) {
  add_profile_options(options, flags.profile);
  add_transport_options(options, flags.endpoint, key_help);
  options.text("-A,--user-agent", "NAME", flags.endpoint.user_agent, "Send this User-Agent (whydrop)");
  add_output_options(options, flags.output);
  add_capture_options(options, flags.capture);
  add_secret_options(options, flags.secrets);
}

}  // namespace whydrop::cli
