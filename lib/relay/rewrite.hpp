#pragma once

#include "handshake/head.hpp"

#include <optional>
#include <string>
#include <vector>

namespace whydrop::relay {

/// What is changed in the heads of requests.
struct RewriteRules {
  std::optional<std::string> host, origin;  ///< values in place of the client's; a header that is not there stays away
  bool of_proxy =
      false;  ///< absolute-form becomes origin-form, and headers meant for a proxy go. RFC 9112 section 3.2.2
};

/// A head as it is passed on; all but what the rules name is as it was sent.
struct RewrittenHead {
  std::string raw;
  std::vector<std::string> changes;  ///< a clause for people each
};
RewrittenHead rewrite(const handshake::Head& head, const RewriteRules& rules);

}  // namespace whydrop::relay
