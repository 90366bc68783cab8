#pragma once

#include "engine/pipeline_tap.hpp"
#include "engine/ports.hpp"
#include "engine/reconnect.hpp"
#include "net/client.hpp"
#include "run/session_run.hpp"
#include "target/endpoint.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace whydrop::run {

/// Connects, follows redirects (-L) and connects again (--reconnect), one connection after the other.
class Connector {
 public:
  /// Tells whether the actor wants another session after one that ended so; asked when it ended, and again once the
  /// wait is over.
  using WantsMore = std::function<bool(const session::Verdict&)>;

  /// `bindings`: the profile's values of these connections alone; not owned; null: the run's.
  Connector(SessionRun& run,
            engine::Actor& actor,
            target::Endpoint endpoint,
            net::ConnectOptions options,
            engine::ReconnectPolicy::Limits reconnects,
            WantsMore wants_more,
            profile::Bindings* bindings = nullptr);
  ~Connector();

  /// `done` is called once, after the last connection.
  void start(std::function<void()> done);
  /// The first time a clean end, the second time at once; no connection follows.
  void interrupt();
  /// The last HTTP answer; null before it.
  const handshake::Head* response() const { return connection_ ? connection_->response() : nullptr; }
  /// True once a session was open.
  bool opened() const { return opened_; }

 private:
  class Watch;
  void connect();
  void ended(const session::Verdict& verdict);
  bool follow_redirect();
  bool try_again(const session::Verdict& verdict);

  SessionRun& run_;
  engine::Actor& actor_;
  const target::Endpoint endpoint_;
  net::ConnectOptions options_;
  WantsMore wants_more_;
  std::uint64_t reconnects_;  ///< at most, in a row
  engine::ReconnectPolicy policy_;
  engine::PipelineTap tap_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<net::Connection> connection_;
  std::function<void()> done_;
  std::uint64_t redirects_ = 0;
  bool interrupted_ = false, opened_ = false;
  engine::TimerId wait_ = 0;
};

}  // namespace whydrop::run
