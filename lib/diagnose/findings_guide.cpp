// What the field guide knows of software that the answer itself names.
#include "base/text.hpp"
#include "diagnose/guide.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::diagnose {

using fieldguide::Entry;
using fieldguide::Trigger;

namespace {

using Entries = std::vector<const Entry*>;

Entries of_triggers(const Ledger& ledger, std::initializer_list<Trigger> triggers) {
  Entries found;
  for (const Trigger trigger : triggers) {
    const Entries more = entries_named(ledger, trigger);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

/// What the named software is known to answer or do so for.
struct Known {
  Entries entries;
  bool by_text = false;  ///< the body is its own text: nobody else's answer
};

bool has_text_of(const Entry& entry, std::string_view body) {
  return !entry.text.empty() && fieldguide::match(entry.text, body);
}

/// A head that is no larger than an entry's limit was not refused for its size.
bool is_possible(const Ledger& ledger, const Entry& entry) {
  return entry.trigger != Trigger::head_size || !entry.bytes || ledger.request_size > *entry.bytes;
}

/// The named software's refusals of this status: those whose text the body is, else those without a text.
Known refusals(const Ledger& ledger) {
  if (!ledger.response) {
    return {};
  }
  const Entries all = of_triggers(ledger,
                                  {Trigger::backend_refuses,
                                   Trigger::backend_gone,
                                   Trigger::backend_silent,
                                   Trigger::head_size,
                                   Trigger::bad_upgrade,
                                   Trigger::subprotocol,
                                   Trigger::origin,
                                   Trigger::credentials,
                                   Trigger::wrong_path});
  const std::string_view body = trim(ledger.response->fact.body);
  const bool by_text = std::any_of(all.begin(), all.end(), [body](const Entry* e) { return has_text_of(*e, body); });
  Known known{{}, by_text};
  for (const Entry* entry : all) {
    // That a hop takes Upgrade out has a finding of its own.
    const bool lost = entry->trigger == Trigger::bad_upgrade && entry->product->kind == fieldguide::Kind::intermediary;
    if (!lost && (by_text ? has_text_of(*entry, body) : entry->text.empty() && is_possible(ledger, *entry))) {
      known.entries.push_back(entry);
    }
  }
  return known;
}

/// What makes the named software end a session so in answer to a message.
Entries failures(const Ledger& ledger) {
  constexpr std::int64_t kSoonNs = 2'000'000'000;
  const bool after_message = ledger.had_session() && ledger.ended_by_server_side() && ledger.unanswered() &&
                             ledger.since_last_message_ns(session::Side::client) <= kSoonNs;
  return after_message ? of_triggers(ledger, {Trigger::handler_error}) : Entries();
}

/// "its backend accepts no connection; or its backend ends before it has answered": of the first one's product.
std::string alternatives(const Known& known) {
  const fieldguide::Product* product = known.entries.front()->product;
  std::string text;
  for (const Entry* entry : known.entries) {
    if (entry->product == product) {
      text += (text.empty() ? "" : "; or ") + entry->says;
    }
  }
  const bool hands_on = product->kind == fieldguide::Kind::intermediary && !known.by_text &&
                        known.entries.front()->ending == fieldguide::Ending::refused;
  return hands_on ? text + "; or it hands on what its backend answered" : text;
}

std::optional<Judgement> software_known(const Ledger& ledger, std::string_view) {
  const bool refused = ledger.how() == EndingHow::upgrade_refused;
  const Known known = refused ? refusals(ledger) : Known{failures(ledger)};
  if (!ledger.ending || known.entries.empty()) {
    return std::nullopt;
  }
  const Entry& first = *known.entries.front();
  Judgement judgement{fmt::format("The answer names {}, which {} so: {}.",
                                  first.product->title,
                                  refused ? "refuses" : "ends a session",
                                  alternatives(known)),
                      {ledger.response ? ledger.response->seq : 0, ledger.end_seq()},
                      Basis::inferred,
                      known.by_text ? Confidence::medium : Confidence::low};
  judgement.fix = first.fix;
  return judgement;
}

}  // namespace

const std::vector<FindingRow>& guide_findings() {
  static const std::vector<FindingRow> rows = {
      {"software-known",
       Severity::note,
       Party::unknown,
       false,
       software_known,
       "The software that the answer names is known to end sessions so",
       "Server or Via of the answer names software whose behaviour stands in the field guide, and the session ended as "
       "it "
       "ends them for the reasons listed. The header may be another hop's.",
       "whydrop explain NAME prints all that is known of that software.",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
