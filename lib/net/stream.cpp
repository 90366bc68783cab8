#include "net/stream.hpp"

#include "net/tcp_info.hpp"

#include <sys/ioctl.h>
// after sys/ioctl.h: SIOCOUTQ
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace whydrop::net {
namespace {

constexpr auto kAcknowledgePoll = std::chrono::milliseconds(1);
constexpr int kAcknowledgeTries = 5000;
constexpr std::size_t kKeptCapacity = 16 * 1024;  // of a queue that is empty

/// Streams of a thread read one after the other, and none keeps what it read.
std::array<char, Stream::kMostRead>& wire_buffer() {
  static thread_local std::array<char, Stream::kMostRead> buffer;
  return buffer;
}

}  // namespace

Stream::Stream(Socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {
  asio::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

void Stream::use_tls(TlsCodec codec, std::string_view first) {
  tls_.emplace(std::move(codec));
  if (!first.empty()) {
    read_error_ = tls_->feed(first, early_);
    queue_wire(tls_->take_output());
  }
}

void Stream::shake_hands(TlsCodec codec, Shaken done) {
  tls_.emplace(std::move(codec));
  tls_->begin();
  queue_wire(tls_->take_output());
  await_handshake(std::move(done));
}

void Stream::await_handshake(Shaken done) {
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this(), done = std::move(done)](const asio::error_code& error) mutable {
                       if (error == asio::error::operation_aborted || self->closed_) {
                         done(asio::error::operation_aborted);
                       } else {
                         self->on_handshake_bytes(std::move(done));
                       }
                     });
}

/// What comes behind the handshake in one read with its end waits for read().
void Stream::on_handshake_bytes(Shaken done) {
  asio::error_code failed;
  const std::size_t count = socket_.read_some(asio::buffer(wire_buffer()), failed);
  if (failed == asio::error::would_block || failed == asio::error::interrupted) {
    await_handshake(std::move(done));
    return;
  }
  if (failed) {
    transport_ended_ = true;
    read_error_ = failed;
    done(read_error_);
    return;
  }
  read_error_ = tls_->feed({wire_buffer().data(), count}, early_);
  queue_wire(tls_->take_output());
  if (tls_->established()) {
    done({});
  } else if (read_error_) {
    done(read_error_);
  } else {
    await_handshake(std::move(done));
  }
}

void Stream::drip(std::chrono::nanoseconds gap) {
  gap_ = gap;
}

void Stream::read(OnBytes on_bytes) {
  if (closed_) {
    return;
  }
  on_bytes_ = std::move(on_bytes);
  if (!early_.empty() || transport_ended_ || (read_error_ && !end_told_)) {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->tell_what_is_there(); });
    return;
  }
  // Waited for first: a stream that is idle has no buffer.
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this()](const asio::error_code& error) { self->on_readable(error); });
}

void Stream::on_readable(const asio::error_code& error) {
  if (closed_ || !on_bytes_) {
    return;
  }
  asio::error_code failed = error;
  const std::size_t count = failed ? 0 : socket_.read_some(asio::buffer(wire_buffer()), failed);
  if (failed == asio::error::would_block || failed == asio::error::interrupted) {
    read(std::exchange(on_bytes_, nullptr));
  } else if (failed) {
    on_wire_end(failed);
  } else {
    on_wire_bytes({wire_buffer().data(), count});
  }
}

void Stream::on_wire_end(const asio::error_code& error) {
  transport_ended_ = true;
  transport_error_ = error;
  if (!read_error_) {
    read_error_ = tls_ && error == asio::error::eof ? asio::error_code(asio::ssl::error::stream_truncated) : error;
  }
  tell_end();
}

void Stream::tell_what_is_there() {
  if (early_.empty()) {
    tell_end();
  } else if (const OnBytes on_bytes = std::exchange(on_bytes_, nullptr)) {
    on_bytes(std::exchange(early_, {}));
  }
}

void Stream::tell_end() {
  end_told_ = true;
  if (const OnBytes on_bytes = std::exchange(on_bytes_, nullptr)) {
    on_bytes({});
  }
}

void Stream::on_wire_bytes(std::string_view wire) {
  if (!tls_) {
    std::exchange(on_bytes_, nullptr)(wire);
    return;
  }
  if (read_error_) {  // behind its end TLS has nothing to say
    read(std::exchange(on_bytes_, nullptr));
    return;
  }
  plain_.clear();
  read_error_ = tls_->feed(wire, plain_);
  queue_wire(tls_->take_output());
  if (!plain_.empty()) {
    std::exchange(on_bytes_, nullptr)(plain_);
  } else if (read_error_) {
    tell_end();
  } else {
    read(std::exchange(on_bytes_, nullptr));
  }
}

void Stream::write(std::string_view plain) {
  if (!tls_) {
    queue_wire(plain);
    return;
  }
  tls_->encrypt(plain);
  queue_wire(tls_->take_output());
}

