#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::wire {

/// What a close code's number says of it, apart from its name. RFC 6455 section 7.4.
enum class CloseRange : std::uint8_t {
  invalid,      ///< 0–999 and 5000–65535: no code at all
  registered,   ///< 1000–1003, 1007–1014: may be sent
  derived,      ///< 1005, 1006, 1015: never on the wire
  unassigned,   ///< 1004, 1016–2999: kept for the protocol's future
  library,      ///< 3000–3999: libraries and frameworks, registered with IANA
  private_use,  ///< 4000–4999: the application's own
};

CloseRange close_range(std::uint16_t code);

/// The registered name in lower case ("policy violation"), or what its range is ("private use"). Never empty.
std::string_view close_code_name(std::uint16_t code);

/// True if an endpoint may send the code in a Close frame. RFC 6455 section 7.4.1.
constexpr bool is_sendable(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/// How a Close body was written whose first two bytes are no code that may be sent.
struct MistakenClose {
  enum class Form : std::uint8_t {
    digits,    ///< the code as decimal digits
    swapped,   ///< low byte first
    wide,      ///< a number of 4 bytes, high byte first
    wide_low,  ///< a number of 4 bytes, low byte first
    text,      ///< words, without a code before them
    http,      ///< no Close: HTTP text, whose first two letters have the form of one's header (RSV1, opcode 8)
  };
  Form form = Form::text;
  std::optional<std::uint16_t> meant;  ///< the code; null where none can be read
};

/// Null where the body begins with a code that may be sent, or looks like none of the forms.
std::optional<MistakenClose> read_mistaken_close(std::string_view body);

/// A Close frame's payload: the code in network order, then the reason. RFC 6455 section 5.5.1.
std::string close_payload(std::uint16_t code, std::string_view reason = {});

}  // namespace whydrop::wire
