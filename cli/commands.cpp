#include "cli/commands.hpp"

#include <algorithm>

namespace whydrop::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"completion",
       "Print a completion script for bash, zsh or fish",
       "whydrop completion bash > /etc/bash_completion.d/whydrop\n"
       "whydrop completion fish | source",
       setup_completion},
  };
  return kCommands;
}

const Command* find_command(std::string_view name) {
  const auto& all = commands();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Command& row) { return row.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace whydrop::cli
