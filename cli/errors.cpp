#include "cli/errors.hpp"

#include "base/error_text.hpp"
#include "base/text.hpp"
#include "cli/secret_arguments.hpp"
#include "diagnose/exit_code.hpp"

#include <cstdio>

namespace whydrop::cli {

int report(const Error& error) {
  // A peer's words may stand in it.
  std::fputs(("whydrop: " + escape_lines(without_secrets(error_text(error))) + "\n").c_str(), stderr);
  return diagnose::exit_code(error.kind);
}

void warn(const std::string& text) {
  std::fputs(("whydrop: warning: " + escape_lines(without_secrets(text)) + "\n").c_str(), stderr);
}

}  // namespace whydrop::cli
