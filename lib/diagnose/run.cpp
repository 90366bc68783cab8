#include "diagnose/run.hpp"

#include "diagnose/cause.hpp"
#include "diagnose/findings.hpp"
#include "diagnose/symptoms.hpp"
#include "diagnose/verdict.hpp"
#include "diagnose/words.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

constexpr std::int64_t kRapidNs = 1'000'000'000;
constexpr std::size_t kMaxEvidence = 16;

/// "no Close frame (reset)", "1008 from the server", "upgrade_refused".
std::string ending_words(const session::Verdict& verdict) {
  const std::string how = verdict.how ? std::string(session::name(*verdict.how)) : "open at the end of the capture";
  if (verdict.first_close) {
    const auto code = verdict.code.value_or(1005);
    return fmt::format("Close {} by the {}", code, session::name(verdict.ended_by));
  }
  return verdict.code ? fmt::format("no Close frame ({})", how) : how;
}

std::string uncapital(std::string text) {
  if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z') {
    text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  }
  return text;
}

/// Takes a finding out of a verdict, with what it says and advises.
void withdraw(std::string_view id, session::Verdict& verdict) {
  const auto erase = [](std::vector<std::string>& from, const std::string& text) {
    from.erase(std::remove(from.begin(), from.end(), text), from.end());
  };
  for (const session::Finding& finding : verdict.findings) {
    if (finding.id == id) {
      erase(verdict.inferred, finding.says);
      erase(verdict.next, finding.fix);
    }
  }
  verdict.findings.erase(std::remove_if(verdict.findings.begin(),
                                        verdict.findings.end(),
                                        [id](const session::Finding& finding) { return finding.id == id; }),
                         verdict.findings.end());
}

std::optional<Judgement> rapid_failures(std::uint64_t rapid, std::uint64_t all, std::vector<std::uint64_t> evidence) {
  if (rapid < 2) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("{} of {} ended within 1 s of opening: connecting works, and then the session is ended at once.",
                  rapid,
                  counted(all, "connection")),
      std::move(evidence)};
}

}  // namespace

const std::vector<FindingRow>& run_findings() {
  static const std::vector<FindingRow> rows = {
      {"rapid-failures",
       session::Severity::warning,
       session::Party::unknown,
       false,
       nullptr,
       "Sessions end at once, again and again",
       "Two or more connections of a run opened and ended within a second. Reconnecting does not help against this: "
       "usually the server refuses the client by a Close, or a first message is missing or wrong.",
       "Do not reconnect in a loop; look at the first ending's code and reason, the token, and the first message that "
       "the API demands.",
       ""},
      {"same-message",
       session::Severity::warning,
       session::Party::unknown,
       false,
       nullptr,
       "Sessions end after the same message, again and again",
       "Each session of the run was ended by the server's side within a second of one and the same message, and none "
       "was "
       "answered.",
       "Send that message alone (whydrop send), then with fields left out, and see which one ends the session.",
       ""},
      {"same-age",
       session::Severity::warning,
       session::Party::unknown,
       false,
       nullptr,
       "Sessions end at the same age, again and again",
       "The sessions of the run that the server's side ended were all equally old, to a tenth of a second or a "
       "fiftieth. "
       "Chance does not do that: a limit of the connection's age does.",
       "Pings do not help against an age limit: reconnect (--reconnect 5) and resume the session.",
       ""},
      {"same-silence",
       session::Severity::warning,
       session::Party::unknown,
       false,
       nullptr,
       "Sessions end after the same silence, again and again",
       "The sessions of the run that the server's side ended had been silent for equally long, and were not equally "
       "old.",
       "Send pings more often than that (--ping-interval); --ping-sweep finds the limit by trying.",
       ""},
  };
  return rows;
}

void RunLedger::add(const std::vector<session::Finding>& findings) {
  for (const auto& finding : findings) {
    const auto same =
        std::find_if(findings_.begin(), findings_.end(), [&](const auto& f) { return f.id == finding.id; });
    if (same != findings_.end()) {
      same->count += finding.count;
      same->severity = std::min(same->severity, finding.severity);
    } else if (findings_.size() < Ledger::kMaxIds) {
      findings_.push_back(finding);
    }
  }
}

