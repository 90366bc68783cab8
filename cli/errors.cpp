#include "cli/errors.hpp"

#include "base/text.hpp"

#include <cstdio>

namespace whydrop::cli {
namespace {

int exit_code_of(ErrorKind kind) {
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

std::string error_text(const Error& error) {
  std::string text = "whydrop: error: " + error.message + "\n";
  if (!error.hint.empty()) {
    text += "hint: " + error.hint + "\n";
  }
  return escape_lines(text);  // a peer's words may stand in it
}

}  // namespace

int report(const Error& error) {
  std::fputs(error_text(error).c_str(), stderr);
  return exit_code_of(error.kind);
}

}  // namespace whydrop::cli
