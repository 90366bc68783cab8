#include "cli/options/calls.hpp"

#include "base/try.hpp"
#include "cli/options.hpp"

#include <utility>

namespace whydrop::cli {

void add_call_options(Options& options, CallFlags& flags, const std::string& key_help) {
  add_profile_options(options, flags.profile);
  add_transport_options(options, flags.endpoint, key_help);
  add_user_agent_option(options, flags.endpoint);
  add_output_options(options, flags.output);
  add_capture_options(options, flags.capture);
  add_secret_options(options, flags.secrets);
}

Result<run::Session> make_call_session(const CallFlags& flags, const run::Host& host) {
  run::Session session;
  auto endpoint = make_endpoint(flags.endpoint, host);
  WHYDROP_TRY(endpoint);
  session.endpoint = std::move(*endpoint);
  auto at = stand_in_of(flags.profile);
  WHYDROP_TRY(at);
  session.endpoint.at = std::move(*at);
  auto capture = make_capture(flags.capture);
  WHYDROP_TRY(capture);
  session.capture = std::move(*capture);
  auto secrets = make_secrets(flags.secrets, host);
  WHYDROP_TRY(secrets);
  session.secrets = std::move(*secrets);
  session.output = flags.output;
  return session;
}

}  // namespace whydrop::cli
