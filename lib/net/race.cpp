#include "net/race.hpp"

#include "net/ending.hpp"
#include "net/loop_impl.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <net/if.h>
#include <sys/socket.h>

namespace whydrop::net {

struct Race::Attempt {
  AnyEndpoint endpoint;
  Socket socket;
  std::int64_t began_ns;
  bool dropped = false;
};

namespace {

/// Binds to a device by name, else to a local address.
std::error_code leave_from(Socket& socket, const std::string& name) {
  if (if_nametoindex(name.c_str()) != 0) {
    const int status = setsockopt(
        socket.native_handle(), SOL_SOCKET, SO_BINDTODEVICE, name.c_str(), static_cast<socklen_t>(name.size() + 1));
    return status == 0 ? std::error_code() : std::error_code(errno, asio::error::get_system_category());
  }
  std::error_code error;
  const auto address = asio::ip::make_address(name, error);
  if (error) {
    return {ENODEV, asio::error::get_system_category()};
  }
  socket.bind(asio::ip::tcp::endpoint(address, 0), error);
  return error;
}

}  // namespace

Race::Race(Loop& loop, std::string interface_name, Callbacks callbacks)
    : loop_(loop), interface_(std::move(interface_name)), callbacks_(std::move(callbacks)) {}

Race::~Race() {
  drop_others();
}

void Race::drop_others() {
  loop_.cancel(timer_);
  for (const auto& attempt : running_) {
    attempt->dropped = true;
    std::error_code ignored;
    attempt->socket.close(ignored);
  }
  running_.clear();
  waiting_.clear();
}

void Race::start(std::vector<AnyEndpoint> endpoints) {
  waiting_ = std::move(endpoints);
  std::reverse(waiting_.begin(), waiting_.end());
  next();
}

void Race::next() {
  loop_.cancel(timer_);
  if (waiting_.empty()) {
    if (running_.empty()) {
      callbacks_.lost(last_error_);
    }
    return;
  }
  const AnyEndpoint endpoint = waiting_.back();
  waiting_.pop_back();
  if (!waiting_.empty()) {
    timer_ = loop_.after(kHeadStart, [this] { next(); });
  }
  begin(endpoint);
}

void Race::begin(const AnyEndpoint& endpoint) {
  const auto attempt = std::make_shared<Attempt>(Attempt{endpoint, Socket(loop_.impl().context), loop_.now_ns()});
  running_.push_back(attempt);
  std::error_code error;
  attempt->socket.open(endpoint.protocol(), error);
  if (!error && !interface_.empty() && endpoint.protocol().family() != AF_UNIX) {
    error = leave_from(attempt->socket, interface_);
  }
  if (error) {
    loop_.post([this, attempt, error] {
      if (!attempt->dropped) {
        finished(attempt, error);
      }
    });
    return;
  }
  attempt->socket.async_connect(endpoint, [this, attempt](const std::error_code& result) {
    if (!attempt->dropped) {
      finished(attempt, result);
    }
  });
}

void Race::finished(const std::shared_ptr<Attempt>& attempt, const std::error_code& error) {
  running_.erase(std::find(running_.begin(), running_.end(), attempt));
  if (error) {
    last_error_ = error;
    tell_failed(*attempt, {cause_of(error), error_name(error)});
    next();
    return;
  }
  for (const auto& other : running_) {
    tell_failed(*other, {session::Cause::other, "no_answer_yet"});
  }
  drop_others();
  std::error_code ignored;
  const auto local = attempt->socket.local_endpoint(ignored);
  callbacks_.fact({endpoint_text(local), endpoint_text(attempt->endpoint), loop_.now_ns() - attempt->began_ns, {}});
  if (attempt->endpoint.protocol().family() != AF_UNIX) {
    attempt->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  }
  callbacks_.won(std::move(attempt->socket));
}

void Race::tell_failed(const Attempt& attempt, const session::Failure& failure) {
  callbacks_.fact(
      {{}, endpoint_text(attempt.endpoint), loop_.now_ns() - attempt.began_ns, failure.words, failure.cause});
}

void Race::tell_timed_out() {
  for (const auto& attempt : running_) {
    tell_failed(*attempt, {session::Cause::timed_out, "timed_out"});
  }
}

std::vector<asio::ip::address> interleaved(const std::vector<asio::ip::address>& addresses) {
  if (addresses.empty()) {
    return {};
  }
  std::vector<asio::ip::address> first, second, result;
  for (const auto& address : addresses) {
    (address.is_v6() == addresses.front().is_v6() ? first : second).push_back(address);
  }
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    for (const auto* family : {&first, &second}) {
      if (i < family->size()) {
        result.push_back((*family)[i]);
      }
    }
  }
  return result;
}

}  // namespace whydrop::net
