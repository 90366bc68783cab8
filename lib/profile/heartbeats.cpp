#include "profile/heartbeats.hpp"

#include "base/units.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::profile {
namespace {

/// Timers of the other side may run a little ahead of what is seen here.
constexpr std::int64_t kTolerance = 20;  ///< one part of so many

/// The other side may announce any interval: one that is longer than this is none, and none is kept that is shorter.
constexpr std::int64_t kLongestSpan = std::int64_t{366} * 24 * 3600 * 1'000'000'000, kShortestSpan = 100'000'000;

std::optional<std::int64_t> nanoseconds(const std::string& text, const Bindings& bindings) {
  const auto filled = bindings.fill_text(text);
  const auto parsed = filled ? parse_duration(*filled) : parse_duration("");
  return parsed ? std::optional<std::int64_t>(parsed->count()) : std::nullopt;
}

std::string_view who(Side side) {
  return side == Side::client ? "The client" : "The server";
}

}  // namespace

std::vector<Heartbeat> client_heartbeats(const Profile& profile) {
  std::vector<Heartbeat> own;
  std::copy_if(profile.heartbeats.begin(), profile.heartbeats.end(), std::back_inserter(own), [](const Heartbeat& row) {
    return row.side == Side::client;
  });
  return own;
}

std::optional<BeatSpan> span_of(const Heartbeat& beat, const Bindings& bindings) {
  std::int64_t longest = 0;
  const bool asked = !beat.answers.empty();
  for (std::size_t i = 0; i < (asked ? 1 : beat.every.size()); ++i) {
    const auto span = nanoseconds(asked ? beat.within : beat.every[i], bindings);
    if (!span || *span <= 0) {
      return std::nullopt;
    }
    longest = std::max(longest, *span);
  }
  const auto grace = beat.grace.empty() ? std::optional<std::int64_t>(0) : nanoseconds(beat.grace, bindings);
  if (!grace || longest == 0) {
    return std::nullopt;
  }
  const double most = static_cast<double>(longest) * beat.times + static_cast<double>(*grace);
  const bool judged = beat.judged && most < static_cast<double>(kLongestSpan);
  return BeatSpan{std::clamp(longest, kShortestSpan, kLongestSpan), judged ? static_cast<std::int64_t>(most) : 0};
}

Heartbeats::Heartbeats(const Profile& profile, const Bindings& bindings)
    : profile_(profile), bindings_(bindings), kept_(profile.heartbeats.size()) {}

void Heartbeats::begin(std::int64_t t_ns, std::uint64_t seq) {
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    kept_[i] = {t_ns, seq, 0, profile_.heartbeats[i].answers.empty() && span_of(profile_.heartbeats[i], bindings_)};
  }
}

void Heartbeats::note(const Seen& seen) {
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    note(profile_.heartbeats[i], kept_[i], seen);
  }
}

void Heartbeats::note(const Heartbeat& beat, Kept& kept, const Seen& seen) const {
  const std::string_view type = seen.type ? std::string_view(profile_.messages[*seen.type].name) : std::string_view();
  const bool is_beat = seen.from == beat.side && (beat.any || type == beat.message);
  const bool asks = !beat.answers.empty() && seen.from != beat.side && type == beat.answers;
  if (is_beat) {
    kept.sent += 1;
    kept.owed = kept.owed && beat.answers.empty();
  }
  // Of what is to be answered the first counts; of what comes by itself the last.
  if (asks ? !kept.owed : is_beat) {
    kept.since_ns = seen.t_ns;
    kept.seq = seen.seq;
    kept.owed = kept.owed || asks;
  }
  if (!kept.owed && beat.answers.empty() && span_of(beat, bindings_)) {
    kept = {seen.t_ns, seen.seq, kept.sent, true};
  }
}

void Heartbeats::finish(std::int64_t t_ns, std::uint64_t seq, Findings& findings) {
  for (std::size_t i = 0; i < kept_.size() && !told_; ++i) {
    check(profile_.heartbeats[i], kept_[i], t_ns, seq, findings);
  }
  told_ = true;
}

void Heartbeats::check(
    const Heartbeat& beat, const Kept& kept, std::int64_t t_ns, std::uint64_t seq, Findings& findings) const {
  const auto span = kept.owed ? span_of(beat, bindings_) : std::nullopt;
  const std::int64_t late = t_ns - kept.since_ns;
  if (!span || span->most_ns == 0 || late < span->most_ns - span->most_ns / kTolerance) {
    return;
  }
  findings.fault("heartbeat-missed", beat.side, seq, [&] {
    const std::string within = format_duration(span->most_ns), every = format_duration(span->every_ns);
    const std::string waited = format_duration(late);
    const bool own = beat.side == Side::client;
    const std::string what = beat.any ? fmt::format("{} or any other message", beat.message) : beat.message;
    if (!beat.answers.empty()) {
      return Words{
          fmt::format("{} did not answer {}: {} had to come within {}, and none came in {}.",
                      who(beat.side),
                      beat.answers,
                      beat.message,
                      within,
                      waited),
          own ? fmt::format("Answer each {} with {}; a WebSocket pong is no substitute.", beat.answers, beat.message)
              : "",
          {kept.seq}};
    }
    return Words{fmt::format("{} owed {} every {}, {} at the latest; {} {}.",
                             who(beat.side),
                             what,
                             every,
                             within,
                             kept.sent == 0 ? "none came in" : "the last came",
                             kept.sent == 0 ? waited : waited + " ago"),
                 own ? fmt::format("Send {} every {}; a WebSocket ping is no substitute.", beat.message, every) : "",
                 {kept.seq}};
  });
}

}  // namespace whydrop::profile
