#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::session {

enum class Severity : std::uint8_t { error, warning, note };
enum class Basis : std::uint8_t { observed, inferred };
enum class Confidence : std::uint8_t { certain, high, medium, low };
enum class Party : std::uint8_t { client, server, network, unknown };

std::string_view name(Severity value);
std::string_view name(Basis value);
std::string_view name(Confidence value);
std::string_view name(Party value);
std::optional<Severity> parse_severity(std::string_view text);
std::optional<Basis> parse_basis(std::string_view text);
std::optional<Confidence> parse_confidence(std::string_view text);
std::optional<Party> parse_party(std::string_view text);

/// One thing worth telling, with its evidence. Made only through make_finding, which refuses an empty evidence list:
/// a cause without evidence cannot be constructed. design.md section 5.
struct Finding {
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

/// True if `a` is to be listed before `b`: observed before inferred, then severity, then confidence.
bool ranks_before(const Finding& a, const Finding& b);

}  // namespace whydrop::session
