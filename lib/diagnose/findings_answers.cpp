// What an answer's own words say of why it is a refusal. They stand in place of the finding about its status.
#include "diagnose/answers.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"

#include <cctype>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

bool refused_as(const Ledger& ledger, std::string_view id) {
  return ledger.was_refused() && answer_kind(ledger) == id;
}

std::string answer_line(const Ledger& ledger) {
  const session::Response& response = ledger.response->fact;
  return printable(response.start_line, 120) + answer_quote(response);
}

Judgement answer_judgement(const Ledger& ledger, std::string says, std::string fix = {}) {
  return {std::move(says),
          {ledger.request_seq, ledger.response->seq},
          session::Basis::observed,
          session::Confidence::certain,
          std::move(fix)};
}

std::optional<Judgement> head_too_large(const Ledger& ledger, std::string_view id) {
  if (!refused_as(ledger, id)) {
    return std::nullopt;
  }
  std::string sizes;
  if (ledger.request_size > 0) {
    sizes = fmt::format(" The request's head had {}", format_size(ledger.request_size));
    if (ledger.largest_field.size > 0) {
      sizes += fmt::format(
          ", {} of them in {}", format_size(ledger.largest_field.size), printable(ledger.largest_field.name, 60));
    }
    sizes += '.';
  }
  return answer_judgement(
      ledger, fmt::format("The server finds the request's head too large ({}).{}", answer_line(ledger), sizes));
}

std::optional<Judgement> client_certificate(const Ledger& ledger, std::string_view id) {
  if (refused_as(ledger, id)) {
    return answer_judgement(ledger, fmt::format("The server asks for a client certificate ({}).", answer_line(ledger)));
  }
  // In TLS 1.3 the server looks at it after the handshake: its alert meets the request. RFC 8446 section 6.2.
  if (!wants_client_certificate(ledger)) {
    return std::nullopt;
  }
  return Judgement{fmt::format("The server asks for a client certificate: it ended TLS with the alert \"{}\".",
                               printable(ledger.ending->fact.read_error, 80)),
                   {ledger.request_seq, ledger.ending->seq}};
}

std::optional<Judgement> names_origin(const Ledger& ledger, std::string_view id) {
  if (!refused_as(ledger, id)) {
    return std::nullopt;
  }
  const bool none = ledger.request_origin.empty();
  const std::string sent =
      none ? "No Origin was sent." : fmt::format("Origin: {} was sent.", printable(ledger.request_origin, 120));
  return answer_judgement(ledger,
                          fmt::format("The server's answer names the Origin ({}). {}", answer_line(ledger), sent),
                          none ? "Send the Origin of the page that the server allows (-o)." : "");
}

std::optional<Judgement> http2_only(const Ledger& ledger, std::string_view id) {
  if (!refused_as(ledger, id)) {
    return std::nullopt;
  }
  return answer_judgement(
      ledger,
      "The server speaks only HTTP/2 here: it answered the upgrade with a SETTINGS frame; a WebSocket needs HTTP/1.1.");
}

}  // namespace

std::string answer_cause(const Ledger& ledger) {
  for (const FindingRow& row : answer_findings()) {
    if (const auto judged = row.judge(ledger, row.id)) {
      const std::string& says = judged->says;
      return static_cast<char>(std::tolower(says.front())) + says.substr(1, says.find_last_not_of('.'));
    }
  }
  return {};
}

bool wants_client_certificate(const Ledger& ledger) {
  return ledger.ending && ledger.how() == EndingHow::upgrade_cut &&
         contains_caseless(ledger.ending->fact.read_error, "certificate required");
}

const std::vector<FindingRow>& answer_findings() {
  static const std::vector<FindingRow> rows = {
      {"answer-head-too-large",
       Severity::error,
       Party::client,
       true,
       head_too_large,
       "The request's head is too large for the server",
       "The server, or a proxy before it, takes only so much of request line and headers: 8 KiB is common. Cookies and "
       "tokens are what grows.",
       "Send less: fewer cookies (-b), a shorter token, or the token in the first message; or raise the server's "
       "limit.",
       "RFC 6585 section 5"},
      {"answer-wants-client-certificate",
       Severity::error,
       Party::client,
       true,
       client_certificate,
       "The server wants a client certificate",
       "The server checks who connects by a certificate of the client's, and none that it accepts was sent.",
       "Give certificate and key with --cert and --key.",
       "RFC 8446 section 4.3.2"},
      {"answer-names-origin",
       Severity::error,
       Party::client,
       true,
       names_origin,
       "The server does not take this Origin",
       "The server compares the Origin header, by which a browser says whose page connects, with a list of its own.",
       "Send an Origin that the server allows (-o), or add this one to the server's list.",
       "RFC 6455 section 10.2"},
      {"upgrade-http2-only",
       Severity::error,
       Party::unknown,
       true,
       http2_only,
       "The server speaks only HTTP/2",
       "A WebSocket begins with HTTP/1.1 (RFC 6455), or with an extended CONNECT of HTTP/2 (RFC 8441), which whydrop "
       "does "
       "not speak.",
       "Use the host or port that takes HTTP/1.1; gRPC and h2c ports do not.",
       "RFC 9113 section 3.4"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
