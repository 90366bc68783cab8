#include "diagnose/repetition.hpp"

#include "base/time.hpp"
#include "diagnose/words.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::Basis;
using session::Confidence;

namespace {

using Member = std::int64_t EndedSession::*;

std::int64_t least(const std::vector<EndedSession>& sessions, Member measure) {
  return (*std::min_element(
             sessions.begin(), sessions.end(), [&](const auto& a, const auto& b) { return a.*measure < b.*measure; })).*
         measure;
}

std::int64_t most(const std::vector<EndedSession>& sessions, Member measure) {
  return (*std::max_element(
             sessions.begin(), sessions.end(), [&](const auto& a, const auto& b) { return a.*measure < b.*measure; })).*
         measure;
}

/// True if one timer can have measured all of them: none below a second, and hardly any spread.
bool agree(const std::vector<EndedSession>& sessions, Member measure) {
  constexpr std::int64_t kSpread = kSecond / 10;
  if (sessions.size() < 2) {
    return false;
  }
  const std::int64_t low = least(sessions, measure), high = most(sessions, measure);
  return low >= kSecond && high - low <= std::max(kSpread, low / 50);
}

Judgement repeated(const std::vector<EndedSession>& sessions, std::string says, std::string lead) {
  Judgement judgement{std::move(says),
                      {},
                      Basis::inferred,
                      sessions.size() > 2 ? Confidence::high : Confidence::medium,
                      {},
                      std::nullopt,
                      std::move(lead)};
  for (const EndedSession& session : sessions) {
    judgement.evidence.push_back(session.seq);
  }
  return judgement;
}

}  // namespace

EndedSession ended_session(const Ledger& ledger) {
  EndedSession session;
  session.seq = ledger.end_seq();
  session.age_ns = ledger.saw_opening() ? ledger.end_t() - ledger.session_t() : 0;
  session.idle_ns = ledger.idle_ns();
  session.quiet_ns = ledger.client.last ? ledger.since_last_message_ns(session::Side::client) : 0;
  if (ledger.client.last && ledger.unanswered()) {
    session.message = std::hash<std::string_view>()(ledger.client.last->excerpt.view());
    session.number = ledger.client.last->number;
  }
  return session;
}

std::optional<Judgement> same_age(const std::vector<EndedSession>& sessions) {
  if (!agree(sessions, &EndedSession::age_ns)) {
    return std::nullopt;
  }
  const std::string age = about_words(least(sessions, &EndedSession::age_ns));
  const std::string seen = fmt::format("{} sessions ended when they were {} old", sessions.size(), age);
  if (agree(sessions, &EndedSession::idle_ns)) {
    Judgement judgement = repeated(sessions,
                                   seen + ", after one and the same silence as well.",
                                   fmt::format("a timer (age or silence) of {}: {}", age, seen));
    judgement.fix = "Repeat with --ping-interval of half of that: if the age stays the same, pings do not help.";
    return judgement;
  }
  if (agree(sessions, &EndedSession::quiet_ns)) {
    Judgement judgement = repeated(sessions,
                                   seen + ", and the client's last message was equally long ago in each.",
                                   fmt::format("a timer (age, or time since your last message) of {}: {}", age, seen));
    judgement.fix =
        "Send a message in between: if the age stays the same, it is an age limit, and messages do not help.";
    return judgement;
  }
  return repeated(sessions, seen + ".", fmt::format("an age limit of {}: {}", age, seen));
}

std::optional<Judgement> same_silence(const std::vector<EndedSession>& sessions) {
  if (!agree(sessions, &EndedSession::idle_ns) || agree(sessions, &EndedSession::age_ns)) {
    return std::nullopt;
  }
  const std::string silence = about_words(least(sessions, &EndedSession::idle_ns));
  const std::string seen =
      fmt::format("{} sessions ended after {} in which nothing went either way", sessions.size(), silence);
  return repeated(sessions, seen + ".", fmt::format("an idle limit of {}: {}", silence, seen));
}

std::optional<Judgement> same_message(const std::vector<EndedSession>& sessions) {
  const auto like_the_first = [&](const EndedSession& session) {
    return session.message == sessions.front().message && session.message != 0 && session.quiet_ns <= kSecond;
  };
  if (sessions.size() < 2 || !std::all_of(sessions.begin(), sessions.end(), like_the_first)) {
    return std::nullopt;
  }
  const std::string seen = fmt::format("{} sessions ended at most {} after the same message, unanswered",
                                       sessions.size(),
                                       span_words(most(sessions, &EndedSession::quiet_ns)));
  return repeated(sessions, seen + ".", fmt::format("your message {}: {}", sessions.back().number, seen));
}

}  // namespace whydrop::diagnose
