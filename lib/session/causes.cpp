#include "session/causes.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace whydrop::session {
namespace {

struct Row {
  std::string_view words;
  Cause cause;
};

/// Cause of the first row whose words stand in `error`.
template <std::size_t N>
Cause named_in(std::string_view error, const std::array<Row, N>& rows) {
  if (error.empty()) {
    return Cause::none;
  }
  const auto* found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return contains_caseless(error, row.words); });
  return found == rows.end() ? Cause::other : found->cause;
}

}  // namespace

Cause cause_in_words(const Resolve& fact) {
  static constexpr std::array<Row, 3> kRows{
      {{"NXDOMAIN", Cause::nxdomain}, {"SERVFAIL", Cause::servfail}, {"timed out", Cause::timed_out}}};
  return named_in(fact.error, kRows);
}

Cause cause_in_words(const Connect& fact) {
  static constexpr std::array<Row, 4> kRows{{{"refused", Cause::refused},
                                             {"timed out", Cause::timed_out},
                                             {"timed_out", Cause::timed_out},
                                             {"unreachable", Cause::unreachable}}};
  return named_in(fact.error, kRows);
}

/// Its first word is the cause's name: what follows may be a library's words, in which other causes' names occur.
Cause cause_in_words(const Tls& fact) {
  if (fact.error.empty()) {
    return Cause::none;
  }
  const std::string_view error = fact.error;
  return parse<Cause>(error.substr(0, error.find_first_of(": "))).value_or(Cause::other);
}

}  // namespace whydrop::session
