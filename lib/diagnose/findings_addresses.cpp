// What became of each address of a name.
#include "base/text.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

std::optional<Judgement> one_answered(const Ledger& ledger, std::string_view) {
  if (!ledger.connect || !ledger.connect->fact.error.empty() || ledger.attempts.empty()) {
    return std::nullopt;
  }
  std::vector<std::uint64_t> evidence{ledger.connect->seq};
  for (const auto& attempt : ledger.attempts) {
    evidence.push_back(attempt.seq);
  }
  return Judgement{fmt::format("{}, {} answered: a client that tries only the first address fails here.",
                               attempts_words(ledger),
                               printable(ledger.connect->fact.remote, 60)),
                   std::move(evidence)};
}

}  // namespace

const std::vector<FindingRow>& address_findings() {
  static const std::vector<FindingRow> rows = {
      {"address-skipped",
       Severity::note,
       Party::unknown,
       false,
       one_answered,
       "Not every address of the name answered",
       "The name has several addresses, and the one that was tried first did not take the connection. whydrop and "
       "browsers go on to the next; some clients do not, as Node before version 20.",
       "Have the server listen on each address of its name (localhost is ::1 and 127.0.0.1), or connect to the one "
       "that "
       "answered.",
       "RFC 8305 section 5"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
