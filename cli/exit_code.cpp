#include "cli/exit_code.hpp"

#include <algorithm>
#include <csignal>
#include <optional>

namespace whydrop::cli {
namespace {

using session::EndingHow;
using session::Side;

bool could_not_connect(EndingHow how) {
  return how == EndingHow::resolve_failed || how == EndingHow::connect_failed || how == EndingHow::proxy_failed ||
         how == EndingHow::tls_failed || how == EndingHow::upgrade_timeout;
}

bool refused(EndingHow how) { return how == EndingHow::upgrade_refused || how == EndingHow::upgrade_cut; }

/// True if the Close that came is one that was asked for.
bool closed_as_expected(const session::Verdict& verdict, const RunEnd& end) {
  return verdict.received &&
         std::find(end.expect_close.begin(), end.expect_close.end(), verdict.received->code.value_or(1005)) !=
             end.expect_close.end();
}

bool fails_on(const session::Verdict& verdict, const std::string& least) {
  const auto limit = session::parse_severity(least);
  return limit && std::any_of(verdict.findings.begin(), verdict.findings.end(), [&](const session::Finding& finding) {
           return finding.basis == session::Basis::observed && finding.severity <= *limit;
         });
}

bool check_failed(const session::Verdict& verdict, const RunEnd& end) {
  const bool other_ending = !end.expect_close.empty() && !closed_as_expected(verdict, end);
  return end.expectation_failed || other_ending || fails_on(verdict, end.fail_on);
}

}  // namespace

int exit_code(const session::Verdict& verdict, const RunEnd& end) {
  if (end.signal == SIGTERM || end.signal == SIGINT) {
    return 128 + end.signal;
  }
  if (end.local_failure) {
    return 3;
  }
  if (verdict.how && could_not_connect(*verdict.how)) {
    return 4;
  }
  if (verdict.how && refused(*verdict.how)) {
    return 5;
  }
  if (end.timed_out) {
    return 8;
  }
  if (verdict.how && !verdict.received && !verdict.sent) {
    return 6;
  }
  if (verdict.first_close == Side::server && !closed_as_expected(verdict, end)) {
    return 7;
  }
  return check_failed(verdict, end) ? 1 : 0;
}

}  // namespace whydrop::cli
