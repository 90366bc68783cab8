#pragma once

#include "capture/found.hpp"

#include <string_view>
#include <vector>

namespace whydrop::capture {

/// What is secret in the value of a field: of a Sec-WebSocket-Protocol what browsers put there; of a secret one all
/// behind the scheme, and of cookies their values: which there were tells why a login failed. What follows the first
/// pair of a Set-Cookie are attributes. RFC 6265 sections 4.1.1 and 4.2.1. `next_too`: as subprotocol_secrets takes it,
/// for all fields of one head.
std::vector<Found> header_secrets(std::string_view name, std::string_view value, bool& next_too);

/// The same in the bytes of a head, folded lines included.
std::vector<Found> raw_head_secrets(std::string_view raw);

/// True for a cookie that people choose and no server lets somebody in by: many others say the same.
bool is_preference(std::string_view cookie);

}  // namespace whydrop::capture
