#include "base/result.hpp"
#include "session/event.hpp"

#include <array>

namespace whydrop::session {
namespace {

// Printed names in the order of the enumerators; the position is the value.
using Text = std::string_view;
constexpr std::array<Text, 3> kSeverities{"error", "warning", "note"};
constexpr std::array<Text, 2> kBases{"observed", "inferred"};
constexpr std::array<Text, 4> kConfidences{"certain", "high", "medium", "low"};
constexpr std::array<Text, 4> kParties{"client", "server", "network", "unknown"};
constexpr std::array<Text, 4> kEnders{"server", "client", "network", "unknown"};
constexpr std::array<Text, 4> kPhases{"connecting", "open", "closing", "closed"};
constexpr std::array<Text, 4> kSources{"none", "received", "sent", "derived"};
constexpr std::array<Text, 21> kEndings{
    "fin",           "fin_mid_frame",   "reset",          "tls_close_notify", "tls_truncated",
    "tls_error",     "timed_out",       "unreachable",    "ping_timeout",     "idle_timeout",
    "close_timeout", "local_close",     "resolve_failed", "connect_failed",   "proxy_failed",
    "tls_failed",    "upgrade_refused", "upgrade_cut",    "upgrade_timeout",  "interrupted",
    "capture_ended"};

static_assert(kEndings.size() == static_cast<std::size_t>(EndingHow::capture_ended) + 1);
static_assert(kSeverities.size() == static_cast<std::size_t>(Severity::note) + 1);
static_assert(kBases.size() == static_cast<std::size_t>(Basis::inferred) + 1);
static_assert(kConfidences.size() == static_cast<std::size_t>(Confidence::low) + 1);
static_assert(kParties.size() == static_cast<std::size_t>(Party::unknown) + 1);
static_assert(kEnders.size() == static_cast<std::size_t>(EndedBy::unknown) + 1);
static_assert(kPhases.size() == static_cast<std::size_t>(Phase::closed) + 1);
static_assert(kSources.size() == static_cast<std::size_t>(CodeSource::derived) + 1);

template <typename Enum, std::size_t N>
Text name_in(const std::array<Text, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : Text{"unknown"};
}

template <typename Enum, std::size_t N>
std::optional<Enum> parse_in(const std::array<Text, N>& names, Text text) {
  for (std::size_t index = 0; index < N; ++index) {
    if (names[index] == text) {
      return static_cast<Enum>(index);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(Severity value) {
  return name_in(kSeverities, value);
}
std::string_view name(Basis value) {
  return name_in(kBases, value);
}
std::string_view name(Confidence value) {
  return name_in(kConfidences, value);
}
std::string_view name(Party value) {
  return name_in(kParties, value);
}
std::string_view name(EndedBy by) {
  return name_in(kEnders, by);
}
std::string_view name(EndingHow how) {
  return name_in(kEndings, how);
}
std::string_view name(Phase phase) {
  return name_in(kPhases, phase);
}
std::string_view name(CodeSource source) {
  return name_in(kSources, source);
}

std::optional<Severity> parse_severity(std::string_view text) {
  return parse_in<Severity>(kSeverities, text);
}
std::optional<Basis> parse_basis(std::string_view text) {
  return parse_in<Basis>(kBases, text);
}
std::optional<Confidence> parse_confidence(std::string_view text) {
  return parse_in<Confidence>(kConfidences, text);
}
std::optional<Party> parse_party(std::string_view text) {
  return parse_in<Party>(kParties, text);
}
std::optional<EndedBy> parse_ended_by(std::string_view text) {
  return parse_in<EndedBy>(kEnders, text);
}
std::optional<EndingHow> parse_ending_how(std::string_view text) {
  return parse_in<EndingHow>(kEndings, text);
}
std::optional<Phase> parse_phase(std::string_view text) {
  return parse_in<Phase>(kPhases, text);
}
std::optional<CodeSource> parse_code_source(std::string_view text) {
  return parse_in<CodeSource>(kSources, text);
}

std::string_view kind_name(const Body& body) {
  return kKindNames[body.index()];
}

bool is_opinion(const Body& body) {
  return std::visit(overloaded{[](const Message&) { return true; },
                               [](const State&) { return true; },
                               [](const Finding&) { return true; },
                               [](const Verdict&) { return true; },
                               [](const auto&) { return false; }},
                    body);
}

}  // namespace whydrop::session
