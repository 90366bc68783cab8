// Rule of this module: handshake/ reads and writes HTTP/1.1 heads of an upgrade. It describes; rules/ judges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::handshake {

struct HeaderField {
  std::string name, value;
};

/// An HTTP/1.1 head as it was on the wire. RFC 9112 section 2.1.
struct Head {
  std::string start_line;
  int status = 0;  ///< of a response; 0 for a request, or where the first line is not HTTP
  std::vector<HeaderField> fields;
  std::string raw;          ///< the bytes of the head, the empty line included
  bool complete = false;    ///< the empty line came
  bool over_limit = false;  ///< given up: line or head too large, or not HTTP
  std::string fault;        ///< why, for people; empty if well formed

  /// First value of a header field, compared without regard to case; null if absent.
  const std::string* find(std::string_view name) const;
  std::vector<std::string_view> find_all(std::string_view name) const;
};

/// Incremental parser of one head. Feed until done(); what follows the head is left over. Total: any input ends in a
/// Head.
class HeadParser {
 public:
  enum class Kind { request, response };
  static constexpr std::size_t kMaxHead = 256 * 1024;
  explicit HeadParser(Kind kind, std::size_t max_bytes = kMaxHead);

  /// Takes bytes; returns how many belong to the head (the rest is body or frames).
  std::size_t feed(std::string_view bytes);
  bool done() const;
  /// What was read so far, also where the stream ended in mid-head.
  const Head& head() const;
};

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key. RFC 6455 section 4.2.2.
std::string accept_key(std::string_view key);

/// Parameters of permessage-deflate as agreed. RFC 7692 section 7.1.
struct DeflateParameters {
  bool server_no_context_takeover = false, client_no_context_takeover = false;
  int server_max_window_bits = 15, client_max_window_bits = 15;
};

struct Extension {
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;
};
/// Parses Sec-WebSocket-Extensions values; null where the grammar is broken. RFC 6455 section 9.1.
std::optional<std::vector<Extension>> parse_extensions(std::string_view value);

/// What request and response agreed on; `deflate` is null without permessage-deflate.
struct Negotiated {
  std::optional<DeflateParameters> deflate;
  std::string subprotocol;
};
Negotiated negotiate(const Head& request, const Head& response);

}  // namespace whydrop::handshake
