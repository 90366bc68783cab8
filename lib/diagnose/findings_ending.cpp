#include "diagnose/findings.hpp"
#include "diagnose/words.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::EndingHow;
using session::Party;
using session::Severity;
using session::Side;

namespace {

std::optional<Judgement> no_close(const Ledger& ledger, EndingHow how, std::string_view what) {
  if (!ledger.had_session() || ledger.first_close || !ledger.ending || ledger.how() != how) {
    return std::nullopt;
  }
  return Judgement{fmt::format("{} without a Close frame, {}.", what, after_words(ledger)),
                   {ledger.client.last ? ledger.client.last->seq : 0, ledger.ending->seq}};
}

}  // namespace

const std::vector<FindingRow>& ending_findings() {
  static const std::vector<FindingRow> rows = {
      {"no-close-fin",
       Severity::error,
       Party::unknown,
       true,
       [](const Ledger& ledger) { return no_close(ledger, EndingHow::fin, "The server's side sent FIN"); },
       "The connection was ended with FIN and no Close frame",
       "The server's side ended TCP in order, but sent no WebSocket Close. A process that exits, a handler that "
       "returns "
       "or throws, and a proxy that reaches a limit all look like this.",
       "Look at the server's and the proxy's log at this time; send the last message alone and see if it happens "
       "again.",
       "RFC 6455 section 7.1.5"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
