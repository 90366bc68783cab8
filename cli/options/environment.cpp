#include "cli/options/environment.hpp"

#include <cstdlib>

namespace whydrop::cli {

std::string process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

}  // namespace whydrop::cli
