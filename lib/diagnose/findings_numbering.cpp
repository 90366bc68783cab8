// What the numbers tell that a side gives its messages.
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

std::optional<Judgement> numbers_skip(const Ledger& ledger, std::string_view) {
  for (const Side side : {Side::server, Side::client}) {
    const Numbering& numbering = ledger.side(side).numbering;
    const auto gap = numbering.first_gap();
    if (!gap) {
      continue;
    }
    const std::string_view whose = side == Side::server ? "The server's" : client_words(ledger.observer).Your;
    const std::string more =
        numbering.gaps() == 1 ? "" : fmt::format(", and {} more", counted(numbering.gaps() - 1, "time"));
    Judgement made{
        fmt::format("{} messages are numbered in {}, and the numbers skip from {} to {} (#{}){}: {} {} missing.",
                    whose,
                    printable(numbering.name(), 40),
                    gap->from,
                    gap->to,
                    gap->seq,
                    more,
                    counted(numbering.missing(), "number"),
                    numbering.missing() == 1 ? "is" : "are"),
        {gap->seq}};
    made.at_fault = side == Side::server ? Party::unknown : Party::client;
    return made;
  }
  return std::nullopt;
}

}  // namespace

const std::vector<FindingRow>& numbering_findings() {
  static const std::vector<FindingRow> rows = {
      {"numbers-skip",
       Severity::warning,
       Party::unknown,
       false,
       numbers_skip,
       "The numbers of a side's messages skip",
       "Messages of one side carry a number (a member seq, sequence or the like) that had gone up by one each time, "
       "and "
       "then went up by more. TCP loses nothing in the middle of a session: what is missing was never sent here, as "
       "where a server drops messages for a slow reader, or a filter or another subscriber took them.",
       "Read faster, or ask for what is missing where the API has a way (a snapshot, a resume from a number).",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
