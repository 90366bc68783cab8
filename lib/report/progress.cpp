#include "report/progress.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

namespace whydrop::report {
namespace {

/// Coarse, so that the line does not flicker: "0.4 s", "12 s", "2 min 5 s".
std::string coarse(std::int64_t ns) {
  const std::int64_t tenths = ns / (kSecond / 10);
  if (tenths < 100) {
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  }
  return ns < kMinute ? std::to_string(ns / kSecond) + " s" : format_duration(ns / kSecond * kSecond);
}

}  // namespace

std::string progress_line(const Progress& progress, unsigned width) {
  std::string line = "↻ " + coarse(progress.elapsed_ns);
  line += " · " + std::to_string(progress.frames) + (progress.frames == 1 ? " frame" : " frames");
  if (progress.bytes_all && *progress.bytes_all > 0) {
    const auto percent = static_cast<unsigned>(100.0 * static_cast<double>(progress.bytes_done) /
                                               static_cast<double>(*progress.bytes_all));
    line += " · " + std::to_string(percent) + "% of " + format_size(*progress.bytes_all);
  }
  if (progress.since_last_ns) {
    line += " · last " + coarse(*progress.since_last_ns) + " ago";
  }
  return width == 0 ? line : elide(line, width);
}

std::string status_line(const Talk& talk) {
  switch (talk.state) {
  case Talk::State::connecting:
    return "connecting";
  case Talk::State::over:
    return "no session is open";
  case Talk::State::open:
  case Talk::State::closing:
    break;
  }
  std::string line = (talk.state == Talk::State::open ? "open " : "closing, open ") + coarse(talk.age_ns);
  line += " · silent " + coarse(talk.silence_ns);
  line += " · " + std::to_string(talk.sent) + " sent, " + std::to_string(talk.received) + " received";
  return line + (talk.rtt_ns ? " · RTT " + format_duration(*talk.rtt_ns) : "");
}

}  // namespace whydrop::report
