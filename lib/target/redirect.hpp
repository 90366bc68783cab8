#pragma once

#include "base/result.hpp"
#include "handshake/head.hpp"
#include "net/client.hpp"
#include "target/endpoint.hpp"

#include <optional>

namespace whydrop::target {

/// The connection that an answer redirects to; null if it is no redirect. To another host go no credentials
/// (Authorization, Cookie, -u), as with curl. RFC 9110 section 15.4.
Result<std::optional<net::ConnectOptions>> redirected(const net::ConnectOptions& from,
                                                      const handshake::Head& answer,
                                                      const Endpoint& endpoint);

}  // namespace whydrop::target
