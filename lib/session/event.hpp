// Rule of this module: session/ turns facts into the story of a session. Facts and opinions are the alternatives of one
// variant; everything that whydrop shows, writes or concludes passes through here as an Event.
#pragma once

#include "base/text_scan.hpp"
#include "session/finding.hpp"
#include "wire/frame.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace whydrop::session {

using wire::Side;

/// Where a secret's bytes stood; they are masked by as many `x`.
struct RedactSpan {
  std::uint64_t at = 0;      ///< byte offset in the field that it belongs to (payload, url, header value)
  std::uint64_t length = 0;  ///< bytes
  std::string variable;      ///< name of the variable or key that it came from
};

// ---- facts ----------------------------------------------------------------------------------------------------------

/// What a connection is for.
enum class Role : std::uint8_t { websocket, http };
constexpr NameList<2> names_of(Role /*kind*/) {
  return {"websocket", "http"};
}

/// Which of a connection's two sides recorded it: that side is "you" in a verdict. `relay`: it stood between them.
/// `none`: it only listened.
enum class Observer : std::uint8_t { client, server, relay, none };
constexpr NameList<4> names_of(Observer /*kind*/) {
  return {"client", "server", "relay", "none"};
}

/// Why a step towards a session failed. `none`: it did not. `other`: the error's own words are all there is.
enum class Cause : std::uint8_t {
  none,
  other,
  timed_out,
  nxdomain,
  servfail,
  refused,
  unreachable,
  hostname_mismatch,
  self_signed,
  unknown_issuer,
  expired,
  not_yet_valid,
  revoked,
  not_tls,
  protocol_version,
  handshake_alert,
  handshake_cut,
};
constexpr NameList<17> names_of(Cause /*kind*/) {
  return {"none",
          "other",
          "timed_out",
          "nxdomain",
          "servfail",
          "refused",
          "unreachable",
          "hostname_mismatch",
          "self_signed",
          "unknown_issuer",
          "expired",
          "not_yet_valid",
          "revoked",
          "not_tls",
          "protocol_version",
          "handshake_alert",
          "handshake_cut"};
}

/// Why something failed: for the program, and in words that begin with a stable one.
struct Failure {
  Cause cause = Cause::none;
  std::string words;
};

/// A limit of the run, by its option without dashes: "wait", "connect-timeout".
struct RunLimit {
  std::string name;
  std::int64_t ns = 0;
};

/// A connection begins. First event of a `conn`.
struct Open {
  Role role = Role::websocket;
  std::string url;
  std::optional<std::uint32_t> parent;  ///< the connection that this one reconnects or follows
  std::vector<RedactSpan> redact;       ///< in url
  std::string call{};                   ///< the profile's name for a REST call, or empty
  Observer observer = Observer::client;
  std::vector<RunLimit> limits{};     ///< that may end it; those that are none are left out
  std::vector<std::string> expect{};  ///< what --expect asks for, in order
};

struct Resolve {
  std::string host;
  std::vector<std::string> addresses;
  std::int64_t duration_ns = 0;
  std::string error;  ///< empty if it succeeded; else "NXDOMAIN: …", "SERVFAIL: …", "timed out" …
  Cause cause = Cause::none;
};

struct Connect {
  std::string local;   ///< "127.0.0.1:40000"
  std::string remote;  ///< "127.0.0.1:443", or "unix:/path"
  std::int64_t duration_ns = 0;
  std::string error;
  Cause cause = Cause::none;
};

struct Proxy {
  std::string kind;  ///< "http" or "socks5"
  std::string address;
  int status = 0;  ///< HTTP status of CONNECT, or the SOCKS reply
  std::int64_t duration_ns = 0;
  std::string error;
};

/// One certificate that the server sent.
struct Certificate {
  std::string subject, issuer;
  std::vector<std::string> names;     ///< subjectAltName: "DNS:example.test", "IP Address:127.0.0.1"; bounded
  std::string not_before, not_after;  ///< RFC 3339
  bool self_issued = false;           ///< subject and issuer are the same name
};

struct Tls {
  std::string version;  ///< "TLSv1.3"
  std::string cipher;
  std::string alpn;
  std::string subject, issuer;
  std::string not_before, not_after;  ///< RFC 3339
  bool verified = false;
  std::int64_t duration_ns = 0;
  /// Stable first word, then words: "hostname_mismatch: …", "self_signed: …", "expired: …", "not_tls: …"
  std::string error;
  Cause cause = Cause::none;
  std::vector<Certificate> chain{};  ///< as the server sent it, its own certificate first; bounded
  bool sealed = false;               ///< what it carried is not in the record, which was made without its keys
};

struct Header {
  std::string name;
  std::string value;
  std::vector<RedactSpan> redact;  ///< in value
};

/// The client's upgrade request as sent (RFC 6455 section 4.1), or that of a REST call.
struct Request {
  std::string start_line;
  std::vector<Header> headers;
  std::string raw;                        ///< the head's bytes, only where re-serialising would differ; else empty
  std::uint64_t size = 0;                 ///< bytes of the head on the wire
  std::vector<RedactSpan> redact;         ///< in start_line
  std::string body{};                     ///< excerpt, bounded
  std::uint64_t body_length = 0;          ///< bytes of body that went
  std::vector<RedactSpan> body_redact{};  ///< in body
};

