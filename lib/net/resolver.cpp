#include "net/resolver.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <utility>

#include <ares.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

namespace whydrop::net {

using session::Cause;

namespace {

session::Failure failure_of(int status, const std::string& host) {
  switch (status) {
  case ARES_ENOTFOUND:
  case ARES_ENONAME:
    return {Cause::nxdomain, fmt::format("NXDOMAIN: there is no host {}", host)};
  case ARES_ENODATA:
    return {Cause::other, fmt::format("no data: {} has no address of the family asked for", host)};
  case ARES_ESERVFAIL:
    return {Cause::servfail, fmt::format("SERVFAIL: the name server could not answer for {}", host)};
  case ARES_EREFUSED:
    return {Cause::other, fmt::format("refused: the name server does not answer for {}", host)};
  case ARES_ETIMEOUT:
    return {Cause::timed_out, "timed out: no name server answered"};
  case ARES_ECONNREFUSED:
    return {Cause::other, "refused: no name server could be reached"};
  case ARES_EBADNAME:
    return {Cause::other, fmt::format("bad name: {} cannot be a host's name", host)};
  default:
    return {Cause::other, fmt::format("failed: {}", ares_strerror(status))};
  }
}

std::vector<asio::ip::address> addresses_of(const ares_addrinfo& info) {
  std::vector<asio::ip::address> result;
  for (const ares_addrinfo_node* node = info.nodes; node != nullptr; node = node->ai_next) {
    if (node->ai_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, node->ai_addr, sizeof(v4));
      result.emplace_back(asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)));
    } else if (node->ai_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, node->ai_addr, sizeof(v6));
      asio::ip::address_v6::bytes_type bytes{};
      std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
      result.emplace_back(asio::ip::address_v6(bytes, v6.sin6_scope_id));
    }
  }
  return result;
}

/// On a connected UDP socket the system tells of a refused datagram (ICMP) at the next call. c-ares takes that for the
/// fault of the query that it is sending, and the one before waits for its time-out. Sent once more, this datagram is
/// refused as well, the reader is told, and every query of that server goes on to the next one.
ares_ssize_t send_query(ares_socket_t fd, const iovec* data, int count, void*) {
  const ares_ssize_t sent = ::writev(fd, data, count);
  return sent < 0 && errno == ECONNREFUSED ? ::writev(fd, data, count) : sent;
}

/// c-ares's own ways but for sending; it leaves a socket that it did not make as it is.
const ares_socket_functions kSocketFunctions{
    [](int family, int type, int protocol, void*) {
      return ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    },
    [](ares_socket_t fd, void*) { return ::close(fd); },
    [](ares_socket_t fd, const sockaddr* address, ares_socklen_t size, void*) { return ::connect(fd, address, size); },
    [](ares_socket_t fd, void* data, std::size_t size, int flags, sockaddr* from, ares_socklen_t* from_size, void*)
        -> ares_ssize_t { return ::recvfrom(fd, data, size, flags, from, from_size); },
    send_query};

int family_of(int ip_version) {
  return ip_version == 4 ? AF_INET : ip_version == 6 ? AF_INET6 : AF_UNSPEC;
}

}  // namespace

struct Resolver::Impl {
  /// One of c-ares's sockets. c-ares owns the descriptor; Asio only watches it.
  struct Watch {
    asio::posix::stream_descriptor descriptor;
    bool want_read = false, want_write = false;
    bool reading = false, writing = false;
  };

  asio::io_context& context;
  asio::steady_timer timer;
  ares_channel channel = nullptr;
  std::map<ares_socket_t, std::shared_ptr<Watch>> watches;
  std::string host;
  int family = AF_UNSPEC;
  bool asked_again = false;
  Done done;
  /// Completion handlers outlive the Resolver; they look here first.
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);

  explicit Impl(asio::io_context& c) : context(c), timer(c) {}

  void on_state(ares_socket_t fd, bool readable, bool writable);
  void arm(ares_socket_t fd);
  void wait(ares_socket_t fd, const std::shared_ptr<Watch>& watch, bool write);
  void process(ares_socket_t read, ares_socket_t write);
  void arm_timer();
  void finish(Resolved result);
  void on_result(int status, ares_addrinfo* info);
  void look_up(int flags);
};

void Resolver::Impl::on_state(ares_socket_t fd, bool readable, bool writable) {
  if (!readable && !writable) {
    if (const auto found = watches.find(fd); found != watches.end()) {
      found->second->descriptor.release();
      watches.erase(found);
    }
    return;
  }
  auto& watch = watches[fd];
  if (!watch) {
    watch = std::make_shared<Watch>(Watch{asio::posix::stream_descriptor(context, fd)});
  }
  watch->want_read = readable;
  watch->want_write = writable;
  arm(fd);
}

