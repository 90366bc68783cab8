#include "diagnose/judging.hpp"
#include "diagnose/refusals.hpp"
#include "diagnose/words.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// Where another finding says what the refusal means, once is enough.
std::optional<Judgement> call_refused(const Ledger& ledger, std::string_view) {
  if (!is_refused_call(ledger) || !ledger.findings.empty() || !refusal_of(ledger).empty()) {
    return std::nullopt;
  }
  const auto& response = ledger.response->fact;
  const std::size_t space = response.start_line.find(' ');
  return Judgement{
      fmt::format("{} answered {}.",
                  call_words(ledger),
                  space == std::string::npos ? fmt::format("{}", response.status)
                                             : printable(std::string_view(response.start_line).substr(space + 1), 80)),
      {ledger.request_seq, ledger.response->seq}};
}

std::optional<Judgement> call_unanswered(const Ledger& ledger, std::string_view) {
  const bool asked =
      ledger.role != session::Role::websocket && ledger.ending && !ledger.response && ledger.request_seq != 0;
  if (!asked || ledger.how() == session::EndingHow::interrupted) {
    return std::nullopt;
  }
  const bool in_time = ledger.how() != session::EndingHow::upgrade_timeout;
  return Judgement{fmt::format("{} was sent, and no answer came within {}{}.",
                               call_words(ledger),
                               span_words(ledger.ending->t_ns - ledger.request_t),
                               in_time ? fmt::format(" ({})", session::name(ledger.how())) : ""),
                   {ledger.request_seq, ledger.ending->seq}};
}

}  // namespace

const std::vector<FindingRow>& call_findings() {
  static const std::vector<FindingRow> rows = {
      {"call-refused",
       Severity::error,
       Party::unknown,
       true,
       call_refused,
       "A REST call was refused",
       "The API answered a call that comes before the socket (a token, a session) with a status of 400 or more, and "
       "the "
       "profile has no words for it.",
       "Read the answer's status and body; check host, path, credentials and the fields of the request.",
       "RFC 9110 section 15"},
      {"call-unanswered",
       Severity::error,
       Party::unknown,
       true,
       call_unanswered,
       "A REST call was not answered",
       "The request was sent, and the connection ended or time ran out before an answer.",
       "Check port and scheme; allow more time with --connect-timeout.",
       "RFC 9110 section 9"},
      {"call-reply-incomplete",
       Severity::error,
       Party::unknown,
       true,
       nullptr,
       "A REST call's answer lacks what it should give",
       "The status is a success, and a value that the profile takes from the answer is not there: the profile and the "
       "API do not fit, or something else answered.",
       "Look at the answer's body, and at the call's take in whydrop profile show.",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
