#include "os/environment.hpp"

#include <cstdlib>

namespace whydrop::os {

std::string config_folder(const Environment& environment) {
  const std::string config = environment("XDG_CONFIG_HOME"), home = environment("HOME");
  const std::string base = !config.empty() ? config : home.empty() ? "" : home + "/.config";
  return base.empty() ? "" : base + "/whydrop";
}

std::string process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

}  // namespace whydrop::os
