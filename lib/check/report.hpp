#pragma once

#include "base/byte_sink.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::check {

/// How one check went.
struct Outcome {
  enum class Status : std::uint8_t { passed, failed, error, skipped };
  std::string name, file;
  std::uint64_t line = 0;
  Status status = Status::passed;
  std::int64_t duration_ns = 0;
  std::string started;    ///< RFC 3339
  unsigned attempts = 1;  ///< more than 1: it was tried again
  std::string step;       ///< that failed, or empty: "step 3, expect session_ack"
  std::string says;       ///< why, one sentence; empty where it passed
  std::string detail;     ///< the verdict block, lines
  std::string capture;    ///< path of the capture that was kept, or empty
  int exit_code = 0;      ///< of this check alone
};
std::string_view name(Outcome::Status status);

enum class ReportKind : std::uint8_t { junit, tap, ndjson, prometheus, html };
/// "junit:out.xml", "tap", "ndjson:-". Errors: usage.
struct ReportTarget {
  ReportKind kind = ReportKind::tap;
  std::string path = "-";  ///< "-": standard output
};
Result<ReportTarget> parse_report(std::string_view text);

/// The whole JUnit XML document of what has ended so far; well formed whenever it is asked for. `host`: of the machine,
/// or empty.
std::string junit(const std::vector<Outcome>& outcomes, std::string_view host);
/// TAP version 14: the head, one test point, and the tail, which is empty where `ended` is `count`.
std::string tap_head(std::uint64_t count);
std::string tap_point(std::uint64_t number, const Outcome& outcome);
std::string tap_tail(std::uint64_t ended, std::uint64_t count, std::string_view why_not_all);
/// One line a check, one for the whole at the end. fixtures/schemas/check-report-v1.json.
std::string ndjson_line(const Outcome& outcome);
std::string ndjson_tail(const std::vector<Outcome>& outcomes);

/// How each check of what has ended so far went, in Prometheus' text format, as node_exporter's textfile collector
/// reads it.
std::string prometheus(const std::vector<Outcome>& outcomes);

/// For people, without the last line end: "ok    chat is answered (412 ms)", and why not below it where it failed.
std::string line_of(const Outcome& outcome, bool color);
/// The run's last line: "12 checks: 10 passed, 1 failed, 1 skipped in 3.2 s".
std::string summary_line(const std::vector<Outcome>& outcomes, std::int64_t took_ns);

}  // namespace whydrop::check
