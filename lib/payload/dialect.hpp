#pragma once

#include <string>
#include <string_view>

namespace whydrop::payload {

/// The protocol over WebSocket that a message belongs to, and the name of its packet: "Socket.IO event", "STOMP SEND",
/// "graphql-ws subscribe", "SignalR invocation", "MQTT PUBLISH"; empty if none is recognised. Looks at this message
/// only and prefers silence to a guess. O(1) but for graphql-ws, which scans the top level of a JSON object.
std::string dialect(std::string_view payload, bool text);

}  // namespace whydrop::payload
