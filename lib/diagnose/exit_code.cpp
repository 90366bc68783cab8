#include "diagnose/exit_code.hpp"

#include "diagnose/ledger.hpp"
#include "session/endings.hpp"

#include <algorithm>
#include <array>

namespace whydrop::diagnose {

using session::EndingHow;
using session::Side;
using session::Verdict;

namespace {

bool could_not_connect(const Verdict& verdict) {
  return verdict.how && (session::traits(*verdict.how).reached == session::Reached::dialing ||
                         verdict.how == EndingHow::upgrade_timeout);
}

bool was_refused(const Verdict& verdict) {
  return verdict.how == EndingHow::upgrade_refused || verdict.how == EndingHow::upgrade_cut;
}

bool ended_as_expected(const Verdict& verdict, const RunOutcome& outcome) {
  const auto& codes = outcome.expect_close;
  return verdict.code && std::find(codes.begin(), codes.end(), *verdict.code) != codes.end();
}

bool has_failing_finding(const Verdict& verdict, const RunOutcome& outcome) {
  return outcome.fail_on &&
         std::any_of(verdict.findings.begin(), verdict.findings.end(), [&](const session::Finding& finding) {
           return finding.basis == session::Basis::observed && finding.severity <= *outcome.fail_on;
         });
}

/// 4 to 8: how the session itself ended; 0 where that is no failure.
int ending_code(const Verdict& verdict, const RunOutcome& outcome) {
  if (could_not_connect(verdict)) {
    return 4;
  }
  if (was_refused(verdict) || outcome.call_refused) {
    return 5;
  }
  if (outcome.timed_out) {
    return 8;
  }
  if (outcome.end_compared || ended_as_expected(verdict, outcome)) {
    return 0;
  }
  if (verdict.code && !verdict.first_close) {
    return 6;
  }
  // A Close of the server's that crossed ours is its own.
  const bool crossed = verdict.received && verdict.ended_by == session::EndedBy::server;
  return verdict.first_close == Side::server || crossed ? 7 : 0;
}

}  // namespace

int exit_code(const Verdict& verdict, const RunOutcome& outcome) {
  if (outcome.signal != 0) {
    return 128 + outcome.signal;
  }
  if (outcome.usage) {
    return 2;
  }
  if (outcome.local_failure) {
    return 3;
  }
  if (!outcome.reports_on_file) {
    if (const int code = ending_code(verdict, outcome); code != 0) {
      return code;
    }
  }
  const bool other_ending = !outcome.expect_close.empty() && !ended_as_expected(verdict, outcome);
  return outcome.expectation_failed || other_ending || has_failing_finding(verdict, outcome) ? 1 : 0;
}

int exit_code(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::usage:
    return 2;
  case ErrorKind::local:
    return 3;
  case ErrorKind::refused:
    return 5;
  case ErrorKind::internal:
    return 70;
  }
  return 70;
}

int leading_exit_code(int a, int b) {
  constexpr std::array kOrder = {130, 143, 70, 2, 3, 4, 5, 8, 6, 7, 1, 0};
  const auto rank = [&](int code) { return std::find(kOrder.begin(), kOrder.end(), code); };
  return rank(a) <= rank(b) ? a : b;
}

const std::vector<ExitCodeWords>& exit_codes() {
  static const std::vector<ExitCodeWords> codes = {
      {0, "Did what was asked", "No finding at or above --fail-on, and no ending that nobody asked for.", ""},
      {1,
       "A check failed",
       "An expectation was not met, a message or its order is wrong, a rule of the protocol was broken, or the session "
       "ended otherwise than expected. Also: isolate found no change that stops the drop; what diff or replay "
       "--compare held against each other differs; with "
       "--compare the recorded end, a drop too, is what is expected.",
       "See the findings; --fail-on sets how severe one must be."},
      {2,
       "Wrong usage",
       "A flag, a combination of flags, or a configuration file is wrong.",
       "See the error, and --help of the command."},
      {3,
       "A local failure",
       "A file could not be read, written or understood; for a capture, the disk may be full.",
       "See the error for the file and the place in it."},
      {4,
       "Could not connect",
       "The name, TCP, the proxy or TLS failed, or the upgrade was not answered within --connect-timeout.",
       "See the verdict's cause."},
      {5,
       "Refused",
       "The server answered the upgrade with something other than a good 101, or ended the connection first; or a REST "
       "call was refused.",
       "See the status, the headers and the body of the answer."},
      {6,
       "Dropped",
       "A session was open and ended with no Close frame received or sent; time-outs of pings and of idling "
       "count. Where connections follow one another (--reconnect, -L) the last one's ending decides: a drop that the "
       "next connection made up for is a note. A rule that was broken on any of them still counts for exit code 1.",
       "See how the transport ended and what was sent just before."},
      {7,
       "The server closed first",
       "The first Close was the server's, or it crossed the client's with a code of its own, and no --expect-close "
       "asked for "
       "it.",
       "If this ending is right, say --expect-close with the code."},
      {8, "Out of time", "--timeout ran out.", "Allow more time, or look at what did not come."},
      {9,
       "It does not drop again",
       "isolate tried the recorded session as it was, and the drop did not come again, or once only.",
       "See what differed: the time, the server, tokens; --drop says what counts as the drop."},
      {70, "An internal error", "whydrop itself failed; the capture was flushed first.", "Please report it."},
      {129, "Hung up", "SIGHUP: the terminal went; the session was closed as for SIGTERM.", ""},
      {130, "Interrupted", "Ctrl-C (SIGINT); the session was closed and the verdict printed.", ""},
      {143, "Terminated", "SIGTERM; the session was closed and the verdict printed.", ""},
  };
  return codes;
}

}  // namespace whydrop::diagnose
