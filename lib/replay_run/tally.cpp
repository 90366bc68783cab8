#include "replay_run/tally.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

// Last messages that are told one by one; kinds of messages may be without end.
constexpr std::size_t kMostPlaces = 12;

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, display_width(text)), ' ');
}

/// Least, median and most.
std::string times_of(std::vector<std::int64_t> times) {
  std::sort(times.begin(), times.end());
  return fmt::format("{} / {} / {}",
                     format_duration(times.front()),
                     format_duration(times[times.size() / 2]),
                     format_duration(times.back()));
}

std::string with_cause(std::string how, const session::Verdict& verdict) {
  return verdict.cause.empty() ? how : fmt::format("{} ({})", how, verdict.cause);
}

}  // namespace

Tally::Ending Tally::ending_of(const Repeat& repeat) {
  const session::Verdict& verdict = repeat.verdict;
  const std::string code = verdict.code ? std::to_string(*verdict.code) : "-";
  if (verdict.first_close) {
    const bool server = *verdict.first_close == session::Side::server;
    return {code, server ? with_cause("closed by the server", verdict) : "closed by the client"};
  }
  std::string how = verdict.how ? std::string(session::name(*verdict.how)) : "not connected";
  std::replace(how.begin(), how.end(), '_', ' ');
  return {code, with_cause(std::move(how), verdict)};
}

void Tally::add(const Repeat& repeat) {
  ++runs_;
  endings_[ending_of(repeat)].push_back(repeat.lasted_ns);
  if (repeat.survived) {
    ++survived_;
    return;
  }
  const std::string place = repeat.last_sent.empty() ? "before anything was sent" : "after " + repeat.last_sent;
  Places& after = after_[static_cast<std::size_t>(fate_of(repeat))];
  const bool room = after.size() < kMostPlaces || after.count(place) > 0;
  ++after[room ? place : "elsewhere"];
}

/// Where this side closed, nobody dropped it: what was waited for did not come, or what was recorded could not be sent.
Tally::Fate Tally::fate_of(const Repeat& repeat) {
  if (!repeat.connected) {
    return Fate::not_opened;
  }
  return repeat.verdict.first_close == session::Side::client ? Fate::failed : Fate::dropped;
}

std::string Tally::told(Fate fate) const {
  const Places& after = after_[static_cast<std::size_t>(fate)];
  if (after.empty()) {
    return {};
  }
  const std::uint64_t count =
      std::accumulate(after.begin(), after.end(), std::uint64_t{0}, [](std::uint64_t sum, const auto& row) {
        return sum + row.second;
      });
  if (fate == Fate::not_opened) {
    return fmt::format("no session opened in {} of {}\n", count, runs_);
  }
  std::string text = fate == Fate::dropped ? fmt::format("dropped {} of {}", count, runs_)
                                           : fmt::format("failed without a drop: {} of {}", count, runs_);
  if (after.size() == 1) {
    return fmt::format("{}, {}{}\n", text, count > 1 ? "always " : "", after.begin()->first);
  }
  text += ":\n";
  std::vector<std::pair<std::uint64_t, std::string>> rows;
  for (const auto& [place, times] : after) {
    rows.emplace_back(times, place);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [times, place] : rows) {
    text += fmt::format("{:>8}  {}\n", times, place);
  }
  return text;
}

std::string Tally::text(std::uint64_t wanted, std::uint64_t parallel) const {
  std::string text = runs_ < wanted ? fmt::format("{} of {} runs", runs_, wanted)
                                    : fmt::format("{} run{}", runs_, runs_ == 1 ? "" : "s");
  text += fmt::format("{}: {} survived, {} did not\n",
                      parallel > 1 ? fmt::format(", {} at a time", parallel) : "",
                      survived_,
                      runs_ - survived_);
  std::size_t width = 6;
  for (const auto& row : endings_) {
    width = std::max(width, display_width(row.first.how));
  }
  if (!endings_.empty()) {
    text += fmt::format("\n    runs  code  {}  least / median / most\n", padded("ending", width));
  }
  for (const auto& [ending, times] : endings_) {
    text +=
        fmt::format("{:>8}  {:<4}  {}  {}\n", times.size(), ending.code, padded(ending.how, width), times_of(times));
  }
  return survived_ == runs_ ? text : text + "\n" + told(Fate::dropped) + told(Fate::failed) + told(Fate::not_opened);
}

}  // namespace whydrop::replay_run
