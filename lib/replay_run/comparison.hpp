#pragma once

#include "base/result.hpp"
#include "compare/compare.hpp"
#include "replay_run/prepared_replay.hpp"
#include "report/report.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::replay_run {

/// The recorded session and the one that replays it, held against each other.
class ReplayComparison {
 public:
  /// Reads the recorded session. `replay` must outlive it. Errors: local; usage, where there is no session in it to
  /// compare with.
  static Result<std::unique_ptr<ReplayComparison>> make(const PreparedReplay& replay, const ComparisonChoice& choice);

  /// To be told what happens in the replay.
  session::EventSink& live() { return live_; }
  /// True if they differ. To be asked once the replay has ended.
  bool differ();
  /// What differs: text, or lines of NDJSON.
  std::string text(bool ndjson, const report::Style& style) const;

 private:
  explicit ReplayComparison(const PreparedReplay& replay);
  Result<void> read(const PreparedReplay& replay, const ComparisonChoice& choice);

  compare::Recorder recorded_, live_;
  compare::Options options_;
  std::optional<compare::Comparison> comparison_;
};

}  // namespace whydrop::replay_run
