#pragma once

#include "target/endpoint.hpp"

#include <string>

namespace whydrop::cli {

class Options;

void add_endpoint_options(Options& options, target::EndpointSettings& flags);

/// Those of them that a REST call has too: TLS and network. `key_help`: where --key is more than the certificate's.
void add_transport_options(Options& options,
                           target::EndpointSettings& flags,
                           const std::string& key_help = "Key of the client certificate");

}  // namespace whydrop::cli
