#pragma once

#include "run/calls.hpp"

#include <string>

namespace whydrop::cli {

class Options;

/// Declares the groups for profile, TLS, network, output, capture and secrets.
void add_call_options(Options& options,
                      run::CallSettings& flags,
                      const std::string& key_help = "Key of the client certificate");

}  // namespace whydrop::cli
