#pragma once

#include "base/result.hpp"
#include "check/report.hpp"
#include "check_run/html_report.hpp"
#include "os/streams.hpp"
#include "run/host.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::check_run {

/// The reports of a run, written as its checks end: a JUnit or Prometheus file is replaced as a whole, so that it is
/// valid whenever the run is stopped; TAP, NDJSON and HTML grow by each check.
class Reports {
 public:
  /// Errors: local, where one cannot be written; usage, where two are to go to one place.
  /// `host` must outlive them.
  static Result<std::unique_ptr<Reports>> open(std::vector<check::ReportTarget> targets,
                                               std::uint64_t count,
                                               const run::Host& host);
  ~Reports();

  void add(const check::Outcome& outcome);
  /// `why_not_all`: why some checks are not in it, or empty.
  void finish(const std::string& why_not_all);

  /// True if one goes to standard output.
  bool on_standard_output() const;
  /// The folder of the first that goes to a file; "." where none does.
  std::string folder() const;
  const std::vector<check::Outcome>& outcomes() const { return outcomes_; }
  /// The first failure to write one.
  const std::optional<Error>& error() const { return error_; }

 private:
  struct Report {
    check::ReportTarget target;
    ByteSink* sink = nullptr;  ///< null: a file that is replaced as a whole
    std::unique_ptr<os::FdSink> file{};
    std::unique_ptr<HtmlReport> html{};  ///< of `sink`, where it is one
  };
  Reports(std::uint64_t count, const run::Host& host);
  Result<void> add_target(check::ReportTarget target);
  void write_whole(bool last);
  std::string document(check::ReportKind kind) const;
  void keep(const Result<void>& written);

  std::uint64_t count_;
  const run::Host& host_;
  std::string machine_;  ///< its name
  std::vector<Report> reports_;
  std::vector<check::Outcome> outcomes_;
  std::optional<Error> error_;
  std::chrono::steady_clock::time_point next_whole_{};
};

}  // namespace whydrop::check_run
