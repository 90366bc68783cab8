// For the .cpp files of net/ only.
#pragma once

#include "net/loop.hpp"
#include "net/stream.hpp"
#include "session/event.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::net {

using AnyEndpoint = asio::generic::stream_protocol::endpoint;

/// Tries addresses one after another, the next 250 ms after the last one began or as soon as it failed; the first that
/// connects wins. Each failed address is told as a fact, and each that had not answered when another one won. RFC 8305
/// section 5.
class Race {
 public:
  static constexpr std::chrono::milliseconds kHeadStart{250};
  struct Callbacks {
    std::function<void(session::Connect)> fact;
    std::function<void(Socket)> won;
    std::function<void(std::error_code last)> lost;
  };

  /// `interface_name`: a device or a local address to leave from; empty: any.
  Race(Loop& loop, std::string interface_name, Callbacks callbacks);
  ~Race();

  void start(std::vector<AnyEndpoint> endpoints);
  /// Tells what is under way as failed with a time-out, as facts.
  void tell_timed_out();

 private:
  struct Attempt;
  void next();
  void drop_others();
  void begin(const AnyEndpoint& endpoint);
  void finished(const std::shared_ptr<Attempt>& attempt, const std::error_code& error);
  void tell_failed(const Attempt& attempt, const session::Failure& failure);

  Loop& loop_;
  std::string interface_;
  Callbacks callbacks_;
  std::vector<AnyEndpoint> waiting_;  ///< last one first
  std::vector<std::shared_ptr<Attempt>> running_;
  TimerId timer_ = 0;
  std::error_code last_error_;
};

/// Families alternate, the first one's first. RFC 8305 section 4.
std::vector<asio::ip::address> interleaved(const std::vector<asio::ip::address>& addresses);

}  // namespace whydrop::net