void RunLedger::add(const Ledger& ledger, const session::Verdict& verdict) {
  if (ledger.role != session::Role::websocket) {
    if (connections_ == 0) {
      add(last_.findings);
      last_ = verdict;
    } else {
      add(verdict.findings);
    }
    return;
  }
  if (ledger.parent == last_conn_) {
    for (session::Finding& finding : last_.findings) {
      finding.severity = is_symptom(ledger, finding) ? session::Severity::note : finding.severity;
    }
    excuse_ending(last_.findings);
  }
  add(last_.findings);
  last_conn_ = ledger.conn;
  const std::string target = ledger.url.substr(0, ledger.url.find('?'));
  target_ = connections_ == 0 ? target : target_;
  one_target_ = one_target_ && target == target_;
  ++connections_;
  ++endings_[ending_words(verdict)];
  last_how_ = headline(ledger, verdict);
  const bool matters = std::any_of(verdict.findings.begin(), verdict.findings.end(), [](const auto& finding) {
    return finding.severity != session::Severity::note;
  });
  if (ledger.ended_by_server_side() && !ledger.from_har && matters && ended_.size() < EndedSession::kMost) {
    ended_.push_back(ended_session(ledger));
  }
  if (ledger.had_session()) {
    const bool ended_by_us = ledger.first_close == session::Side::client;
    // One that the client closed in the end says nothing against what the others have in common.
    sessions_ += ended_by_us ? 0 : 1;
    // Of a relay's sessions each may be another client's: one that was answered did not end at once.
    const bool served = ledger.observer != session::Observer::client && ledger.answered;
    if (!ended_by_us && !served && ledger.how() != session::EndingHow::capture_ended &&
        ledger.end_t() - ledger.session_t() < kRapidNs) {
      ++rapid_;
      if (rapid_evidence_.size() < kMaxEvidence) {
        rapid_evidence_.push_back(ledger.end_seq());
      }
    }
  }
  last_ = verdict;
}

/// What all endings have in common outdoes what one of them lets guess.
void RunLedger::lead_with_repetition(session::Verdict& verdict) const {
  struct Row {
    std::string_view id;
    std::optional<Judgement> (*judge)(const std::vector<EndedSession>&);
  };
  constexpr Row kRows[] = {{"same-message", same_message}, {"same-age", same_age}, {"same-silence", same_silence}};
  constexpr std::string_view kGuesses[] = {
      "", "drop-after-message", "message-size-limit", "idle-limit", "login-timer", "connection-age"};
  const bool guessed = says_only_how(verdict.cause) ||
                       std::find(std::begin(kGuesses), std::end(kGuesses), verdict.cause) != std::end(kGuesses);
  for (const Row& row : kRows) {
    auto judgement = one_target_ && guessed && ended_.size() == sessions_ ? row.judge(ended_) : std::nullopt;
    if (!judgement) {
      continue;
    }
    const std::string lead = judgement->lead;
    if (auto finding = make(*find_finding(row.id), std::move(*judgement))) {
      for (const std::string_view guess : kGuesses) {
        withdraw(guess, verdict);
      }
      verdict.headline = fmt::format("{} {}. The last one: {}",
                                     finding->confidence == session::Confidence::high ? "Very likely" : "Probably",
                                     as_told_to(verdict.observer, lead),
                                     uncapital(as_told_to(verdict.observer, last_how_)));
      verdict.cause = row.id;
      verdict.inferred.insert(verdict.inferred.begin(), finding->says);
      verdict.next.insert(verdict.next.begin(), finding->fix);
      verdict.next.resize(std::min<std::size_t>(verdict.next.size(), 3));
      verdict.findings.push_back(std::move(*finding));
      return;
    }
  }
}

session::Verdict RunLedger::conclude() {
  add(last_.findings);
  session::Verdict verdict = last_;
  verdict.findings = findings_;
  // What sessions of several targets have in common is their record, as a browser's is.
  if (auto judgement = one_target_ ? rapid_failures(rapid_, connections_, rapid_evidence_) : std::nullopt) {
    if (auto finding = make(*find_finding("rapid-failures"), std::move(*judgement))) {
      verdict.observed.insert(verdict.observed.begin(), finding->says);
      verdict.next.insert(verdict.next.begin(), finding->fix);
      verdict.findings.push_back(std::move(*finding));
    }
  }
  lead_with_repetition(verdict);
  std::stable_sort(verdict.findings.begin(), verdict.findings.end(), session::ranks_before);
  lead_with(verdict.cause, verdict.findings);
  if (connections_ > 1) {
    std::string list;
    for (const auto& [words, n] : endings_) {
      list += fmt::format("{}{} × {}", list.empty() ? "" : ", ", n, words);
    }
    verdict.observed.insert(
        verdict.observed.begin(),
        fmt::format("{} in this run: {}. What follows is the last one's.", counted(connections_, "connection"), list));
    if (verdict.observer == session::Observer::relay) {
      verdict.headline = fmt::format("{} were relayed: {}. The last one: {}",
                                     counted(connections_, "session"),
                                     list,
                                     uncapital(as_told_to(verdict.observer, verdict.headline)));
    }
  }
  return verdict;
}

}  // namespace whydrop::diagnose