void Resolver::Impl::arm(ares_socket_t fd) {
  const auto found = watches.find(fd);
  if (found == watches.end()) {
    return;
  }
  const std::shared_ptr<Watch> watch = found->second;
  if (watch->want_read && !watch->reading) {
    watch->reading = true;
    wait(fd, watch, false);
  }
  if (watch->want_write && !watch->writing) {
    watch->writing = true;
    wait(fd, watch, true);
  }
}

void Resolver::Impl::wait(ares_socket_t fd, const std::shared_ptr<Watch>& watch, bool write) {
  const auto kind = write ? asio::posix::descriptor_base::wait_write : asio::posix::descriptor_base::wait_read;
  watch->descriptor.async_wait(kind, [this, fd, write, watch, alive = alive](const asio::error_code& error) {
    if (!*alive || error) {
      return;
    }
    (write ? watch->writing : watch->reading) = false;
    process(write ? ARES_SOCKET_BAD : fd, write ? fd : ARES_SOCKET_BAD);
    if (*alive) {
      arm(fd);
    }
  });
}

void Resolver::Impl::process(ares_socket_t read, ares_socket_t write) {
  const auto still = alive;
  ares_process_fd(channel, read, write);
  if (*still) {
    arm_timer();
  }
}

void Resolver::Impl::arm_timer() {
  timeval longest{1, 0};
  const timeval* next = ares_timeout(channel, &longest, &longest);
  timer.expires_after(std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec));
  timer.async_wait([this, alive = alive](const asio::error_code& error) {
    if (*alive && !error) {
      process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    }
  });
}

void Resolver::Impl::finish(Resolved result) {
  // Posted: c-ares may call back from within its own calls, and the receiver may drop this object.
  asio::post(context, [this, alive = alive, result = std::move(result)]() mutable {
    if (*alive) {
      timer.cancel();
      const Done callback = std::move(done);
      callback(std::move(result));
    }
  });
}

void Resolver::Impl::on_result(int status, ares_addrinfo* info) {
  if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) {
    return;
  }
  if (status == ARES_ECONNREFUSED && !asked_again) {
    // c-ares says so too where each server answered SERVFAIL or REFUSED. Asked again with such answers taken as
    // answers, it tells which.
    asked_again = true;
    asio::post(context, [this, still = alive] {
      if (*still) {
        look_up(ARES_FLAG_NOCHECKRESP);
      }
    });
    return;
  }
  Resolved result;
  if (info != nullptr) {
    result.addresses = addresses_of(*info);
    ares_freeaddrinfo(info);
  }
  if (result.addresses.empty()) {
    result.failure = failure_of(status == ARES_SUCCESS ? ARES_ENODATA : status, host);
  }
  finish(std::move(result));
}

void Resolver::Impl::look_up(int flags) {
  if (channel != nullptr) {
    ares_destroy(channel);
    channel = nullptr;
  }
  ares_options settings{};
  settings.flags = flags;
  settings.sock_state_cb = [](void* data, ares_socket_t fd, int readable, int writable) {
    static_cast<Impl*>(data)->on_state(fd, readable != 0, writable != 0);
  };
  settings.sock_state_cb_data = this;
  if (const int status = ares_init_options(&channel, &settings, ARES_OPT_SOCK_STATE_CB | ARES_OPT_FLAGS);
      status != ARES_SUCCESS) {
    channel = nullptr;
    finish({{}, failure_of(status, host)});
    return;
  }
  ares_set_socket_functions(channel, &kSocketFunctions, nullptr);
  ares_addrinfo_hints hints{};
  hints.ai_family = family;
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(
      channel,
      host.c_str(),
      nullptr,
      &hints,
      [](void* data, int status, int, ares_addrinfo* info) { static_cast<Impl*>(data)->on_result(status, info); },
      this);
  arm_timer();
}

Resolver::Resolver(asio::io_context& context) : impl_(std::make_unique<Impl>(context)) {}

Resolver::~Resolver() {
  *impl_->alive = false;
  if (impl_->channel != nullptr) {
    ares_destroy(impl_->channel);
  }
}

void Resolver::start(const std::string& host, int ip_version, Done done) {
  impl_->host = host;
  impl_->family = family_of(ip_version);
  impl_->done = std::move(done);
  ares_library_init(ARES_LIB_INIT_ALL);
  impl_->look_up(0);
}

}  // namespace whydrop::net
