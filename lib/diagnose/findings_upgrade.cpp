#include "base/text.hpp"
#include "diagnose/answers.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

bool is_html(const Ledger& ledger) {
  const std::string* type = ledger.header("Content-Type");
  const std::string& body = ledger.response->fact.body;
  return (type != nullptr && contains_caseless(*type, "html")) || body.compare(0, 9, "<!DOCTYPE") == 0 ||
         body.compare(0, 9, "<!doctype") == 0 || body.compare(0, 5, "<html") == 0;
}

std::string_view refusal_id(const Ledger& ledger) {
  if (!ledger.response) {
    return "upgrade-refused";
  }
  const auto& response = ledger.response->fact;
  if (const std::string_view kind = answer_kind(ledger); !kind.empty()) {
    return kind;
  }
  if (ledger.head_given_up) {
    return "upgrade-head-too-large";
  }
  switch (response.status) {
  case 0:
    return "upgrade-not-http";
  case 101:
    return "upgrade-invalid";
  case 400:
    return "upgrade-refused-400";
  case 401:
    return "upgrade-refused-401";
  case 403:
    return "upgrade-refused-403";
  case 404:
    return "upgrade-refused-404";
  case 426:
    return "upgrade-refused-426";
  case 429:
    return "upgrade-refused-429";
  case 503:
    return "upgrade-refused-503";
  default:
    break;
  }
  if (is_redirect(response.status)) {
    return "upgrade-redirected";
  }
  if (response.status >= 500) {
    return "upgrade-refused-5xx";
  }
  if (response.status >= 200 && response.status < 300) {
    return is_html(ledger) ? "upgrade-html" : "upgrade-ignored";
  }
  return "upgrade-refused";
}

/// True if an answer that is no HTTP is an error page without its head: civetweb answers an upgrade so where it takes
/// none.
bool is_bare_error_page(const session::Response& response) {
  const std::string line = first_line(response);
  const std::size_t digit = line.find_first_of("0123456789");
  const bool status = digit != std::string::npos && (line[digit] == '4' || line[digit] == '5') &&
                      line.find_first_not_of("0123456789", digit) == digit + 3;
  return status && (contains_caseless(line, "error") || contains_caseless(line, "not found"));
}

std::string refusal_fix(const Ledger& ledger, std::string_view id) {
  if (id == "upgrade-redirected" && ledger.header("Location") != nullptr) {
    return fmt::format("Connect to {}, or follow it with -L.", printable(*ledger.header("Location"), 200));
  }
  if (id == "upgrade-not-http" && ledger.response && is_bare_error_page(ledger.response->fact)) {
    return fmt::format("Check the path {}: this is the body of an error page, without its head (civetweb answers so).",
                       printable(profile::split_url(ledger.url).path, 60));
  }
  if (id == "upgrade-refused-400" && ledger.response && !answer_says(ledger.response->fact).empty()) {
    return "Check query, headers and subprotocol for what the answer names.";
  }
  if ((id == "upgrade-refused-429" || id == "upgrade-refused-503") && ledger.header("Retry-After") != nullptr &&
      *ledger.header("Retry-After") != "0") {
    const std::string after = printable(*ledger.header("Retry-After"), 60);
    const bool seconds = after.find_first_not_of("0123456789") == std::string::npos;
    return fmt::format(
        "Wait as Retry-After says ({}{}) before the next attempt; --reconnect does.", after, seconds ? " s" : "");
  }
  return {};
}

/// What the request can have got wrong where nothing came back: each of them looks the same from here.
std::string cut_fix(const Ledger& ledger) {
  const auto url = profile::split_url(ledger.url);
  return fmt::format("Check the path {}, Host, Origin ({}){}, and a proxy's backend.",
                     printable(url.path, 60),
                     ledger.request_origin.empty() ? "none was sent" : printable(ledger.request_origin, 60),
                     url.scheme == "ws" ? ", TLS (wss://?)" : "");
}

/// `"SSH-2.0-x"`, or "an empty line".
std::string quoted_first_line(const session::Response& response) {
  const std::string line = first_line(response);
  return line.empty() ? "an empty line" : fmt::format("\"{}\"", line);
}

