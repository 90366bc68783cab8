#include "cli/app.hpp"
#include "cli/errors.hpp"
#include "os/arguments.hpp"

#include <exception>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  try {
    whydrop::os::remember_arguments(argc, argv);
    return whydrop::cli::run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    return whydrop::cli::report({whydrop::ErrorKind::internal, std::string("internal error: ") + error.what(), {}});
  }
}
