#include "diagnose/close_codes.hpp"

#include <algorithm>

namespace whydrop::diagnose {

namespace {

constexpr std::string_view kRfc = "RFC 6455 section 7.4.1";
constexpr std::string_view kRanges = "RFC 6455 section 7.4.2";
constexpr std::string_view kIana = "IANA WebSocket Close Code Number Registry";

}  // namespace

const std::vector<CloseCode>& close_codes() {
  static const std::vector<CloseCode> codes = {
      {0,
       999,
       "Codes under 1000 are not used. A Close frame that carries one breaks the protocol.",
       "The sender must choose a code from 1000 up.",
       kRanges},
      {1000,
       1000,
       "The sender says that its purpose is fulfilled. A server may also send it where it ended the session for a "
       "reason that it does not tell, for instance after a message that it did not like.",
       "Look at your last message before it, and at the server's last message: the reason is often there.",
       kRfc},
      {1001,
       1001,
       "The sender leaves: a server that shuts down or restarts, a page that is left, and for many gateways an idle "
       "limit or a maximum age of connections.",
       "Compare the silence and the age at the end with the limits of the server and of proxies; reconnect "
       "(--reconnect 5).",
       kRfc},
      {1002,
       1002,
       "The sender saw something that the WebSocket protocol forbids, for instance an unmasked client frame, a "
       "reserved "
       "bit or a broken fragment.",
       "Look for a broken rule of the other side just before it; compare with --no-compression.",
       kRfc},
      {1003,
       1003,
       "The sender cannot accept this kind of data. Text-only services answer a binary frame so.",
       "Send text instead of binary, or the other way round.",
       kRfc},
      {1004,
       1004,
       "Reserved without a meaning. A Close frame must not carry it.",
       "The sender must choose a defined code.",
       kRfc},
      {1005,
       1005,
       "Never on the wire: a client's own word for a Close frame with an empty body. The sender gave no reason.",
       "Ask the sender's operator why it closes; look at the last message each way.",
       kRfc},
      {1006,
       1006,
       "Never on the wire: a client's own word for a connection that ended without a Close frame, or that was never "
       "opened. It says nothing about why; the ending (fin, reset, tls_truncated …) tells more.",
       "See how the transport ended, and what was sent just before.",
       kRfc},
      {1007,
       1007,
       "The sender got data that does not fit the kind of message, above all text that is not UTF-8.",
       "Check that every text message is valid UTF-8; some servers use it for invalid JSON as well.",
       kRfc},
      {1008,
       1008,
       "The sender refuses by a policy: authentication, permission, rate, or a message that it forbids.",
       "Check token, Origin, subprotocol, rate and the first message that the API demands.",
       kRfc},
      {1009,
       1009,
       "The sender got a message or a frame that is larger than it takes.",
       "Send smaller messages; some gateways also limit each frame, so fragment large messages.",
       kRfc},
      {1010,
       1010,
       "A client ends the session because the server did not agree to an extension that it needs. A server never "
       "sends it.",
       "Offer or support the extension that the reason names.",
       kRfc},
      {1011,
       1011,
       "The server met a condition that kept it from going on: an unhandled exception, a backend failure.",
       "Look at the server's log at this time; repeat with the smallest message that still causes it.",
       kRfc},
      {1012,
       1012,
       "The server restarts.",
       "Reconnect after a random wait of some seconds, so that not all clients come back at once.",
       kIana},
      {1013,
       1013,
       "The server is overloaded or refuses this client for now.",
       "Reconnect later, with a growing wait, or to another address.",
       kIana},
      {1014,
       1014,
       "A gateway or proxy got an invalid answer from the server behind it.",
       "Look at the server behind the gateway; the gateway itself works.",
       kIana},
      {1015,
       1015,
       "Never on the wire: a client's own word for a failed TLS handshake. Browsers tell a page 1006 instead.",
       "See the TLS error: certificate, name, date or protocol version.",
       kRfc},
      {1016,
       2999,
       "Reserved for later versions of the protocol and its extensions. Without such a definition a Close frame must "
       "not carry it.",
       "The sender must choose a defined code or one from 3000 up.",
       kRanges},
      {3000,
       3999,
       "Not defined by the RFC: libraries and frameworks register these with IANA (3000 unauthorized, 3003 forbidden, "
       "3008 timeout).",
       "Look it up in the registry, or in the documentation of the server's framework.",
       kRanges},
      {4000,
       4999,
       "Not defined by the RFC: what it means is the API's own agreement. The same number means different things at "
       "different services.",
       "Look it up in the API's documentation.",
       kRanges},
      {5000,
       65535,
       "No range of the protocol holds it. A Close frame that carries it breaks the protocol.",
       "The sender must choose a code from 1000 to 4999.",
       kRanges},
  };
  return codes;
}

const CloseCode& find_close_code(std::uint16_t code) {
  const auto& codes = close_codes();
  return *std::find_if(codes.begin(), codes.end(), [code](const CloseCode& row) { return code <= row.last; });
}

}  // namespace whydrop::diagnose
