#pragma once

#include "isolate/ddmin.hpp"
#include "isolate/sprt.hpp"
#include "isolate/trial.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace whydrop::isolate {

/// What a session does, as far as its trials tell.
enum class Answer : std::uint8_t {
  drops,      ///< as the recorded one
  lives,      ///< it lives
  otherwise,  ///< it ends in another way
  unclear     ///< its trials say nothing, or nothing that can be told apart; or no more may be tried
};

/// Answers questions by trials: each with as few as it takes, none asked for twice.
class Judge {
 public:
  /// `trials` must outlive it.
  Judge(Trials& trials, const Rates& rates) : trials_(trials), rates_(rates) {}

  void set_rates(const Rates& rates) { rates_ = rates; }
  /// What `session` does.
  Answer ask(const Trial& session);
  /// The first of these that drops; null: none does, or no more may be tried.
  std::optional<std::size_t> first_that_drops(const std::vector<Trial>& sessions);
  /// Tries `session` so often, whatever is known of it.
  void repeat(const Trial& session, std::uint64_t times);
  /// How the trials of `session` ended.
  Count count(const Trial& session) const;
  /// The same of every session that was tried.
  const std::map<Trial, Count>& counts() const { return counts_; }
  /// Trials in all.
  std::uint64_t runs() const { return runs_; }
  /// True once no more may be tried.
  bool stopped() const { return stopped_; }

 private:
  void run(const std::vector<Trial>& sessions);
  std::optional<bool> decided(const Trial& session) const;
  bool one_run_decides() const;
  Answer answer(const Trial& session) const;

  Trials& trials_;
  Rates rates_;
  std::map<Trial, Count> counts_;
  std::uint64_t runs_ = 0;
  bool stopped_ = false;
};

}  // namespace whydrop::isolate
