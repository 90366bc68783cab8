#pragma once

#include <string>

namespace whydrop::cli {

/// whydrop(1) in man's language, made from the table of commands and their options.
std::string manual_page();

}  // namespace whydrop::cli
