// Every rule is one row here and one function in frame_rules.cpp or head_rules.cpp. Findings come in the order of the
// rows.
#include "rules/context.hpp"
#include "rules/frame_rules.hpp"
#include "rules/head_rules.hpp"

namespace whydrop::rules {
namespace {

constexpr auto kError = session::Severity::error;
constexpr auto kWarning = session::Severity::warning;
constexpr auto kNote = session::Severity::note;

// What an endpoint closes with; 0 where it does not close, or no session is open yet.
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kBadData = 1007;
constexpr std::uint16_t kNone = 0;

}  // namespace

const std::vector<Row>& table() {
  static const std::vector<Row> rows{
      // clang-format off
      // heads
      {{"head-malformed", "A request and its answer are HTTP/1.1 heads with CRLF lines and \"name: value\" fields.",
        "RFC 9112 section 2.2", kWarning, kNone}, HeadCheck{head_malformed}},
      {{"head-unacceptable", "A head holds no NUL, no bare CR, and no field name that is empty or has a blank.",
        "RFC 9112 section 5.1", kError, kNone}, HeadCheck{head_unacceptable}},
      {{"interim-before-switch", "A server's first answer to an upgrade is its last.",
        "RFC 9110 section 15.2", kNote, kNone}, HeadCheck{interim_before_switch}},
      {{"request-line-wrong", "An upgrade is asked for with GET and HTTP/1.1.",
        "RFC 6455 section 4.1", kError, kNone}, HeadCheck{request_line_wrong}},
      {{"host-missing", "The request has a Host header.",
        "RFC 6455 section 4.1", kError, kNone}, HeadCheck{host_missing}},
      {{"version-wrong", "The request has Sec-WebSocket-Version: 13.",
        "RFC 6455 section 4.1", kError, kNone}, HeadCheck{version_wrong}},
      {{"key-invalid", "The request has a Sec-WebSocket-Key of 16 bytes in base64.",
        "RFC 6455 section 4.1", kError, kNone}, HeadCheck{key_invalid}},
      {{"header-repeated", "Host, Sec-WebSocket-Key, -Version, -Accept and an answer's -Protocol stand at most once.",
        "RFC 6455 section 11.3", kError, kNone}, HeadCheck{header_repeated}},
      {{"http-version-wrong", "A server switches protocols in HTTP/1.1.",
        "RFC 9110 section 7.8", kError, kNone}, HeadCheck{http_version_wrong}},
      {{"upgrade-header-wrong", "A request's Upgrade header names websocket; a 101 has one that names it alone.",
        "RFC 6455 section 4.1", kError, kNone}, HeadCheck{upgrade_header_wrong}},
      {{"connection-header-wrong", "Request and 101 have a Connection header that names Upgrade.",
        "RFC 6455 section 4.1", kError, kNone}, HeadCheck{connection_header_wrong}},
      {{"connection-list", "A 101 has Upgrade alone in its Connection header.",
        "RFC 9110 section 7.6.1", kNote, kNone}, HeadCheck{connection_list}},
      {{"accept-missing", "A 101 has a Sec-WebSocket-Accept header.",
        "RFC 6455 section 4.2.2", kError, kNone}, HeadCheck{accept_missing}},
      {{"accept-wrong", "Sec-WebSocket-Accept is made from the key of the request.",
        "RFC 6455 section 4.2.2", kError, kNone}, HeadCheck{accept_wrong}},
      {{"subprotocol-unasked", "The server chooses a subprotocol that the client asked for, or none.",
        "RFC 6455 section 4.1", kError, kNone}, HeadCheck{subprotocol_unasked}},
      {{"subprotocol-missing", "A client that asks for a subprotocol expects one to be chosen.",
        "RFC 6455 section 1.9", kWarning, kNone}, HeadCheck{subprotocol_missing}},
      {{"extensions-malformed", "Sec-WebSocket-Extensions is a list of tokens with parameters.",
        "RFC 6455 section 9.1", kError, kNone}, HeadCheck{extensions_malformed}},
      {{"extension-unasked", "The server switches on only extensions that the client offered.",
        "RFC 6455 section 4.1", kError, kNone}, HeadCheck{extension_unasked}},
      {{"deflate-parameters-invalid", "The parameters of permessage-deflate are known, in range, and answer the offer.",
        "RFC 7692 section 7.1", kError, kNone}, HeadCheck{deflate_parameters_invalid}},
      {{"upgrade-with-body", "A 101 has neither Content-Length nor Transfer-Encoding.",
        "RFC 9110 section 8.6", kWarning, kNone}, HeadCheck{upgrade_with_body}},
      // any frame
      {{"frame-before-upgrade", "Frames come only after the upgrade was answered.",
        "RFC 6455 section 4.1", kError, kNone}, FrameCheck{frame_before_upgrade}},
      {{"mask-from-server", "A server never masks a frame.",
        "RFC 6455 section 5.1", kError, kProtocolError}, FrameCheck{mask_from_server}},
      {{"mask-missing-from-client", "A client masks every frame.",
        "RFC 6455 section 5.1", kError, kProtocolError}, FrameCheck{mask_missing_from_client}},
      {{"rsv-without-extension", "RSV bits are 0 unless an agreed extension gives them a meaning.",
        "RFC 6455 section 5.2", kError, kProtocolError}, FrameCheck{rsv_without_extension}},
      {{"rsv1-misplaced", "RSV1 marks only the first frame of a compressed message.",
        "RFC 7692 section 6", kError, kProtocolError}, FrameCheck{rsv1_misplaced}},
      {{"opcode-reserved", "Opcodes 3 to 7 and 11 to 15 are not used.",
        "RFC 6455 section 5.2", kError, kProtocolError}, FrameCheck{opcode_reserved}},
      {{"length-not-minimal", "A length is written in the shortest of its three forms.",
        "RFC 6455 section 5.2", kError, kProtocolError}, FrameCheck{length_not_minimal}},
      {{"length-too-large", "The highest bit of a 64-bit length is 0.",
        "RFC 6455 section 5.2", kError, kProtocolError}, BytesCheck{length_too_large}},
      // control frames
      {{"control-fragmented", "A control frame is never fragmented.",
        "RFC 6455 section 5.5", kError, kProtocolError}, FrameCheck{control_fragmented}},
      {{"control-too-long", "A control frame carries at most 125 bytes.",
        "RFC 6455 section 5.5", kError, kProtocolError}, FrameCheck{control_too_long}},
      // messages
      {{"continuation-unexpected", "A continuation frame continues a message.",
        "RFC 6455 section 5.4", kError, kProtocolError}, FrameCheck{continuation_unexpected}},
      {{"continuation-missing", "A message is finished before the next one begins.",
        "RFC 6455 section 5.4", kError, kProtocolError}, FrameCheck{continuation_missing}},
      {{"utf8-invalid", "A text message is UTF-8.",
        "RFC 6455 section 8.1", kError, kBadData}, TextCheck{utf8_invalid}},
      {{"deflate-data-invalid", "A compressed message is deflate data.",
        "RFC 7692 section 7.2.2", kError, kBadData}, InflatedCheck{deflate_data_invalid}},
      // closing
      {{"data-after-close", "A side sends no data after its Close frame.",
        "RFC 6455 section 5.5.1", kError, kNone}, FrameCheck{data_after_close}},
      {{"frame-after-close", "A Close frame is the last that a side has to say.",
        "RFC 6455 section 5.5.1", kWarning, kNone}, FrameCheck{frame_after_close}},
      {{"close-body-one-byte", "A Close frame's body is empty or begins with a code of 2 bytes.",
        "RFC 6455 section 5.5.1", kError, kProtocolError}, FrameCheck{close_body_one_byte}},
      {{"close-code-reserved", "Close codes 1004, 1005, 1006 and 1015 are never on the wire.",
        "RFC 6455 section 7.4.1", kError, kProtocolError}, FrameCheck{close_code_reserved}},
      {{"close-code-out-of-range", "A close code is an assigned one, or 3000 to 4999.",
        "RFC 6455 section 7.4.2", kError, kProtocolError}, FrameCheck{close_code_out_of_range}},
      {{"utf8-invalid-close-reason", "A close reason is UTF-8.",
        "RFC 6455 section 5.5.1", kError, kBadData}, FrameCheck{utf8_invalid_close_reason}},
      {{"close-in-mid-message", "A side that closes has finished its message.",
        "RFC 6455 section 5.4", kNote, kNone}, FrameCheck{close_in_mid_message}},
      {{"close-echo-differs", "The answer to a Close frame usually repeats its code.",
        "RFC 6455 section 5.5.1", kNote, kNone}, FrameCheck{close_echo_differs}},
      // clang-format on
  };
  return rows;
}

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> ids = [] {
    std::vector<Rule> rules;
    for (const auto& row : table()) {
      rules.push_back(row.rule);
    }
    return rules;
  }();
  return ids;
}

const Rule* find_rule(std::string_view id) {
  for (const auto& rule : all_rules()) {
    if (rule.id == id) {
      return &rule;
    }
  }
  return nullptr;
}

std::string_view subject(Side side) {
  return side == Side::server ? "The server" : "The client";
}

}  // namespace whydrop::rules
