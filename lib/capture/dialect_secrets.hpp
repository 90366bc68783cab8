#pragma once

#include "capture/value_walker.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::capture {

/// Finds what dialects send in places that no name tells of: STOMP's headers, user and password of MQTT's CONNECT,
/// Socket.IO's auth, the payload of connection_init, WAMP's AUTHENTICATE, IRC's PASS, SASL of XMPP. `content`: a
/// message that a client sends, or its first fragment. Adds to `found`.
void find_dialect_secrets(std::string_view content, std::vector<Found>& found, const OnValue& on_value);

/// What is secret in the items of a Sec-WebSocket-Protocol, where browsers put a credential: the item behind one that
/// names a credential ("bearer, TOKEN"), and what follows such a name in an item
/// ("base64url.bearer.authorization.k8s.io.…"). `next_too`: what the last field's last item said of the next one; set
/// for the next field.
std::vector<Found> subprotocol_secrets(std::string_view value, bool& next_too);

}  // namespace whydrop::capture
