#include "cli/repeats.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::cli {
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

Repeats::Ending Repeats::ending_of(const Repeat& repeat) {
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

void Repeats::add(const Repeat& repeat) {
  ++runs_;
  endings_[ending_of(repeat)].push_back(repeat.lasted_ns);
  if (repeat.survived) {
    ++survived_;
    return;
  }
  const std::string place = !repeat.connected          ? "before a session opened"
                            : repeat.last_sent.empty() ? "before anything was sent"
                                                       : "after " + repeat.last_sent;
  const bool room = after_.size() < kMostPlaces || after_.count(place) > 0;
  ++after_[room ? place : "elsewhere"];
}

std::string Repeats::drops() const {
  const std::uint64_t dropped = runs_ - survived_;
  std::string text = fmt::format("dropped {} of {}", dropped, runs_);
  if (after_.size() == 1) {
    return fmt::format("{}, {}{}\n", text, dropped > 1 ? "always " : "", after_.begin()->first);
  }
  text += ":\n";
  std::vector<std::pair<std::uint64_t, std::string>> rows;
  for (const auto& [place, count] : after_) {
    rows.emplace_back(count, place);
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [count, place] : rows) {
    text += fmt::format("{:>8}  {}\n", count, place);
  }
  return text;
}

std::string Repeats::text(std::uint64_t wanted, std::uint64_t parallel) const {
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
  return survived_ == runs_ ? text : text + "\n" + drops();
}

}  // namespace whydrop::cli
