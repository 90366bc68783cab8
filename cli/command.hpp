#pragma once

#include "base/result.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace whydrop::cli {

class Options;

/// What a command does once its options are parsed; returns the exit code.
using Run = std::function<Result<int>()>;

/// One command. To add one: a file commands/<name>.cpp with its setup function, declared in commands.hpp, and one row
/// in commands.cpp.
struct Command {
  std::string_view name;
  std::string_view summary;   ///< one line, for `whydrop --help`
  std::string_view examples;  ///< shown in `whydrop <name> --help`, one a line
  Run (*setup)(Options& options);
  bool takes_curl = false;  ///< a pasted curl command may stand for its arguments
};

/// All commands, in help order.
const std::vector<Command>& commands();
/// Null if there is none of that name.
const Command* find_command(std::string_view name);

}  // namespace whydrop::cli