/// The server's answer to it, whatever it is.
struct Response {
  std::string start_line;
  int status = 0;  ///< 0 if it is not HTTP at all
  std::vector<Header> headers;
  std::string body;               ///< excerpt, bounded
  std::uint64_t body_length = 0;  ///< bytes of body that came
  std::string raw;
  std::uint64_t size = 0;
  std::vector<RedactSpan> redact;  ///< in body
  std::string decoded{};           ///< what was taken off `body`, outermost first: "chunked, gzip"; empty: nothing was
  std::string body_fault{};        ///< why the rest of it could not be decoded, or empty
};

/// A whole frame. `payload` is borrowed for the duration of the call that delivers the Event.
struct Frame {
  Side from = Side::client;
  wire::FrameHeader header;
  std::uint64_t offset = 0;
  /// Unmasked; may be shorter than header.length (see `cut`), or empty where an Inflated event follows.
  std::string_view payload;
  bool has_payload = true;         ///< false where the content is told by an Inflated event
  std::vector<RedactSpan> redact;  ///< in payload
  /// What was seen of `payload`, if it is_of() it; borrowed likewise. Null: nobody looked.
  const TextScan* seen = nullptr;

  bool cut() const { return has_payload && payload.size() < header.length; }
};

/// A frame cut by the end of the stream.
struct Partial {
  Side from = Side::client;
  bool has_header = false;
  wire::FrameHeader header;
  std::uint64_t offset = 0, have = 0, need = 0;
  std::string_view bytes;    ///< raw header bytes
  std::string_view payload;  ///< what came of the payload, unmasked
  std::vector<RedactSpan> redact;
};

/// Bytes after framing was lost, or that came where none may come.
struct UndecodedBytes {
  Side from = Side::client;
  std::uint64_t offset = 0, length = 0;
  std::string_view bytes;
  std::string protocol{};  ///< what they are in place of frames: "HTTP/1", "TLS" …; on the first of them; or empty
};

/// The content of a compressed message, told once. RFC 7692 section 7.2.2.
struct Inflated {
  Side from = Side::client;
  std::vector<std::uint64_t> frames;  ///< seq of its frames
  bool text = true;
  std::string_view content;  ///< up to the cap
  std::uint64_t length = 0;  ///< true size, bytes
  std::string error;         ///< not empty if it could not be inflated: why
  std::vector<RedactSpan> redact;
};

/// One direction ended in order: FIN or close_notify.
struct Shutdown {
  Side from = Side::server;
};

/// What a relay did to the traffic of two others. `rewrite`: it changed a head, as it was asked to. `answer`: it
/// answered in the server's place. `fault`: it broke something on purpose.
enum class Meddling : std::uint8_t { rewrite, answer, fault };
constexpr NameList<3> names_of(Meddling /*kind*/) {
  return {"rewrite", "answer", "fault"};
}

/// A relay did not only relay.
struct Intervention {
  Meddling what = Meddling::rewrite;
  Side to = Side::server;  ///< the side that sees it
  std::string detail;      ///< a clause for people: "Host: localhost became example.test", "reset after 3 messages"
};

/// How a connection ended.
enum class EndingHow : std::uint8_t {
  fin,
  fin_mid_frame,
  reset,
  tls_close_notify,
  tls_truncated,
  tls_error,
  timed_out,
  unreachable,
  ping_timeout,
  idle_timeout,
  close_timeout,
  local_close,
  resolve_failed,
  connect_failed,
  proxy_failed,
  tls_failed,
  upgrade_refused,
  upgrade_cut,
  upgrade_timeout,
  interrupted,
  capture_ended,
};
/// In session/endings.cpp, with all that is true of each.
const NameList<21>& names_of(EndingHow);

/// Who ended the transport.
enum class EndedBy : std::uint8_t { server, client, network, unknown };
constexpr NameList<4> names_of(EndedBy /*kind*/) {
  return {"server", "client", "network", "unknown"};
}

/// What the kernel knew of the connection when it ended; fields are null where the system did not tell.
struct TcpInfo {
  std::optional<int> state;  ///< TCP_INFO's tcpi_state: 1 ESTABLISHED, 7 CLOSE, 8 CLOSE_WAIT …
  std::optional<std::uint32_t> unacked, retransmits, rtt_us;                    ///< unacked: segments
  std::optional<bool> sack{};                                                   ///< both sides agreed to use SACK
  std::optional<std::uint32_t> sacked{}, lost{}, mss{}, pmtu{}, last_ack_ms{};  ///< sacked, lost: segments
  std::optional<std::uint64_t> peer_window{}, bytes_acked{}, unsent{};          ///< bytes; unsent: not yet sent once
};