std::optional<Judgement> refused(const Ledger& ledger, std::string_view id) {
  if (!ledger.ending || ledger.how() != EndingHow::upgrade_refused || refusal_id(ledger) != id) {
    return std::nullopt;
  }
  std::string says = "The server did not answer the upgrade with a good 101.";
  if (ledger.response) {
    const auto& response = ledger.response->fact;
    says = id == "upgrade-head-too-large" ? "The head of the answer is larger than whydrop reads."
           : response.status == 101       ? "The server answered 101, but with a head that is no valid upgrade."
           : response.status == 0
               ? fmt::format("In place of a status line of HTTP the answer has {}.", quoted_first_line(response))
               : fmt::format("The server answered the upgrade with: {}{}.",
                             printable(response.start_line, 120),
                             answer_quote(response));
  }
  return Judgement{std::move(says),
                   {ledger.request_seq, ledger.response ? ledger.response->seq : ledger.ending->seq},
                   session::Basis::observed,
                   session::Confidence::certain,
                   refusal_fix(ledger, id)};
}

std::optional<Judgement> unanswered(const Ledger& ledger, std::string_view id) {
  const EndingHow how = id == "upgrade-cut" ? EndingHow::upgrade_cut : EndingHow::upgrade_timeout;
  if (!ledger.ending || ledger.how() != how || wants_client_certificate(ledger)) {
    return std::nullopt;
  }
  const std::string after = span_words(ledger.ending->t_ns - ledger.request_t);
  const std::string says =
      how == EndingHow::upgrade_timeout
          ? fmt::format("No whole answer to the upgrade came within {}.", after)
          : fmt::format("The connection ended {} after the request, before a whole answer to the upgrade{}.",
                        after,
                        ledger.ending->fact.read_error.empty()
                            ? ""
                            : fmt::format(" ({})", printable(spoken(ledger.ending->fact.read_error), 60)));
  return Judgement{says,
                   {ledger.request_seq, ledger.ending->seq},
                   session::Basis::observed,
                   session::Confidence::certain,
                   how == EndingHow::upgrade_cut ? cut_fix(ledger) : ""};
}

}  // namespace

