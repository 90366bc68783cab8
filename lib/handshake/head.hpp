// Rule of this module: handshake/ reads and writes HTTP/1.1 heads of an upgrade. It describes; rules/ judges.
#pragma once

#include "base/text.hpp"

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
  bool over_limit = false;  ///< given up: too large for us, or not HTTP
  bool too_large = false;   ///< given up at a limit of whydrop's own, which is no fault of the sender's
  std::string fault;        ///< why, for people; empty if well formed

  /// First value of a header field, compared without regard to case; null if absent.
  const std::string* find(std::string_view name) const;
  std::vector<std::string_view> find_all(std::string_view name) const;
};

/// Incremental parser of one head. Feed until done(); what follows the head is left over. Total: any input ends in a
/// Head, and whole and split feeds end in the same one. Bytes that cannot begin an HTTP head end it at once: `raw` then
/// holds those read so far, and the caller puts them before what follows.
class HeadParser {
 public:
  enum class Kind { request, response };
  // Limits of our own: HTTP has none. Browsers take heads of 256 KiB (Chromium) and 384 KiB (Firefox).
  static constexpr std::size_t kMaxHead = 512 * 1024;
  static constexpr std::size_t kMaxFields = 10'000;
  explicit HeadParser(Kind kind, std::size_t max_bytes = kMaxHead);

  /// Takes bytes; returns how many belong to the head (the rest is body or frames).
  std::size_t feed(std::string_view bytes);
  bool done() const { return head_.complete || head_.over_limit; }
  /// What was read so far, also where the stream ended in mid-head.
  const Head& head() const { return head_; }

 private:
  std::size_t take_beginning(std::string_view bytes);
  std::size_t take_line(std::string_view bytes);
  void end_line();
  void read_start_line(std::string_view line);
  void read_field(std::string_view line);
  void unfold(std::string_view line);
  void note_fault(std::string fault);
  void check_size();
  void refuse_size(std::string limit);
  void give_up(std::string fault);

  Kind kind_;
  std::size_t max_bytes_;
  std::size_t line_start_ = 0;  // in head_.raw
  std::size_t lines_ = 0;
  Head head_;
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
  std::string deflate_fault;  ///< why the answer's permessage-deflate cannot stand; `deflate` is null then
  std::string subprotocol;
};
Negotiated negotiate(const Head& request, const Head& response);

/// What a server answers to an offer of permessage-deflate, and its Sec-WebSocket-Extensions value.
struct DeflateAnswer {
  DeflateParameters agreed;
  std::string value;
};
/// Accepts the first offer that is valid and can be met; null where there is none. RFC 7692 section 7.1.
std::optional<DeflateAnswer> answer_deflate(const Head& request);

/// The elements of all comma-separated values of `name`, trimmed, empty ones left out. RFC 9110 section 5.6.1.
std::vector<std::string_view> list_values(const Head& head, std::string_view name);
/// True if one of list_values is `token`, compared without regard to case.
bool has_token(const Head& head, std::string_view name, std::string_view token);
/// All Sec-WebSocket-Extensions values of a head; null where the grammar is broken.
std::optional<std::vector<Extension>> extensions_of(const Head& head);

/// The subprotocol that `response` chose though `request` did not ask for it; null if there is none.
const std::string* unasked_subprotocol(const Head& request, const Head& response);
/// Name of the first extension in `response` that `request` did not offer; empty if there is none, or where the grammar
/// of either is broken.
std::string unasked_extension(const Head& request, const Head& response);

/// True for an answer that another one follows: a whole 1xx but 101. RFC 9110 section 15.2.
bool is_interim(const Head& response);

/// What of a head most endpoints refuse, in words: a NUL or bare CR, a field name that is empty or holds a blank.
/// Empty: nothing. RFC 9112 sections 2.2 and 5.1. Of six clients of Node.js and Python four refuse each, faye and
/// websocket-client none but the bare CR.
std::string unacceptable(const Head& head);
/// The field that stands more than once in the head of an answer and may stand there once; empty if there is none. RFC
/// 6455 section 11.3.
std::string_view repeated_in_answer(const Head& response);
/// True if the answer has one Upgrade header, and it names websocket alone. RFC 6455 section 4.1.
bool switches_to_websocket(const Head& response);

/// True if `response` opens a session for `request`: a whole, acceptable 101 with Upgrade, Connection, the right
/// Sec-WebSocket-Accept, each at most once, and no subprotocol, extension or parameters of permessage-deflate that the
/// request did not ask for. Where the request is not known only the answer itself is judged. RFC 6455 section 4.1.
bool opens_session(const Head& request, const Head& response);

/// Compares as HTTP compares names and tokens. RFC 9110 sections 5.1 and 5.6.2.
inline bool same_token(std::string_view a, std::string_view b) {
  return same_caseless(a, b);
}
/// True if `text` is a token. RFC 9110 section 5.6.2.
bool is_token(std::string_view text);
/// `text` without blanks and tabs at its ends.
std::string_view trim(std::string_view text);

}  // namespace whydrop::handshake
