#pragma once

#include "base/text.hpp"
#include "base/units.hpp"
#include "diagnose/ledger.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::diagnose {

/// A time between two events, as said in a sentence: "3 s", "less than 1 ms".
std::string span_words(std::int64_t ns);
/// The same rounded for a headline: "3.5 s", "42 s", "12 ms".
std::string about_words(std::int64_t ns);
/// How much of a whole there is: "12 of 130 bytes", "64 KiB of 8 EiB".
std::string part_words(std::uint64_t have, std::uint64_t need);
/// Peer text made safe to show on one line (see escape_for_terminal), elided after `max` columns.
std::string printable(std::string_view text, std::size_t max);
/// The first line of an answer, made safe: its status line, or what stands where one should.
std::string first_line(const session::Response& response);
/// The value of a field of an answer; empty where it has none.
std::string header_of(const session::Response& response, std::string_view name);
/// True for a status that points to another place. RFC 9110 section 15.4.
bool is_redirect(int status);
/// "1008 (policy violation)".
std::string close_code(std::uint16_t code);
/// The body of a Close as it was sent; empty for one without a code. RFC 6455 section 5.5.1.
std::string close_body(const session::CloseSeen& close);
/// A Close whose body does not begin with its code, in words; empty for any other. See wire::read_mistaken_close.
std::string mistaken_close_words(const session::CloseSeen& close);
/// The first Close of a side that sent one: `1008 (policy violation), reason "no"`, or "an empty Close (no code)".
std::string close_words(const SideLedger& side);
/// "message 2 (text, 31 B, #14)".
std::string message_words(const MessageNote& note);
/// "3 ms after your message 2 (text, 31 B, #14)", or "12 ms after the session opened, before you sent any message".
std::string after_words(const Ledger& ledger);
/// The same where something was said in the last 2 s; else "after 7 s in which nothing went either way".
std::string when_words(const Ledger& ledger);
/// Text of the peer's in quotation marks, safe to show, cut at 120 characters.
std::string quoted(std::string_view text);
/// The letters of a name, in lower case: "heartbeat_interval" and "heartbeatInterval" are the same.
std::string letters_of(std::string_view name);
/// `text` with a capital letter first.
std::string capital(std::string text);
/// How the client is spoken of: as "you" where it recorded the connection itself, else by its role.
struct ClientWords {
  std::string_view you, your, Your;       ///< "you", "your", "Your"; or "the client", "the client's", "The client's"
  std::string_view your_side, Your_side;  ///< "your side", "Your side"; or "the client", "The client"
  std::string_view of_yours;              ///< "of yours"; or "of the client's"
};
const ClientWords& client_words(session::Observer observer);
/// `text`, which speaks to a client, as said to this observer: of the client, and without options of whydrop's, which
/// only a client can give.
std::string as_told_to(session::Observer observer, std::string_view text);
/// Who recorded, as the one who acted: "you", "the server", "the relay", "the recorder".
std::string_view own_words(session::Observer observer);
/// Whose side ended the transport: "the server's side" to a client; to any other observer the side that the Ending
/// names.
std::string_view peer_words(const Ledger& ledger);
/// What stands for the holes peer and own of a clause of session/endings.cpp. Any other hole stays as it is.
std::string party_words(const Ledger& ledger, std::string_view hole);
/// "POST /oauth/token", without query, of an HTTP exchange.
std::string call_words(const Ledger& ledger);
/// True if an HTTP exchange was answered by a refusal: its status says so (redirects are not followed), or a finding.
bool is_refused_call(const Ledger& ledger);
/// What was wrong with TLS, safe to show, without a full stop: with the certificates that were sent, where trust is the
/// matter.
std::string tls_fault_words(const Ledger& ledger);
/// True if TLS ended because the server takes no HTTP/1.1 in it (ALPN). RFC 7301 section 3.2.
bool offers_only_http2(const Ledger& ledger);
/// The addresses that did not take the connection, and why: "[::1]:80 (connection refused), 127.0.0.1:80 (no answer
/// yet)".
std::string attempts_words(const Ledger& ledger);
/// What a browser's record tells of the end, as a clause: `the browser ended the session: "Invalid frame header", 3 ms
/// after …`.
std::string browser_words(const Ledger& ledger);
/// What a proxy did that let nothing through: "could not be reached", or "did not let the connection through".
std::string_view proxy_words(const Ledger& ledger);

}  // namespace whydrop::diagnose