void Stream::queue_wire(std::string_view wire) {
  if (closed_ || fin_wanted_ || write_error_) {
    return;
  }
  pending_.append(wire);
  pump();
}

void Stream::pump() {
  if (writing_ || closed_ || write_error_) {
    return;
  }
  if (flown_ == flying_.size()) {
    flying_.clear();
    flown_ = 0;
    flying_.swap(pending_);
    if (flying_.empty() && flying_.capacity() + pending_.capacity() > kKeptCapacity) {
      flying_ = std::string();
      pending_ = std::string();
    }
  }
  if (flying_.empty()) {
    drained();
    return;
  }
  writing_ = true;
  const std::size_t most = gap_.count() > 0 ? 1 : flying_.size();
  socket_.async_write_some(asio::buffer(flying_.data() + flown_, std::min(most, flying_.size() - flown_)),
                           [self = shared_from_this()](asio::error_code error, std::size_t count) {
                             if (self->closed_) {
                               return;
                             }
                             if (error) {
                               self->write_failed(error);
                             } else {
                               self->on_written(count);
                             }
                           });
}

void Stream::on_written(std::size_t count) {
  flown_ += count;
  written_ += count;
  if (gap_.count() == 0) {
    writing_ = false;
    pump();
    return;
  }
  timer_.expires_after(gap_);
  timer_.async_wait([self = shared_from_this()](asio::error_code error) {
    if (error || self->closed_) {
      return;
    }
    self->writing_ = false;
    self->pump();
  });
}

void Stream::write_failed(const asio::error_code& error) {
  write_error_ = error;
  pending_.clear();
  flying_.clear();
  flown_ = 0;
  then_.clear();
  if (on_write_failed_) {
    on_write_failed_();
  } else {
    close();
  }
}

void Stream::drained() {
  if (fin_wanted_ && !fin_sent_) {
    fin_sent_ = true;
    asio::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  for (const Then& then : std::exchange(then_, {})) {
    then();
  }
}

void Stream::when_drained(Then then) {
  then_.push_back(std::move(then));
  // Posted: a caller that writes in `then` and waits again must not recurse without end.
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->pump(); });
}

void Stream::send_fin() {
  fin_wanted_ = true;
  pump();
}

void Stream::send_close_notify() {
  if (tls_ && !fin_wanted_) {
    tls_->close_notify();
    queue_wire(tls_->take_output());
  }
}

void Stream::send_orderly_end() {
  send_close_notify();
  send_fin();
}

void Stream::reset() {
  when_drained([self = shared_from_this()] { self->reset_when_acknowledged(kAcknowledgeTries); });
}

std::size_t Stream::unacknowledged() {
  int bytes = 0;
  return ::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

std::string Stream::remote() const {
  asio::error_code gone;
  const auto endpoint = socket_.remote_endpoint(gone);
  return gone ? std::string() : endpoint_text(endpoint);
}

std::string Stream::local_address() const {
  asio::error_code gone;
  const auto endpoint = socket_.local_endpoint(gone);
  const std::string text = gone ? std::string() : endpoint_text(endpoint);
  const std::string address = text.substr(0, text.rfind(':'));
  return address.empty() || address.front() != '[' ? address : address.substr(1, address.size() - 2);
}

session::TcpInfo Stream::tcp_info() {
  return read_tcp_info(socket_.native_handle());
}

int Stream::take_socket_error() {
  int error = 0;
  socklen_t size = sizeof(error);
  return ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : 0;
}

void Stream::reset_when_acknowledged(int tries_left) {
  if (closed_) {
    return;
  }
  if (tries_left == 0 || unacknowledged() == 0) {
    abandon();
    close();
    return;
  }
  timer_.expires_after(kAcknowledgePoll);
  timer_.async_wait([self = shared_from_this(), tries_left](asio::error_code error) {
    if (!error) {
      self->reset_when_acknowledged(tries_left - 1);
    }
  });
}

void Stream::abandon() {
  asio::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
}

void Stream::close() {
  if (closed_) {
    return;
  }
  closed_ = true;
  on_bytes_ = nullptr;
  then_.clear();
  timer_.cancel();
  asio::error_code ignored;
  socket_.close(ignored);
  if (on_closed_) {
    asio::post(socket_.get_executor(), std::exchange(on_closed_, nullptr));
  }
}

std::string endpoint_text(const asio::generic::stream_protocol::endpoint& endpoint) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const sockaddr* address = endpoint.data();
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof(v4));
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(v4.sin_port));
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof(v6));
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(v6.sin6_port));
  }
  if (address->sa_family == AF_UNIX && endpoint.size() > offsetof(sockaddr_un, sun_path)) {
    sockaddr_un un{};
    std::memcpy(&un, address, endpoint.size());
    return fmt::format("unix:{}", un.sun_path);
  }
  return "unix:";
}

}  // namespace whydrop::net
