#pragma once

#include "run/host.hpp"
#include "target/endpoint.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace whydrop::cli {

class Options;

/// Where to connect and how, as given. curl's names where curl has one.
struct EndpointFlags {
  target::Endpoint endpoint;  ///< what needs no file, no environment and no other option
  std::vector<std::string> headers, cookies, resolve, connect_to;
  std::string user, no_proxy, proxy_user;
  bool ipv4 = false, ipv6 = false, no_compression = false, location = false;
  std::uint64_t max_redirects = 10;
};

/// Declares the groups Request, TLS, Network and WebSocket.
void add_endpoint_options(Options& options, EndpointFlags& flags);

/// Those of them that a REST call has too: TLS and Network.
void add_transport_options(Options& options,
                           EndpointFlags& flags,
                           const std::string& key_help = "Key of the client certificate");

void add_user_agent_option(Options& options, EndpointFlags& flags);

/// A user without a password is asked for one on the terminal, as curl does: before anything is made of the flags.
/// Errors: usage, where there is no terminal.
Result<void> complete_user(EndpointFlags& flags);

/// What they mean. Errors: usage and local.
Result<target::Endpoint> make_endpoint(const EndpointFlags& flags, const run::Host& host);

}  // namespace whydrop::cli
