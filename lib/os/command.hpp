#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace whydrop::os {

/// A command of a person's own, which /bin/sh runs beside this process.
struct Command {
  std::string line;
  std::string input;                                             ///< on its standard input
  std::vector<std::pair<std::string, std::string>> environment;  ///< besides this process's own
};

/// Commands that run beside this process. One that is not done when this process ends goes on.
class Commands {
 public:
  static constexpr std::size_t kMost = 16;
  /// Starts it and does not wait. What it prints goes to standard error; interrupts of a terminal do not reach it.
  /// Errors: local; also where kMost of them still run.
  Result<void> start(const Command& command);
  /// Those that have ended since the call before, and failed: "exit status 3", "signal 9".
  std::vector<std::string> failed();

 private:
  void reap();

  std::vector<pid_t> running_;
  std::vector<std::string> failed_;
};

/// True if a program of that name is on the path.
bool has_program(const std::string& name, const std::string& path);

}  // namespace whydrop::os
