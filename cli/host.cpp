#include "cli/host.hpp"

#include <csignal>

namespace whydrop::cli {
namespace {

volatile std::sig_atomic_t stopped_by = 0;

}  // namespace

const run::Host& begin_run() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGTTIN, SIG_IGN);  // in the background there is nothing to read: no reason to stand still
  return run::process_host();
}

std::function<int()> catch_stop() {
  struct sigaction action {};
  action.sa_handler = [](int number) { stopped_by = number; };
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return [] { return static_cast<int>(stopped_by); };
}

}  // namespace whydrop::cli
