#pragma once

#include "cli/command.hpp"

#include <string>

namespace whydrop::cli {

/// whydrop(1) in man's language, made from the table of commands and their options.
std::string manual_page();
/// whydrop-COMMAND(1), from what the command's --help is made from.
std::string manual_page_of(const Command& command);

}  // namespace whydrop::cli
