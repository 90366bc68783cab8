// Signs of life that are messages of the API: heartbeats that were asked for, pings that are messages.
#include "base/text.hpp"
#include "base/time.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/said.hpp"
#include "diagnose/words.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// Who said that a beat is wanted: "the server asked for a heartbeat every 2 s (#4)".
std::string asked_words(const Beat& beat, const ClientWords& client) {
  const std::string every = about_words(beat.interval_ns);
  switch (beat.kind) {
  case BeatKind::phoenix:
    return fmt::format("Phoenix wants a heartbeat every {}, and less where it is set so", every);
  case BeatKind::mqtt:
    return fmt::format("{} CONNECT (#{}) promised a packet every {}", client.your, beat.seq, every);
  case BeatKind::engine_io:
  case BeatKind::discord:
  case BeatKind::stomp:
  case BeatKind::named:
    return fmt::format("the server asked for a heartbeat every {} (#{})", every, beat.seq);
  }
  return {};
}

/// Late by more than a beat, or by the dialect's rule: then it is no more than likely.
std::optional<Judgement> heartbeat_owed(const Ledger& ledger, std::string_view) {
  constexpr std::int64_t kRuleLeast = 2 * kSecond;
  // A profile that knows the dialect's heartbeats has judged them.
  const auto* used = ledger.profile.used;
  const bool judged =
      used != nullptr &&
      std::any_of(used->heartbeats.begin(), used->heartbeats.end(), [](const auto& row) { return row.judged; });
  if (judged || !ledger.ended_by_server_side() || !ledger.beat) {
    return std::nullopt;
  }
  const Beat& beat = *ledger.beat;
  const std::int64_t late_by = ledger.end_t() - beat.last_t;
  const bool rule_only = beat.kind == BeatKind::phoenix;
  // A server that goes by a rule may have a shorter time set: that no beat was ever sent is then all that is known.
  const bool by_rule = rule_only && beat.sent == 0 && ledger.idle_ns() >= kRuleLeast;
  if (late_by < beat.interval_ns && !by_rule) {
    return std::nullopt;
  }
  const bool sure = late_by >= beat.interval_ns + beat.interval_ns / 4 && beat.kind != BeatKind::stomp;
  const ClientWords& client = client_words(ledger.observer);
  const std::string kept = beat.sent == 0 ? fmt::format("{} sent none in {}", client.you, about_words(late_by))
                                          : fmt::format("{} last was {} ago", client.your, about_words(late_by));
  const std::string says = fmt::format("{}; {}", asked_words(beat, client), kept);
  return Judgement{
      capital(says) + ".",
      {beat.seq, ledger.end_seq()},
      Basis::inferred,
      sure ? Confidence::high : Confidence::medium,
      beat_advice(beat),
      std::nullopt,
      named_another(ledger) ? "" : fmt::format("a missing heartbeat: {}, and {}", asked_words(beat, client), kept)};
}

/// True for a ping that is a message: the word alone, Primus's, or a JSON object whose kind it is.
bool is_ping_message(std::string_view text) {
  text = trim(text);
  if (same_caseless(text, "ping") || starts_with(text, "\"primus::ping::")) {
    return true;
  }
  json::Json document;
  if (text.empty() || text.front() != '{' || document.parse(text)) {
    return false;
  }
  static constexpr std::string_view kKinds[] = {"type", "op", "event", "action", "method", "cmd", "kind", "msg"};
  return std::any_of(std::begin(kKinds), std::end(kKinds), [&](std::string_view name) {
    const auto kind = document.root().find(name);
    return kind && kind->is(json::Type::string) && same_caseless(kind->string(), "ping");
  });
}

/// The pings among the server's last messages that no message of the client's came after, the earliest last.
std::vector<const SaidNote*> unanswered_ping_messages(const Ledger& ledger) {
  std::vector<const SaidNote*> pings;
  const std::uint64_t last = ledger.server.last ? ledger.server.last->number : 0;
  for (std::uint64_t back = 0; back < std::min<std::uint64_t>(Ledger::kSaid, last); ++back) {
    const SaidNote& note = ledger.said[(last - 1 - back) % Ledger::kSaid];
    const bool answered = ledger.client.last && ledger.client.last->seq > note.seq;
    if (answered || !note.whole || !note.text || !is_ping_message(note.payload.view())) {
      break;
    }
    pings.push_back(&note);
  }
  return pings;
}

std::optional<Judgement> ping_message_unanswered(const Ledger& ledger, std::string_view) {
  // Action Cable's pings go one way.
  if (!ledger.ended_by_server_side() || ledger.beat || named_another(ledger) ||
      contains_caseless(ledger.request_subprotocol, "actioncable")) {
    return std::nullopt;
  }
  const auto pings = unanswered_ping_messages(ledger);
  const std::int64_t owed_for = pings.empty() ? 0 : ledger.end_t() - pings.back()->t_ns;
  if (pings.empty() || owed_for < pong_due_ns(ledger)) {
    return std::nullopt;
  }
  // Who survived many of them is not ended for one.
  const bool survived = pings.size() == Ledger::kSaid && ledger.server.messages > Ledger::kSaid + 1;
  const std::string says = fmt::format("{} did not answer the server's ping message{} {} (#{}, {} before the end)",
                                       client_words(ledger.observer).you,
                                       pings.size() == 1 ? "" : "s, the first",
                                       quoted(pings.back()->payload.view().substr(0, 60)),
                                       pings.back()->seq,
                                       about_words(owed_for));
  return Judgement{capital(says) + ".",
                   {pings.back()->seq, ledger.end_seq()},
                   Basis::inferred,
                   survived ? Confidence::low : Confidence::medium,
                   starts_with(pings.back()->payload.view(), "\"primus::ping::")
                       ? "Answer each \"primus::ping::N\" with \"primus::pong::N\"; WebSocket pongs do not count."
                       : "",
                   std::nullopt,
                   fmt::format("a missing answer: {}", says)};
}

}  // namespace

const std::vector<FindingRow>& beat_findings() {
  static const std::vector<FindingRow> rows = {
      {"heartbeat-owed",
       Severity::warning,
       Party::client,
       false,
       heartbeat_owed,
       "A heartbeat that was asked for was not sent",
       "The server announced, or the dialect demands, a heartbeat message of the client, and none came for longer than "
       "its interval before the server ended the session. Such beats are messages of the API; WebSocket pings are no "
       "substitute.",
       "Send the API's heartbeat message as often as the server asked.",
       ""},
      {"ping-message-unanswered",
       Severity::warning,
       Party::client,
       false,
       ping_message_unanswered,
       "A ping that is a message was not answered",
       "The server's last messages were pings of its API, and no message of the client came after them before the end. "
       "Servers that ask so end sessions whose client does not answer.",
       "Answer the server's ping message as its API has it; WebSocket pongs do not count.",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
