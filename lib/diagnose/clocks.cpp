#include "diagnose/clocks.hpp"

#include "base/time.hpp"
#include "diagnose/guide.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// Seconds that many installations have for a limit, of silence and of age.
constexpr std::int64_t kIdleLimits[] = {20, 30, 55, 60, 90, 100, 120, 240, 300, 350, 600, 900, 1800, 3600};
constexpr std::int64_t kAgeLimits[] = {30, 300, 900, 1800, 3600, 7200, 86400};

/// What it measures now, and the most of it that the session survived.
struct Measure {
  std::int64_t ns = 0, survived_ns = 0;
};

Measure measure(const Ledger& ledger, Clock clock) {
  const std::int64_t end = ledger.end_t();
  switch (clock) {
  case Clock::silence:
    return {ledger.idle_ns(), ledger.longest_silence_ns};
  case Clock::quiet:
    return {end - ledger.last_message_t.value_or(ledger.session_t()), ledger.longest_quiet_ns};
  case Clock::server_silence:
    return {end - ledger.server.last_t.value_or(ledger.session_t()), ledger.server.longest_gap_ns};
  case Clock::client_silence:
    return {end - ledger.client.last_t.value_or(ledger.session_t()), ledger.client.longest_gap_ns};
  case Clock::age:
    return {end - ledger.session_t(), 0};
  }
  return {};
}

/// Timers are seldom early and often a little late, the more the longer they are.
bool is_near(std::int64_t ns, std::int64_t limit_s) {
  const std::int64_t limit = limit_s * kSecond;
  const std::int64_t early = std::clamp(limit / 60, kSecond / 2, 10 * kSecond);
  const std::int64_t late = std::clamp(limit / 50, 2 * kSecond, 15 * kSecond);
  return ns >= limit - early && ns <= limit + late;
}

/// The whole second that `ns` is hardly past, if its length is one that people set: any up to two minutes, then those
/// of ten, from ten minutes on whole minutes. Clocks other than that of silence are many, and one of them is soon near
/// a whole second by chance: beyond ten seconds only those of five count there.
std::optional<std::int64_t> sharp_limit(std::int64_t ns, Clock clock) {
  constexpr std::int64_t kEarly = 20 * kMillisecond, kMostLate = 150 * kMillisecond;
  const std::int64_t limit_s = (ns + kEarly) / kSecond;
  const std::int64_t late = std::min(30 * kMillisecond + limit_s * kMillisecond, kMostLate);
  const std::int64_t least = clock == Clock::silence || limit_s <= 10 ? 1 : 5;
  const std::int64_t step = limit_s <= 120 ? least : limit_s <= 600 ? 10 : 60;
  const std::int64_t shortest = clock == Clock::silence || clock == Clock::age ? 2 : 5;
  const bool fits = limit_s >= shortest && ns <= limit_s * kSecond + late && limit_s % step == 0;
  return fits ? std::optional(limit_s) : std::nullopt;
}

/// The first common limit that `ns` is near to.
template <std::size_t N>
std::optional<std::int64_t> common_limit(const std::int64_t (&limits)[N], std::int64_t ns) {
  const auto found =
      std::find_if(std::begin(limits), std::end(limits), [ns](std::int64_t limit_s) { return is_near(ns, limit_s); });
  return found == std::end(limits) ? std::nullopt : std::optional(*found);
}

}  // namespace

namespace {

/// The announced limit that `ns` is at.
std::optional<AnnouncedLimit> announced_for(const Ledger& ledger, Clock clock, std::int64_t ns) {
  const auto found = std::find_if(ledger.limits.begin(), ledger.limits.end(), [&](const AnnouncedLimit& limit) {
    const std::int64_t slack = std::clamp(limit.ns / 20, 50 * kMillisecond, 5 * kSecond);
    return limit.ns != 0 && (clock == Clock::age ? limit.of_age : limit.of_silence) && ns >= limit.ns - slack &&
           ns <= limit.ns + std::max(slack, kSecond / 2);
  });
  return found == ledger.limits.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

std::optional<Fit> fit_of(const Ledger& ledger, Clock clock) {
  const Measure measured = measure(ledger, clock);
  const bool of_age = clock == Clock::age;
  if (auto announced = announced_for(ledger, clock, measured.ns); announced && measured.survived_ns < announced->ns) {
    const std::int64_t limit_s = (announced->ns + kSecond / 2) / kSecond;
    return Fit{clock, measured.ns, limit_s, true, true, {}, false, std::move(announced)};
  }
  const auto common = of_age ? common_limit(kAgeLimits, measured.ns) : common_limit(kIdleLimits, measured.ns);
  const auto sharp = sharp_limit(measured.ns, clock);
  if (!common && !sharp) {
    return std::nullopt;
  }
  // A whole second that it hits outdoes a common number that it is only near to.
  Fit fit{clock,
          measured.ns,
          sharp.value_or(common.value_or(0)),
          sharp.has_value(),
          common && sharp.value_or(*common) == *common};
  if (measured.survived_ns >= fit.limit_s * kSecond) {
    return std::nullopt;
  }
  const auto trigger = of_age ? fieldguide::Trigger::age : fieldguide::Trigger::idle;
  const auto entries = entries_of_timer(ledger, trigger, static_cast<double>(fit.limit_s));
  fit.whose = names_of(entries);
  fit.named = !entries.empty() && is_named(ledger, *entries.front()->product);
  return fit;
}

}  // namespace whydrop::diagnose