/// What whydrop waited for as a connection ended, and what ended the wait.
struct Awaited {
  std::string what{};         ///< "reply", "expectation", "close"; empty: nothing
  std::uint64_t wanted = 0;   ///< how many
  std::uint64_t came = 0;     ///< of them
  std::string next{};         ///< the first expectation that was not met, or empty
  std::string limit{};        ///< the limit of the run that ran out (see RunLimit), or empty
  std::int64_t limit_ns = 0;  ///< its length
};

/// Last fact of a connection.
struct Ending {
  EndingHow how = EndingHow::fin;
  EndedBy by = EndedBy::unknown;
  std::string read_error, write_error;  ///< "eof", "connection_reset", "stream_truncated" …, or empty
  std::string detail;                   ///< one clause for people: "certificate is self-signed" …, or empty
  TcpInfo tcp;
  Awaited awaited{};
};

/// A token that was used, told before it is masked. RFC 7519.
struct Token {
  std::string variable;
  std::string alg;
  std::optional<std::int64_t> exp, iat, nbf;
  std::vector<std::string> scopes;
};

// ---- opinions -------------------------------------------------------------------------------------------------------

/// A whole data message, assembled and inflated.
struct Message {
  Side from = Side::client;
  std::vector<std::uint64_t> frames;  ///< seq of its frames
  bool text = true;
  bool compressed = false;
  std::string_view payload;         ///< borrowed; up to the assembler's cap
  std::uint64_t length = 0;         ///< true size, inflated
  std::uint64_t wire_length = 0;    ///< payload bytes on the wire
  std::string type;                 ///< profile's name for it, or empty
  std::optional<bool> valid;        ///< against the profile's schema; null: it was not checked
  std::vector<std::string> errors;  ///< one sentence a fault, bounded
  std::vector<RedactSpan> redact;
  /// One of the packets or records that the payload is made of by the profile.
  struct Packet {
    std::string type;  ///< profile's name for it, or empty
    std::string json;  ///< as the codec reads it, nothing masked: sinks do not show it
  };
  std::vector<Packet> packets{};
  std::string_view codec{};  ///< its name; empty: the payload is what the profile knows
};

/// The state of one side changed. RFC 6455 section 7.1 names.
enum class Phase : std::uint8_t { connecting, open, closing, closed };
constexpr NameList<4> names_of(Phase /*kind*/) {
  return {"connecting", "open", "closing", "closed"};
}
struct State {
  Side side = Side::client;
  Phase phase = Phase::connecting;
};

struct CloseSeen {
  std::optional<std::uint16_t> code;  ///< null: the Close's body was empty or one byte
  std::string reason;
  std::uint64_t seq = 0;
};

enum class CodeSource : std::uint8_t { none, received, sent, derived };
constexpr NameList<4> names_of(CodeSource /*kind*/) {
  return {"none", "received", "sent", "derived"};
}

/// The conclusion for one connection, or for the run (conn is 0 then).
struct Verdict {
  std::optional<std::uint16_t> code;
  CodeSource code_source = CodeSource::none;
  std::optional<std::uint16_t> browser_code;  ///< what a page would have been told
  std::optional<bool> browser_clean;          ///< the same of wasClean
  std::string browser_console;                ///< what Chromium's console says beside it; empty: nothing
  EndedBy ended_by = EndedBy::unknown;
  std::optional<EndingHow> how;
  std::optional<Side> first_close;
  std::optional<CloseSeen> received, sent;
  std::string cause;                                     ///< a finding's id, or empty
  std::string headline;                                  ///< one sentence
  std::vector<std::string> observed, inferred, unknown;  ///< sentences; the three never mix
  std::vector<std::string> next;                         ///< what to try next
  std::vector<Finding> findings;                         ///< ranked
  Observer observer = Observer::client;                  ///< whose words these are: only a client is "you"
};

using Body = std::variant<Open,
                          Resolve,
                          Connect,
                          Proxy,
                          Tls,
                          Request,
                          Response,
                          Frame,
                          Partial,
                          UndecodedBytes,
                          Inflated,
                          Shutdown,
                          Intervention,
                          Ending,
                          Token,
                          Message,
                          State,
                          Finding,
                          Verdict>;

/// One thing that happened (fact) or was concluded (opinion). Facts are numbered from 1 without gaps; an opinion
/// carries the seq of the fact after which it was formed.
struct Event {
  std::uint64_t seq = 0;
  std::int64_t t_ns = 0;   ///< since the run's start
  std::uint32_t conn = 1;  ///< 0: the run as a whole
  Body body;
};

bool is_opinion(const Body& body);
/// The capture's `kind` of each alternative of Body, in its order.
inline constexpr std::array<std::string_view, std::variant_size_v<Body>> kKindNames{"open",
                                                                                    "resolve",
                                                                                    "connect",
                                                                                    "proxy",
                                                                                    "tls",
                                                                                    "request",
                                                                                    "response",
                                                                                    "frame",
                                                                                    "partial",
                                                                                    "undecoded",
                                                                                    "inflated",
                                                                                    "shutdown",
                                                                                    "intervention",
                                                                                    "ending",
                                                                                    "token",
                                                                                    "message",
                                                                                    "state",
                                                                                    "finding",
                                                                                    "verdict"};
std::string_view kind_name(const Body& body);

}  // namespace whydrop::session
