#include "cli/host.hpp"

#include <csignal>

namespace whydrop::cli {

const run::Host& begin_run() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGTTIN, SIG_IGN);  // in the background there is nothing to read: no reason to stand still
  return run::process_host();
}

}  // namespace whydrop::cli
