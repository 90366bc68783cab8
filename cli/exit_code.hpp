#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "session/event.hpp"

namespace whydrop::cli {

/// What decides the exit code of a run besides its verdict.
struct RunEnd {
  int signal = 0;
  bool timed_out = false, expectation_failed = false, local_failure = false;
  std::vector<std::uint16_t> expect_close;
  std::string fail_on = "error";
};

/// 130 and 143 win; then the first of 3, 4, 5, 8, 6, 7, 1 that holds. design.md section 5.
int exit_code(const session::Verdict& verdict, const RunEnd& end);

}  // namespace whydrop::cli
