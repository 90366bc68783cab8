#pragma once

#include "base/result.hpp"
#include "net/client.hpp"
#include "os/environment.hpp"

#include <string>
#include <vector>

namespace whydrop::target {

/// One header as a person gives it.
struct HeaderLine {
  std::string name, value;
  bool removes = false;  ///< it takes away one that would be sent by itself; `value` is empty
};

/// -H values as curl reads them: "Name: value" sets a header, "Name;" sends it empty, "Name:" takes away one that would
/// be sent by itself, "@file" holds one a line. Errors: usage, also for the upgrade's own headers, which cannot be
/// changed; local for a file.
Result<std::vector<HeaderLine>> parse_headers(const std::vector<std::string>& given, const os::FileReader& read);

/// A header that is sent, also where `value` is empty. Errors: usage, as parse_headers() has them.
Result<HeaderLine> header_line(const std::string& name, const std::string& value);

/// Puts them into the request, in order.
void apply_headers(const std::vector<HeaderLine>& lines, net::ConnectOptions& options);

/// Refuses values of options that would end their header early, and subprotocols that are no token.
Result<void> check_header_values(const net::ConnectOptions& options);

}  // namespace whydrop::target
