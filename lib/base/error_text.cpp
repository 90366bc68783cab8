#include "base/error_text.hpp"

namespace whydrop {

std::string error_text(const Error& error) {
  return "error: " + error.message + (error.hint.empty() ? "" : "\nhint: " + error.hint);
}

}  // namespace whydrop
