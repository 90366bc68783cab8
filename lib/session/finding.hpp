#pragma once

#include "base/names.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::session {

using whydrop::name;
using whydrop::parse;

enum class Severity : std::uint8_t { error, warning, note };
constexpr NameList<3> names_of(Severity /*kind*/) {
  return {"error", "warning", "note"};
}

enum class Basis : std::uint8_t { observed, inferred };
constexpr NameList<2> names_of(Basis /*kind*/) {
  return {"observed", "inferred"};
}

enum class Confidence : std::uint8_t { certain, high, medium, low };
constexpr NameList<4> names_of(Confidence /*kind*/) {
  return {"certain", "high", "medium", "low"};
}

enum class Party : std::uint8_t { client, server, network, unknown };
constexpr NameList<4> names_of(Party /*kind*/) {
  return {"client", "server", "network", "unknown"};
}

/// One thing worth telling, with its evidence. There is no constructor without a first piece of evidence, so a cause
/// without evidence cannot be made.
struct Finding {
  /// `first_evidence`: seq of the fact that shows it. Severity and what else differs from the defaults is set after.
  Finding(std::string finding_id, std::uint64_t first_evidence) : id(std::move(finding_id)), evidence{first_evidence} {}

  std::string id;  ///< stable, printed, known to `whydrop explain`
  Severity severity = Severity::error;
  Confidence confidence = Confidence::certain;
  Basis basis = Basis::observed;
  Party at_fault = Party::unknown;
  std::vector<std::uint64_t> evidence;  ///< seq of the facts that show it; never empty
  std::string says;                     ///< one sentence: what was seen
  std::string fix;                      ///< one sentence: what to try, or empty
  std::string citation;                 ///< "RFC 6455 section 5.1", or empty
  std::uint64_t count = 1;              ///< how often; findings of one id are counted, not repeated
};

/// A Finding with `evidence`; null if there is none. For readers, which meet lists of any length.
std::optional<Finding> make_finding(std::string id, std::vector<std::uint64_t> evidence);

/// True if `a` is to be listed before `b`: observed before inferred, then severity, then confidence.
bool ranks_before(const Finding& a, const Finding& b);

}  // namespace whydrop::session