const std::vector<FindingRow>& upgrade_findings() {
  static const std::vector<FindingRow> rows = {
      {"upgrade-refused-400",
       Severity::error,
       Party::unknown,
       true,
       refused,
       "The upgrade was refused: 400 Bad Request",
       "The server found the request wrong: often a missing query parameter, header or subprotocol, or a proxy that "
       "took the Upgrade and Connection headers out.",
       "Read the answer's body; check query, headers and subprotocol; a proxy in between must pass Upgrade and "
       "Connection on.",
       "RFC 6455 section 4.2.2"},
      {"upgrade-refused-401",
       Severity::error,
       Party::client,
       true,
       refused,
       "The upgrade was refused: 401 Unauthorized",
       "The server wants credentials, or those that were given are wrong or expired.",
       "Give a fresh token (-H 'Authorization: Bearer …') or login (-u); see WWW-Authenticate.",
       "RFC 9110 section 15.5.2"},
      {"upgrade-refused-403",
       Severity::error,
       Party::client,
       true,
       refused,
       "The upgrade was refused: 403 Forbidden",
       "The server knows what is asked and refuses: an Origin that is not allowed, a missing permission, an inactive "
       "deployment or key, or a firewall.",
       "Check the Origin (-o), the token's permissions and the ids in the URL.",
       "RFC 9110 section 15.5.4"},
      {"upgrade-refused-404",
       Severity::error,
       Party::client,
       true,
       refused,
       "The upgrade was refused: 404 Not Found",
       "Nothing is at this path, or the server does not take upgrades there.",
       "Check the path and host; some services have a host of their own for WebSockets.",
       "RFC 9110 section 15.5.5"},
      {"upgrade-refused-426",
       Severity::error,
       Party::unknown,
       true,
       refused,
       "The upgrade was refused: 426 Upgrade Required",
       "The server did not see a valid upgrade: the Upgrade header was lost on the way, or the WebSocket version does "
       "not suit it.",
       "Check that proxies pass Upgrade and Connection on; see Sec-WebSocket-Version in the answer.",
       "RFC 6455 section 4.4"},
      {"upgrade-refused-429",
       Severity::error,
       Party::client,
       true,
       refused,
       "The upgrade was refused: 429 Too Many Requests",
       "Too many connections or attempts in a short time.",
       "Wait, then reconnect with growing pauses.",
       "RFC 6585 section 4"},
      {"upgrade-refused-503",
       Severity::error,
       Party::server,
       true,
       refused,
       "The upgrade was refused: 503 Service Unavailable",
       "The server or a proxy before it cannot serve now: overload, maintenance, or no healthy backend.",
       "Try again later; look at the server behind the proxy.",
       "RFC 9110 section 15.6.4"},
      {"upgrade-refused-5xx",
       Severity::error,
       Party::server,
       true,
       refused,
       "The upgrade failed in the server",
       "The server, or a gateway before it, failed. 502 and 504 come from a gateway whose backend gave no good answer.",
       "Look at the server's log; for 502 and 504 at the connection from gateway to backend.",
       "RFC 9110 section 15.6"},
      {"upgrade-redirected",
       Severity::error,
       Party::client,
       true,
       refused,
       "The upgrade was redirected",
       "The server points to another place. Browsers do not follow a redirect of a WebSocket.",
       "Connect to the place that Location names, or follow it with -L.",
       "RFC 6455 section 4.1"},
      {"upgrade-html",
       Severity::error,
       Party::unknown,
       true,
       refused,
       "An HTML page came instead of an upgrade",
       "A web page answered: the path belongs to a web site, a login page or captive portal stands in between, or a "
       "proxy does not pass upgrades on.",
       "Open the URL in a browser to see the page; check the path, and proxies in between.",
       "RFC 6455 section 4.1"},
      {"upgrade-ignored",
       Severity::error,
       Party::unknown,
       true,
       refused,
       "The upgrade was ignored",
       "The server answered as to a common HTTP request: it does not take upgrades here, or a proxy took the Upgrade "
       "header out.",
       "Check the path, and that proxies pass Upgrade and Connection on.",
       "RFC 6455 section 4.1"},
      {"upgrade-not-http",
       Severity::error,
       Party::unknown,
       true,
       refused,
       "The answer is not HTTP",
       "What came back is not HTTP: another protocol lives on this port.",
       "Check the port.",
       "RFC 6455 section 4.1"},
      {"upgrade-needs-tls",
       Severity::error,
       Party::client,
       true,
       refused,
       "The port wants TLS",
       "The server answered the plain request as a TLS server does.",
       "Use wss:// instead of ws://.",
       "RFC 6455 section 4.1"},
      {"upgrade-invalid",
       Severity::error,
       Party::server,
       true,
       refused,
       "The 101 is not a valid upgrade",
       "The server answered 101, but its head breaks the rules of the handshake, so no client may go on.",
       "Fix the server's upgrade answer, or look for a proxy that rewrites or answers upgrades itself.",
       "RFC 6455 section 4.1"},
      {"upgrade-head-too-large",
       Severity::error,
       Party::unknown,
       true,
       refused,
       "The answer's head is larger than whydrop reads",
       "whydrop gave up reading the answer at its own limit: 512 KiB, or 10,000 header fields. Chromium stops at 256 "
       "KiB, "
       "Node.js at 16 KiB.",
       "Look at what fills the answer's headers: cookies, policies, or a server that does not end.",
       "RFC 9110 section 5.4"},
      {"upgrade-refused",
       Severity::error,
       Party::unknown,
       true,
       refused,
       "The upgrade was refused",
       "The server answered the upgrade with something other than 101.",
       "Read the answer's status and body.",
       "RFC 6455 section 4.1"},
      {"upgrade-cut",
       Severity::error,
       Party::unknown,
       true,
       unanswered,
       "The connection ended before the upgrade was answered",
       "The server's side ended the connection without a whole answer: a port that is not HTTP, a firewall, or a "
       "server "
       "that fails on the request.",
       "Check the port and scheme; look at the server's log.",
       "RFC 6455 section 4.1"},
      {"upgrade-timeout",
       Severity::error,
       Party::unknown,
       true,
       unanswered,
       "The upgrade was not answered",
       "The connection stands, but no answer to the upgrade came in time.",
       "Check the port and scheme; look for a server that hangs; allow more time with --connect-timeout.",
       "RFC 6455 section 4.1"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
