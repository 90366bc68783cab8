#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::diagnose {

/// What a message says of something that went wrong, or of the session's end.
struct SaidError {
  std::string words;  ///< "quota_exceeded: quota used up": the peer's own, not yet made safe to show
  /// True if it tells of a failure ("error": …, a code of 400 and more); false if only of an end ("type":
  /// "disconnect"), which means something only where one followed.
  bool failure = true;
};

/// Reads the error that `payload` tells by its structure: JSON members (also of JSON-RPC, GraphQL, Socket.IO, SockJS,
/// SignalR, Phoenix, WAMP, OCPP, gateways), a STOMP ERROR frame, XMPP's stream:error and failure, an MQTT refusal or
/// DISCONNECT. Free text that happens to hold such a word is none. Total on any bytes; bounded by its input.
std::optional<SaidError> error_in(std::string_view payload, bool text);

}  // namespace whydrop::diagnose
