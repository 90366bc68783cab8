#pragma once

#include "diagnose/ledger.hpp"
#include "diagnose/repetition.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace whydrop::diagnose {

/// What is kept of the concluded connections of a run. Bounded whatever their number. Where a later connection follows
/// an earlier one (a reconnect, a redirect), how the earlier one ended is only a note: the last one's ending counts.
class RunLedger {
 public:
  void add(const std::vector<session::Finding>& findings);
  void add(const Ledger& ledger, const session::Verdict& verdict);
  /// The verdict of the last websocket connection, with what the whole run shows.
  session::Verdict conclude();

 private:
  void lead_with_repetition(session::Verdict& verdict) const;

  std::uint64_t connections_ = 0, sessions_ = 0, rapid_ = 0;
  std::vector<std::uint64_t> rapid_evidence_;
  std::map<std::string, std::uint64_t> endings_;  ///< how, with its count
  std::vector<EndedSession> ended_;               ///< that the server's side ended, at most EndedSession::kMost
  session::Verdict last_;
  std::string last_how_;  ///< how the last one ended, as a sentence that names no cause
  std::uint32_t last_conn_ = 0;
  std::string target_;                      ///< of the first one: its URL without the query
  bool one_target_ = true;                  ///< all have that
  std::vector<session::Finding> findings_;  ///< of all connections before the last
};

}  // namespace whydrop::diagnose
