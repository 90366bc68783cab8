#pragma once

#include "net/client.hpp"

#include <string>

namespace whydrop::net {

/// The upgrade request's bytes. A header of the user's stands in the place of ours of that name; their other headers
/// follow, in their order. RFC 6455 section 4.1.
std::string request_head(const ConnectOptions& options, const std::string& key);

/// "Basic …" of RFC 7617; empty without user and password.
std::string basic_authorization(const std::string& user, const std::string& password);

}  // namespace whydrop::net
