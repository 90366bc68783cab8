#include "net/accepted_stream.hpp"

#include <sys/ioctl.h>
// after sys/ioctl.h: SIOCOUTQ
#include <algorithm>
#include <utility>

#include <linux/sockios.h>

namespace whydrop::net {
namespace {

constexpr auto kAcknowledgePoll = std::chrono::milliseconds(1);
constexpr int kAcknowledgeTries = 5000;

}  // namespace

AcceptedStream::AcceptedStream(Socket socket) : socket_(std::move(socket)), timer_(socket_.get_executor()) {
  asio::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void AcceptedStream::use_tls(const SslContext& context) {
  tls_.emplace(context);
}

void AcceptedStream::drip(std::chrono::nanoseconds gap) {
  gap_ = gap;
}

void AcceptedStream::read(OnBytes on_bytes) {
  if (closed_) {
    return;
  }
  on_bytes_ = std::move(on_bytes);
  if (ended_) {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->on_wire_bytes({}); });
    return;
  }
  socket_.async_read_some(
      asio::buffer(buffer_), [self = shared_from_this()](asio::error_code error, std::size_t count) {
        if (self->closed_) {
          return;
        }
        self->ended_ = static_cast<bool>(error);
        self->reset_ = error == asio::error::connection_reset;
        self->on_wire_bytes(error ? std::string_view{} : std::string_view(self->buffer_.data(), count));
      });
}

void AcceptedStream::on_wire_bytes(std::string_view wire) {
  const OnBytes on_bytes = std::exchange(on_bytes_, nullptr);
  if (!on_bytes) {
    return;
  }
  if (!tls_ || ended_) {
    on_bytes(wire);
    return;
  }
  plain_.clear();
  ended_ = !tls_->feed(wire, plain_);
  queue_wire(tls_->take_output());
  if (plain_.empty() && !ended_) {
    read(on_bytes);
  } else {
    on_bytes(plain_);
  }
}

void AcceptedStream::write(std::string_view plain) {
  if (!tls_) {
    queue_wire(plain);
    return;
  }
  tls_->encrypt(plain);
  queue_wire(tls_->take_output());
}

void AcceptedStream::queue_wire(std::string_view wire) {
  if (closed_ || fin_wanted_) {
    return;
  }
  pending_.append(wire);
  pump();
}

void AcceptedStream::pump() {
  if (writing_ || closed_) {
    return;
  }
  if (flown_ == flying_.size()) {
    flying_.clear();
    flown_ = 0;
    flying_.swap(pending_);
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
                               self->close();
                             } else {
                               self->on_written(count);
                             }
                           });
}

void AcceptedStream::on_written(std::size_t count) {
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

void AcceptedStream::drained() {
  if (fin_wanted_ && !fin_sent_) {
    fin_sent_ = true;
    asio::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  for (const Then& then : std::exchange(then_, {})) {
    then();
  }
}

void AcceptedStream::when_drained(Then then) {
  then_.push_back(std::move(then));
  // Posted: a caller that writes in `then` and waits again must not recurse without end.
  asio::post(socket_.get_executor(), [self = shared_from_this()] { self->pump(); });
}

void AcceptedStream::send_fin() {
  fin_wanted_ = true;
  pump();
}

void AcceptedStream::send_orderly_end() {
  if (tls_ && !fin_wanted_) {
    tls_->close_notify();
    queue_wire(tls_->take_output());
  }
  send_fin();
}

void AcceptedStream::reset() {
  when_drained([self = shared_from_this()] { self->reset_when_acknowledged(kAcknowledgeTries); });
}

bool AcceptedStream::acknowledged() {
  int unacknowledged = 0;
  return ::ioctl(socket_.native_handle(), SIOCOUTQ, &unacknowledged) != 0 || unacknowledged == 0;
}

void AcceptedStream::reset_when_acknowledged(int tries_left) {
  if (closed_) {
    return;
  }
  if (tries_left == 0 || acknowledged()) {
    asio::error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
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

void AcceptedStream::close() {
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

}  // namespace whydrop::net
