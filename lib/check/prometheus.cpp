#include "base/metrics.hpp"
#include "base/text.hpp"
#include "check/report.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace whydrop::check {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// What tells one check from all others; `known` are those before it.
Labels labels_of(const Outcome& outcome, std::set<Labels>& known) {
  Labels labels{{"file", escape_for_terminal(outcome.file)}, {"check", escape_for_terminal(outcome.name)}};
  if (!known.insert(labels).second) {
    labels.emplace_back("line", fmt::format("{}", outcome.line));
  }
  return labels;
}

}  // namespace

std::string prometheus(const std::vector<Outcome>& outcomes) {
  using Type = Metric::Type;
  Metric passed{"whydrop_check_passed", Type::gauge, "1 where the check passed, else 0.", {}};
  Metric seconds{"whydrop_check_seconds", Type::gauge, "How long the check took.", {}};
  Metric code{"whydrop_check_exit_code", Type::gauge, "Exit code of this check alone.", {}};
  Metric checks{"whydrop_checks", Type::gauge, "Checks of the run, by how they went.", {}};
  std::set<Labels> known;
  for (const Outcome& outcome : outcomes) {
    if (outcome.status == Outcome::Status::skipped) {
      continue;
    }
    const Labels labels = labels_of(outcome, known);
    passed.samples.push_back({outcome.status == Outcome::Status::passed ? "1" : "0", labels});
    seconds.samples.push_back({metric_seconds(std::max<std::int64_t>(outcome.duration_ns, 0)), labels});
    code.samples.push_back({fmt::format("{}", outcome.exit_code), labels});
  }
  for (const auto status :
       {Outcome::Status::passed, Outcome::Status::failed, Outcome::Status::error, Outcome::Status::skipped}) {
    const auto count = std::count_if(
        outcomes.begin(), outcomes.end(), [status](const Outcome& outcome) { return outcome.status == status; });
    checks.samples.push_back({fmt::format("{}", count), {{"status", std::string(name(status))}}});
  }
  return exposition({passed, seconds, code, checks});
}

}  // namespace whydrop::check
