#include "diagnose/said.hpp"

#include "base/time.hpp"
#include "diagnose/guide.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::diagnose {

using session::Side;

namespace {

/// True for what the client sent itself and got back.
bool is_echo(const Ledger& ledger, const SaidNote& note) {
  return ledger.client.last &&
         note.payload.view().substr(0, MessageNote::kExcerpt) == ledger.client.last->excerpt.view();
}

/// True for a word that may have to do with the end: the last one, or one of the last 2 s.
bool is_last_word(const Ledger& ledger, const SaidNote& note) {
  return note.number == ledger.server.last->number || ledger.end_t() - note.t_ns <= 2 * kSecond;
}

}  // namespace

std::optional<Said> last_words(const Ledger& ledger) {
  std::optional<Said> end;
  if (!ledger.server.last) {
    return end;
  }
  for (std::uint64_t back = 0; back < std::min<std::uint64_t>(Ledger::kSaid, ledger.server.last->number); ++back) {
    const SaidNote& note = ledger.said[(ledger.server.last->number - 1 - back) % Ledger::kSaid];
    if (!is_last_word(ledger, note) || is_echo(ledger, note)) {
      break;
    }
    auto error = note.whole ? error_in(note.payload.view(), note.text) : std::nullopt;
    if (error && error->failure) {
      return Said{&note, std::move(*error)};
    }
    if (error && !end && ledger.ended_by_server_side() && ledger.end_t() - note.t_ns <= 2 * kSecond) {
      end = Said{&note, std::move(*error)};
    }
  }
  return end;
}

std::optional<Topic> named_topic(const Ledger& ledger) {
  if (ledger.first_close == Side::server && !only_restates(ledger.server.close->reason)) {
    const fieldguide::Entry* known = entry_of_reason(ledger);
    return known != nullptr ? topic_of(known->trigger) : topic_of(ledger.server.close->reason);
  }
  const auto said = ledger.had_session() ? last_words(ledger) : std::nullopt;
  return said && said->error.failure ? topic_of(said->error.words) : std::nullopt;
}

bool named_another(const Ledger& ledger) {
  const auto topic = named_topic(ledger);
  return topic && *topic != Topic::pong && *topic != Topic::idle && *topic != Topic::failure;
}

std::int64_t pong_due_ns(const Ledger& ledger) {
  constexpr std::int64_t kLeast = kSecond / 2;
  const std::int64_t rtt = ledger.pings_of_client.rtt_count > 0 ? ledger.pings_of_client.rtt_max_ns
                           : ledger.connect                     ? ledger.connect->fact.duration_ns
                                                                : 0;
  return std::max(kLeast, 10 * rtt);
}

}  // namespace whydrop::diagnose
