#include "base/text.hpp"
#include "check/inert.hpp"
#include "check/report.hpp"
#include "check/words.hpp"
#include "json/json.hpp"

#include <fmt/format.h>

namespace whydrop::check {

namespace {

/// A description or a reason: '#' would begin a directive, and a backslash an escape.
std::string tap_text(std::string_view text) {
  std::string out;
  for (const char c : inert(escape_for_terminal(text))) {
    if (c == '#' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

/// A member of a YAML block. A string of JSON is one of YAML.
std::string member(std::string_view name, std::string_view value) {
  return value.empty() ? std::string() : fmt::format("  {}: {}\n", name, json::quote(inert(escape_lines(value))));
}

std::string diagnostics(const Outcome& outcome) {
  std::string out = "  ---\n" + member("message", outcome.says);
  out += fmt::format("  severity: {}\n", outcome.status == Outcome::Status::error ? "error" : "fail");
  out += fmt::format("  exit_code: {}\n", outcome.exit_code);
  out += member("step", outcome.step);
  out += member("file", outcome.file);
  out += outcome.line == 0 ? "" : fmt::format("  line: {}\n", outcome.line);
  out += member("capture", outcome.capture);
  out += outcome.attempts > 1 ? fmt::format("  attempts: {}\n", outcome.attempts) : "";
  out += fmt::format("  duration_ms: {}\n", milliseconds(outcome.duration_ns));
  out += member("verdict", outcome.detail);
  return out + "  ...\n";
}

}  // namespace

std::string tap_head(std::uint64_t count) {
  return fmt::format("TAP version 14\n1..{}{}\n", count, count == 0 ? " # SKIP no checks" : "");
}

std::string tap_point(std::uint64_t number, const Outcome& outcome) {
  const bool ok = outcome.status == Outcome::Status::passed || outcome.status == Outcome::Status::skipped;
  std::string line = fmt::format("{} {} - {}", ok ? "ok" : "not ok", number, tap_text(outcome.name));
  if (outcome.status == Outcome::Status::skipped) {
    return fmt::format("{} # SKIP {}\n", line, tap_text(outcome.says));
  }
  if (ok) {
    return fmt::format("{}\n  ---\n  duration_ms: {}\n  ...\n", line, milliseconds(outcome.duration_ns));
  }
  return line + "\n" + diagnostics(outcome);
}

std::string tap_tail(std::uint64_t ended, std::uint64_t count, std::string_view why_not_all) {
  return ended == count ? std::string()
                        : fmt::format("Bail out! {} of {} checks ended: {}\n", ended, count, tap_text(why_not_all));
}

}  // namespace whydrop::check
