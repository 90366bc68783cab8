#include "net/proxy.hpp"

#include "handshake/head.hpp"
#include "net/ending.hpp"
#include "net/request_head.hpp"
#include "net/url.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace whydrop::net {

namespace {

/// RFC 1928 section 6.
constexpr std::array<std::string_view, 9> kSocksReplies{"succeeded",
                                                        "general failure",
                                                        "not allowed by its rules",
                                                        "network unreachable",
                                                        "host unreachable",
                                                        "connection refused",
                                                        "TTL expired",
                                                        "command not supported",
                                                        "address type not supported"};

void append_port(std::string& out, std::uint16_t port) {
  out += static_cast<char>(port >> 8U);
  out += static_cast<char>(port & 0xFFU);
}

/// The address in SOCKS's form: IPv4, IPv6 or a name. RFC 1928 section 5.
std::string socks_address(const ProxyTarget& target) {
  std::string out;
  std::error_code error;
  const auto address = asio::ip::make_address(target.host, error);
  if (error) {
    out = {'\x03', static_cast<char>(target.host.size())};
    out += target.host;
  } else if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    out = "\x01" + std::string(bytes.begin(), bytes.end());
  } else {
    const auto bytes = address.to_v6().to_bytes();
    out = "\x04" + std::string(bytes.begin(), bytes.end());
  }
  append_port(out, target.port);
  return out;
}

}  // namespace

struct ProxyTunnel::Impl : std::enable_shared_from_this<ProxyTunnel::Impl> {
  Socket& socket;
  ProxyAddress proxy;
  ProxyTarget target;
  Done done;
  std::string sending, reply;
  handshake::HeadParser answer{handshake::HeadParser::Kind::response};

  Impl(Socket& s, ProxyAddress p, ProxyTarget t, Done d)
      : socket(s), proxy(std::move(p)), target(std::move(t)), done(std::move(d)) {}

  using Step = void (Impl::*)();
  void finish(int status, std::string error);
  /// Sends bytes, reads exactly so many of the answer, goes on with `then`.
  void exchange(std::string bytes, std::size_t reply_size, Step then);
  void receive(std::size_t size, Step then);
  bool failed(const std::error_code& error);
  void http_connect();
  void http_answered();
  void socks_greet();
  void socks_greeted();
  void socks_authenticated();
  void socks_connect();
  void socks_answered();
  void socks_ready();
};

void ProxyTunnel::Impl::finish(int status, std::string error) {
  if (const Done callback = std::exchange(done, nullptr)) {
    callback({status, std::move(error)});
  }
}

/// True where there is nothing to go on with: an error, or nobody waits any more.
bool ProxyTunnel::Impl::failed(const std::error_code& error) {
  if (error && done) {
    finish(0, error == asio::error::eof ? "closed: the proxy closed the connection" : error_name(error));
  }
  return error || !done;
}

void ProxyTunnel::Impl::exchange(std::string bytes, std::size_t reply_size, Step then) {
  sending = std::move(bytes);
  asio::async_write(socket,
                    asio::buffer(sending),
                    [self = shared_from_this(), reply_size, then](const std::error_code& error, std::size_t) {
                      if (!self->failed(error)) {
                        self->receive(reply_size, then);
                      }
                    });
}

void ProxyTunnel::Impl::receive(std::size_t size, Step then) {
  reply.assign(size, '\0');
  asio::async_read(
      socket, asio::buffer(reply), [self = shared_from_this(), then](const std::error_code& error, std::size_t) {
        if (!self->failed(error)) {
          ((*self).*then)();
        }
      });
}

void ProxyTunnel::Impl::http_connect() {
  const std::string where = host_and_port(target.host, target.port);
  const std::string authorization = basic_authorization(proxy.user, proxy.password);
  exchange(fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n{1}\r\n",
                       where,
                       authorization.empty() ? "" : fmt::format("Proxy-Authorization: {}\r\n", authorization)),
           1,
           &Impl::http_answered);
}

/// Byte by byte: what follows the head belongs to the tunnel and must stay in the socket.
void ProxyTunnel::Impl::http_answered() {
  answer.feed(reply);
  const handshake::Head& head = answer.head();
  if (!answer.done()) {
    receive(1, &Impl::http_answered);
  } else if (head.status >= 200 && head.status < 300) {
    finish(head.status, "");
  } else if (head.status == 407) {
    finish(407, "authentication_required: the proxy asks for a user and password");
  } else if (head.status == 0) {
    finish(0, "not_http: the proxy does not answer in HTTP");
  } else {
    finish(head.status, fmt::format("refused: {}", head.start_line));
  }
}

void ProxyTunnel::Impl::socks_greet() {
  if (target.host.size() > 255 || proxy.user.size() > 255 || proxy.password.size() > 255) {
    finish(0, "too_long: SOCKS 5 has no room for more than 255 bytes of a host, user or password");
    return;
  }
  exchange(proxy.user.empty() ? std::string("\x05\x01\x00", 3) : std::string("\x05\x02\x00\x02", 4),
           2,
           &Impl::socks_greeted);
}

void ProxyTunnel::Impl::socks_greeted() {
  const auto method = static_cast<unsigned char>(reply[1]);
  if (reply[0] != '\x05') {
    finish(0, "not_socks5: the proxy does not answer in SOCKS 5");
  } else if (method == 0) {
    socks_connect();
  } else if (method == 2 && !proxy.user.empty()) {
    // RFC 1929 section 2.
    std::string bytes{'\x01', static_cast<char>(proxy.user.size())};
    bytes += proxy.user;
    bytes += static_cast<char>(proxy.password.size());
    bytes += proxy.password;
    exchange(std::move(bytes), 2, &Impl::socks_authenticated);
  } else {
    finish(0, "authentication_required: the proxy asks for a user and password");
  }
}

void ProxyTunnel::Impl::socks_authenticated() {
  if (reply[1] != '\0') {
    finish(static_cast<unsigned char>(reply[1]), "authentication_failed: the proxy refuses this user and password");
  } else {
    socks_connect();
  }
}

void ProxyTunnel::Impl::socks_connect() {
  exchange(std::string("\x05\x01\x00", 3) + socks_address(target), 5, &Impl::socks_answered);
}

/// The answer's length depends on its address type, its fourth byte. RFC 1928 section 6.
void ProxyTunnel::Impl::socks_answered() {
  const auto code = static_cast<unsigned char>(reply[1]);
  if (reply[0] != '\x05') {
    finish(0, "not_socks5: the proxy does not answer in SOCKS 5");
  } else if (code != 0) {
    finish(code, fmt::format("refused: {}", code < kSocksReplies.size() ? kSocksReplies[code] : "unassigned reply"));
  } else {
    constexpr std::size_t kPort = 2;
    const auto first = static_cast<unsigned char>(reply[4]);
    const std::size_t rest = reply[3] == '\x01' ? 3U : reply[3] == '\x04' ? 15U : first;
    receive(rest + kPort, &Impl::socks_ready);
  }
}

void ProxyTunnel::Impl::socks_ready() {
  finish(0, "");
}

ProxyTunnel::ProxyTunnel(Socket& socket, ProxyAddress proxy, ProxyTarget target, Done done)
    : impl_(std::make_shared<Impl>(socket, std::move(proxy), std::move(target), std::move(done))) {}

ProxyTunnel::~ProxyTunnel() {
  impl_->done = nullptr;
}

void ProxyTunnel::start() {
  if (impl_->proxy.kind == ProxyAddress::Kind::http) {
    impl_->http_connect();
  } else {
    impl_->socks_greet();
  }
}

}  // namespace whydrop::net
