#pragma once

#include "base/byte_sink.hpp"
#include "base/result.hpp"
#include "check/report.hpp"
#include "report/html.hpp"
#include "run/host.hpp"

namespace whydrop::check_run {

/// All checks of a run as one HTML report, with the session of each whose capture was kept.
class HtmlReport {
 public:
  /// Both must outlive it.
  HtmlReport(const run::Host& host, ByteSink& out) : host_(host), document_(out) {}

  Result<void> add(const check::Outcome& outcome);
  Result<void> end() { return document_.end(); }

 private:
  Result<void> add_session(const std::string& capture);

  const run::Host& host_;
  report::HtmlDocument document_;
};

}  // namespace whydrop::check_run
