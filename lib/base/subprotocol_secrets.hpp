#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace whydrop {

/// Where a credential begins in an item of Sec-WebSocket-Protocol, which is where browsers can put one: behind a mark
/// in the item ("base64url.bearer.authorization.k8s.io.…"), or at its front where the item before named one
/// ("bearer, TOKEN"). Null where there is none. `next_too`: false before the first item; set for the next.
std::optional<std::size_t> credential_in(std::string_view subprotocol, bool& next_too);

}  // namespace whydrop
