#pragma once

#include "base/result.hpp"
#include "net/client.hpp"
#include "os/environment.hpp"

#include <string>
#include <vector>

namespace whydrop::target {

/// Refuses values of options that would end their header early, and subprotocols that are no token.
Result<void> check_header_values(const net::ConnectOptions& options);

/// Applies -H values as curl reads them: "Name: value" sets a header, "Name;" sends it empty, "Name:" takes away one
/// that would be sent by itself, "@file" holds one a line. The upgrade's own headers cannot be changed.
Result<void> apply_headers(const std::vector<std::string>& given,
                           const os::FileReader& read,
                           net::ConnectOptions& options);

}  // namespace whydrop::target
