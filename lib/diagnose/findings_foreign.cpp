// What came after a 101 in place of frames.
#include "base/text.hpp"
#include "diagnose/answers.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"
#include "handshake/content.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

std::string printable_first_line(std::string_view bytes) {
  return printable(bytes.substr(0, bytes.find_first_of("\r\n")), 120);
}

/// An HTTP answer inside the session: its status and what it says.
std::string answer_within(std::string_view bytes) {
  handshake::HeadParser parser(handshake::HeadParser::Kind::response);
  const std::size_t used = parser.feed(bytes);
  session::Response response;
  response.start_line = parser.head().start_line;
  response.status = parser.head().status;
  for (const auto& field : parser.head().fields) {
    response.headers.push_back({field.name, field.value, {}});
  }
  response.body = handshake::decode_body(parser.head(), bytes.substr(used), false, Ledger::kMaxBody).content;
  return fmt::format(" an HTTP answer: {}{}",
                     response.start_line.empty() ? printable_first_line(bytes) : printable(response.start_line, 80),
                     answer_quote(response));
}

std::string page_within(std::string_view bytes) {
  session::Response response;
  response.status = 200;
  response.body = bytes;
  return " an HTML page" + answer_quote(response);
}

std::string what_came(const Ledger::ForeignNote& foreign) {
  if (foreign.protocol == "HTTP/1") {
    return answer_within(foreign.bytes);
  }
  if (foreign.protocol == "HTML") {
    return page_within(foreign.bytes);
  }
  if (foreign.protocol == "TLS") {
    return fmt::format(" a TLS {}", foreign.bytes.front() == '\x15' ? "alert" : "handshake");
  }
  if (foreign.protocol == "HTTP/2") {
    return " HTTP/2 frames (SETTINGS)";
  }
  if (foreign.protocol == "PROXY" && !starts_with(foreign.bytes, "PROXY")) {
    return " a PROXY protocol header (version 2)";
  }
  const std::string_view kind = foreign.protocol == "PROXY"  ? "a PROXY protocol header"
                                : foreign.protocol == "JSON" ? "bare JSON"
                                                             : "a server's greeting";
  return fmt::format(" {}: {}", kind, printable_first_line(foreign.bytes));
}

std::optional<Judgement> not_websocket(const Ledger& ledger, std::string_view) {
  if (!ledger.foreign) {
    return std::nullopt;
  }
  return Judgement{capital(foreign_words(ledger)) + ".",
                   {ledger.response ? ledger.response->seq : 0, ledger.foreign->seq}};
}

}  // namespace

std::string foreign_words(const Ledger& ledger) {
  return fmt::format("after its 101 the server sent no WebSocket frames but{}", what_came(*ledger.foreign));
}

const std::vector<FindingRow>& foreign_findings() {
  static const std::vector<FindingRow> rows = {
      {"not-websocket-after-101",
       Severity::error,
       Party::server,
       true,
       not_websocket,
       "After the 101 another protocol speaks",
       "Whoever answered 101 is not who speaks then, or changed its mind: a proxy that says 101 before its backend "
       "has, "
       "a server that refuses inside the session, or a backend that speaks another protocol on this port.",
       "Look at what answered inside the session, and at the proxy that passed the upgrade to it.",
       "RFC 6455 section 5.2"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
