// For the .cpp files of auth/ only: where a REST call's connection goes.
#pragma once

#include "net/client.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace whydrop::auth {

struct HostPort {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
};

/// Where the URL's host is looked for once --connect-to has been heard.
HostPort target_of(const net::ConnectOptions& options);
/// The name that is to be looked up before anything else; null for an address, one that --resolve gives, and a Unix
/// socket.
std::optional<HostPort> name_to_look_up(const net::ConnectOptions& options);

}  // namespace whydrop::auth
