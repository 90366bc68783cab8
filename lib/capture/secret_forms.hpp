#pragma once

#include "capture/value_walker.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace whydrop::capture {

/// Finds credentials by their form, whatever stands around them, in text that comes in pieces: JWTs (RFC 7519),
/// "Bearer …" (RFC 6750) and "Basic …" (RFC 7617), and what AppSync puts its headers into ("header-…", "header=…").
class FormScanner {
 public:
  /// Adds what it finds in `piece` to `found`; `last`: nothing follows.
  void scan(std::string_view piece, bool last, std::vector<Found>& found, const OnValue& on_value);

 private:
  bool inside_ = false;  ///< a credential reaches up to where this stands
};

}  // namespace whydrop::capture
