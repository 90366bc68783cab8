#pragma once

#include "engine/ports.hpp"
#include "engine/tap.hpp"
#include "net/client.hpp"
#include "os/command.hpp"
#include "os/environment.hpp"
#include "os/streams.hpp"
#include "profile/bindings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::run {

/// The loop of one run, and what is done on it with sockets.
class Network {
 public:
  virtual ~Network() = default;
  virtual engine::Loop& loop() = 0;
  /// A connection that is not started yet. `tap` and `actor` must outlive it.
  virtual std::unique_ptr<net::Connection> connect(engine::Tap& tap,
                                                   engine::Actor& actor,
                                                   const net::ConnectOptions& options,
                                                   net::Connection::Done done) = 0;
  /// The same loop, for REST calls and for servers of our own.
  virtual net::Loop& sockets() = 0;
};

/// Standard input in chunks, a few in flight at most: release() asks for more.
class InputFeed {
 public:
  virtual ~InputFeed() = default;
  /// Starts reading. Both are called on the loop's thread; `on_end` once, after the last chunk.
  virtual void start(std::function<void(std::string)> on_chunk, std::function<void()> on_end) = 0;
  /// One chunk was dealt with.
  virtual void release() = 0;
};

/// What a run has of its process and machine, handed in: process_host() in the program, a test's own in a test.
struct Host {
  os::Environment environment;
  os::FileReader read;
  os::Stream& out;  ///< standard output
  os::Stream& err;  ///< standard error
  /// Each run has a loop of its own.
  std::function<std::unique_ptr<Network>()> network;
  std::function<std::unique_ptr<InputFeed>(engine::Loop&)> input;
  std::function<std::int64_t()> now_ns;                 ///< since 1970
  std::function<std::uint32_t()> random;                ///< all bits by chance
  std::function<std::string()> uuid;                    ///< RFC 9562 section 5.4
  std::function<void(std::string_view)> hide_argument;  ///< from those who list processes
  /// Asks a person at the terminal; false for no answer, and where there is no terminal. Null: there is nobody to ask.
  std::function<bool(const std::string& question)> confirm{};
  std::function<Result<void>(const os::Command&)> start_command;
  std::function<std::vector<std::string>()> failed_commands;   ///< as os::Commands has them
  std::function<void(std::string_view)> tell_service_manager;  ///< as os::tell_service_manager

  profile::Outside outside() const { return {now_ns, uuid}; }
  std::int64_t now_s() const;  ///< since 1970
};

/// That of this process. It lives as long as the process.
const Host& process_host();

}  // namespace whydrop::run
