// What the sessions of a run have in common: one ending proves no clock, three that are alike do.
#pragma once

#include "diagnose/findings.hpp"
#include "diagnose/ledger.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace whydrop::diagnose {

/// How the server's side ended one session of a run.
struct EndedSession {
  std::uint64_t seq = 0;      ///< the event that shows the end
  std::int64_t age_ns = 0;    ///< 0: the record does not show when it opened
  std::int64_t idle_ns = 0;   ///< nothing had gone either way for so long
  std::int64_t quiet_ns = 0;  ///< since the client's last message; 0: it sent none
  std::size_t message = 0;    ///< hash of that message's beginning; 0: none, or it was answered
  std::uint64_t number = 0;   ///< of that message
  static constexpr std::size_t kMost = 16;
};

EndedSession ended_session(const Ledger& ledger);

/// Sessions that all ended at one age, or after one silence.
std::optional<Judgement> same_age(const std::vector<EndedSession>& sessions);
std::optional<Judgement> same_silence(const std::vector<EndedSession>& sessions);
/// Sessions that all ended at once after the same message.
std::optional<Judgement> same_message(const std::vector<EndedSession>& sessions);

}  // namespace whydrop::diagnose
