#include "net/listener.hpp"

#include "base/try.hpp"
#include "net/loop_impl.hpp"

#include <chrono>
#include <utility>

namespace whydrop::net {

using asio::ip::tcp;

namespace {

// After running out of descriptors; a client that leaves frees one.
constexpr auto kAcceptAgainAfter = std::chrono::milliseconds(100);

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Listener::Impl> {
  explicit Impl(Loop& loop) : acceptor(loop.impl().context), again(loop.impl().context) {}

  Result<void> listen(const std::string& host, std::uint16_t port) {
    asio::error_code error;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    const tcp::endpoint endpoint(address, port);
    if (!error) {
      acceptor.open(endpoint.protocol(), error);
    }
    if (!error) {
      acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
      acceptor.bind(endpoint, error);
    }
    if (!error) {
      acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
      return fail(ErrorKind::local, "listen on " + host + ":" + std::to_string(port) + ": " + error.message());
    }
    return {};
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](asio::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || !self->acceptor.is_open()) {
        return;
      }
      if (error) {
        self->accept_later();
        return;
      }
      self->accepted(std::move(socket));
      if (self->acceptor.is_open()) {
        self->accept();
      }
    });
  }

  void accept_later() {
    again.expires_after(kAcceptAgainAfter);
    again.async_wait([self = shared_from_this()](asio::error_code error) {
      if (!error && self->acceptor.is_open()) {
        self->accept();
      }
    });
  }

  void stop() {
    asio::error_code ignored;
    acceptor.close(ignored);
    again.cancel();
  }

  tcp::acceptor acceptor;
  asio::steady_timer again;
  Accepted accepted;
};

Listener::Listener(Loop& loop) : impl_(std::make_shared<Impl>(loop)) {}

Listener::~Listener() {
  impl_->stop();
}

Result<std::uint16_t> Listener::start(const std::string& host, std::uint16_t port, Accepted accepted) {
  WHYDROP_TRY(impl_->listen(host, port));
  impl_->accepted = std::move(accepted);
  impl_->accept();
  return impl_->acceptor.local_endpoint().port();
}

void Listener::stop() {
  impl_->stop();
}

}  // namespace whydrop::net
