#include "os/environment.hpp"

#include <cstdlib>

namespace whydrop::os {

std::string process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

}  // namespace whydrop::os
