#include "cli/commands.hpp"

#include <algorithm>

namespace whydrop::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"rehearse",
       "Run a local server that ends sessions in any way asked for",
       "whydrop rehearse --ending reset --after 2 --port 0\n"
       "whydrop rehearse --status 429 --tls --write-ca ca.pem",
       setup_rehearse},
      {"explain",
       "Say what a close code, an ending, a finding or an exit code means",
       "whydrop explain 1006\n"
       "whydrop explain no-close-reset\n"
       "whydrop explain",
       setup_explain},
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
