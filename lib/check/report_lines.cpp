#include "base/text.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "capture/json_text.hpp"
#include "check/report.hpp"
#include "check/words.hpp"
#include "payload/ink.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::check {

namespace {

using payload::Ink;

/// How many ended how, in the order of Outcome::Status.
std::array<std::uint64_t, 4> counted(const std::vector<Outcome>& outcomes) {
  std::array<std::uint64_t, 4> counts{};
  for (const Outcome& outcome : outcomes) {
    ++counts[static_cast<std::size_t>(outcome.status)];
  }
  return counts;
}

/// The members of one JSON object.
class ReportMembers {
 public:
  ReportMembers& text(std::string_view name, std::string_view value) {
    if (!value.empty()) {
      begin(name);
      capture::append_json_words(out_, value);
    }
    return *this;
  }
  ReportMembers& number(std::string_view name, std::int64_t value) {
    begin(name);
    capture::append_number(out_, value);
    return *this;
  }
  std::string line() { return out_ + "}\n"; }

 private:
  void begin(std::string_view name) {
    out_ += out_.empty() ? "{\"" : ",\"";
    out_ += name;
    out_ += "\":";
  }
  std::string out_;
};

struct Mark {
  std::string_view word;
  Ink ink;
};
constexpr std::array<Mark, 4> kMarks{
    {{"ok", Ink::green}, {"FAIL", Ink::red}, {"ERROR", Ink::red}, {"skip", Ink::yellow}}};

}  // namespace

std::int64_t milliseconds(std::int64_t ns) {
  return std::max<std::int64_t>(ns, 0) / kMillisecond;
}

std::string ndjson_line(const Outcome& outcome) {
  ReportMembers members;
  members.text("type", "check").text("name", outcome.name).text("file", outcome.file);
  if (outcome.line != 0) {
    members.number("line", static_cast<std::int64_t>(outcome.line));
  }
  members.text("status", name(outcome.status)).text("started", outcome.started);
  members.number("duration_ms", milliseconds(outcome.duration_ns)).number("attempts", outcome.attempts);
  members.number("exit_code", outcome.exit_code);
  members.text("step", outcome.step).text("says", outcome.says).text("verdict", outcome.detail);
  return members.text("capture", outcome.capture).line();
}

std::string ndjson_tail(const std::vector<Outcome>& outcomes) {
  const auto counts = counted(outcomes);
  ReportMembers members;
  members.text("type", "summary").number("checks", static_cast<std::int64_t>(outcomes.size()));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    members.number(name(static_cast<Outcome::Status>(i)), static_cast<std::int64_t>(counts[i]));
  }
  return members.line();
}

std::string line_of(const Outcome& outcome, bool color) {
  constexpr std::size_t kWidth = 6;
  const payload::Brush brush(color);
  const Mark& mark = kMarks[static_cast<std::size_t>(outcome.status)];
  std::string out;
  brush.paint(out, mark.ink, mark.word);
  out.append(kWidth - mark.word.size(), ' ');
  out += escape_for_terminal(outcome.name);
  if (outcome.status == Outcome::Status::skipped) {
    return out + (outcome.says.empty() ? "" : " (" + escape_for_terminal(outcome.says) + ")");
  }
  std::string took = format_duration(outcome.duration_ns);
  took += outcome.attempts > 1 ? fmt::format(", attempt {}", outcome.attempts) : "";
  brush.paint(out, Ink::dim, " (" + took + ")");
  if (outcome.status != Outcome::Status::passed) {
    const std::string where = outcome.step.empty() ? "" : outcome.step + ": ";
    out += "\n      " + escape_for_terminal(where + outcome.says);
  }
  return out;
}

std::string summary_line(const std::vector<Outcome>& outcomes, std::int64_t took_ns) {
  const auto counts = counted(outcomes);
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto status = static_cast<Outcome::Status>(i);
    const bool plural = status == Outcome::Status::error && counts[i] != 1;
    if (counts[i] != 0) {
      out += fmt::format("{}{} {}{}", out.empty() ? ": " : ", ", counts[i], name(status), plural ? "s" : "");
    }
  }
  return fmt::format(
      "{} {}{} in {}", outcomes.size(), outcomes.size() == 1 ? "check" : "checks", out, format_duration(took_ns));
}

}  // namespace whydrop::check
