#include "run/host.hpp"

#include "base/time.hpp"
#include "os/arguments.hpp"
#include "os/machine.hpp"
#include "os/service.hpp"
#include "run/stdin_feed.hpp"

#include <unistd.h>

namespace whydrop::run {
namespace {

class Sockets final : public Network {
 public:
  engine::Loop& loop() override { return loop_; }
  std::unique_ptr<net::Connection> connect(engine::Tap& tap,
                                           engine::Actor& actor,
                                           const net::ConnectOptions& options,
                                           net::Connection::Done done) override {
    return std::make_unique<net::Client>(loop_, tap, actor, options, std::move(done));
  }
  net::Loop& sockets() override { return loop_; }

 private:
  net::Loop loop_;
};

}  // namespace

std::int64_t Host::now_s() const {
  return now_ns() / kSecond;
}

const Host& process_host() {
  static os::FdSink out(STDOUT_FILENO, "standard output", false), err(STDERR_FILENO, "standard error", false);
  static os::Commands commands;
  static const Host host{
      os::process_environment,
      os::read_file,
      out,
      err,
      [] { return std::make_unique<Sockets>(); },
      [](engine::Loop& loop) { return std::make_unique<StdinFeed>(loop); },
      os::wall_clock_ns,
      os::random_number,
      os::random_uuid,
      os::hide_argument,
      os::confirm,
      [](const os::Command& command) { return commands.start(command); },
      [] { return commands.failed(); },
      [](std::string_view state) { os::tell_service_manager(os::process_environment("NOTIFY_SOCKET"), state); }};
  return host;
}

}  // namespace whydrop::run
