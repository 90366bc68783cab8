#include "relay/forward_request.hpp"

#include "base/big_endian.hpp"
#include "base/fields.hpp"
#include "base/text.hpp"
#include "net/url.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace whydrop::relay {
namespace {

constexpr char kSocksVersion = 5, kNoAuthentication = 0, kNoMethod = '\xFF', kConnect = 1;
constexpr char kIpv4 = 1, kName = 3, kIpv6 = 4;
constexpr char kGeneralFailure = 1, kCommandNotSupported = 7, kAddressNotSupported = 8;
/// Ports that no client of HTTP or WebSockets has business with: mail would be sent through us.
constexpr std::array<std::uint16_t, 2> kForbiddenPorts{0, 25};

std::string_view phrase_of(int status) {
  switch (status) {
  case 400:
    return "Bad Request";
  case 403:
    return "Forbidden";
  case 502:
    return "Bad Gateway";
  case 503:
    return "Service Unavailable";
  default:
    return "Error";
  }
}

/// An address as text. RFC 1928 section 5.
std::string address_text(char type, std::string_view bytes) {
  if (type == kName) {
    return std::string(bytes);
  }
  const auto at = [bytes](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])); };
  if (type == kIpv4) {
    return fmt::format("{}.{}.{}.{}", at(0), at(1), at(2), at(3));
  }
  std::string text;
  for (std::size_t i = 0; i < 16; i += 2) {
    text += fmt::format("{}{:x}", i == 0 ? "" : ":", (at(i) << 8) | at(i + 1));
  }
  return text;
}

/// True for what may stand for a host: nothing that could be read as more than one.
bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return c > ' ' && c < '\x7F' && std::string_view("/?#@[]\\\"<>").find(c) == std::string_view::npos;
  });
}

std::string socks_answer(char code) {
  return std::string{kSocksVersion, code, 0, kIpv4, 0, 0, 0, 0, 0, 0};
}

}  // namespace

std::string http_refusal(int status, std::string_view reason) {
  const std::string body = fmt::format("whydrop proxy: {}\n", reason);
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      status,
      phrase_of(status),
      body.size(),
      body);
}

std::string_view absolute_authority(std::string_view start_line) {
  start_line.remove_prefix(std::min(start_line.find(' '), start_line.size() - 1) + 1);
  const std::string_view target = start_line.substr(0, start_line.find(' '));
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos || target.front() == '/') {
    return {};
  }
  const std::string_view rest = target.substr(scheme + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

ForwardRequest::State ForwardRequest::feed(std::string_view bytes) {
  pending_.append(bytes);
  while (state_ == State::more && step()) {
  }
  return state_;
}

std::string ForwardRequest::take_answer() {
  return std::exchange(answer_, {});
}

void ForwardRequest::go(State state) {
  const bool forbidden =
      std::find(kForbiddenPorts.begin(), kForbiddenPorts.end(), destination_.port) != kForbiddenPorts.end();
  if (!is_host(destination_.host) || forbidden) {
    const std::string why = forbidden ? fmt::format("port {} is not served", destination_.port) : "the host is none";
    if (socks_) {
      refuse_socks(2, why);
    } else {
      refuse(403, why);
    }
    return;
  }
  state_ = state;
}

void ForwardRequest::refuse(int status, std::string why) {
  answer_ += http_refusal(status, why);
  why_ = std::move(why);
  state_ = State::refused;
}

void ForwardRequest::refuse_socks(char code, std::string why) {
  answer_ += socks_answer(code);
  why_ = std::move(why);
  state_ = State::refused;
}

/// One step forward; false where more bytes are needed for it.
bool ForwardRequest::step() {
  switch (step_) {
  case Step::begin:
    if (pending_.empty()) {
      return false;
    }
    socks_ = pending_.front() == kSocksVersion;
    step_ = socks_ ? Step::socks_methods : Step::head;
    return true;
  case Step::socks_methods:
    return read_methods();
  case Step::socks_request:
    return read_socks_request();
  case Step::head:
    return read_head();
  }
  return false;
}

bool ForwardRequest::read_methods() {
  if (pending_.size() < 2 || pending_.size() < 2U + static_cast<unsigned char>(pending_[1])) {
    return false;
  }
  const std::size_t size = 2U + static_cast<unsigned char>(pending_[1]);
  const bool open = std::string_view(pending_).substr(2, size - 2).find(kNoAuthentication) != std::string_view::npos;
  pending_.erase(0, size);
  answer_ += std::string{kSocksVersion, open ? kNoAuthentication : kNoMethod};
  if (!open) {
    why_ = "SOCKS: the client wants to authenticate, and nobody asks it to";
    state_ = State::refused;
  }
  step_ = Step::socks_request;
  return true;
}

bool ForwardRequest::read_socks_request() {
  constexpr std::size_t kFixed = 4;
  if (pending_.size() <= kFixed) {
    return false;
  }
  const char command = pending_[1], type = pending_[3];
  if (pending_[0] != kSocksVersion || command != kConnect) {
    refuse_socks(kCommandNotSupported, "SOCKS: only CONNECT is served");
    return true;
  }
  const std::size_t before = type == kName ? 1 : 0;
  const std::size_t length = type == kIpv4   ? 4
                             : type == kIpv6 ? 16
                             : type == kName ? static_cast<unsigned char>(pending_[kFixed])
                                             : 0;
  if (length == 0) {
    refuse_socks(kAddressNotSupported, "SOCKS: an address of no known kind");
    return true;
  }
  const std::size_t end = kFixed + before + length + 2;
  if (pending_.size() < end) {
    return false;
  }
  const std::string_view all = pending_;
  destination_.host = address_text(type, all.substr(kFixed + before, length));
  destination_.port = static_cast<std::uint16_t>(big_endian(all.substr(end - 2, 2)));
  pending_.erase(0, end);
  go(State::tunnel);
  return true;
}

bool ForwardRequest::read_head() {
  parsed_ += parser_.feed(std::string_view(pending_).substr(parsed_));
  if (!parser_.done()) {
    return false;
  }
  const handshake::Head& head = parser_.head();
  const std::string_view line = head.start_line;
  const std::string_view version = line.substr(std::min(line.rfind(' ') + 1, line.size()));
  const std::string fault = !head.fault.empty() ? head.fault : handshake::unacceptable(head);
  if (!head.complete || !fault.empty() || !starts_with(version, "HTTP/1.")) {
    refuse(400, fault.empty() ? "this is no request of HTTP/1.1" : "this is no request of HTTP/1.1: " + fault);
    return true;
  }
  const std::size_t space = line.find(' ');
  const std::string_view target = space == std::string_view::npos
                                      ? std::string_view()
                                      : line.substr(space + 1, line.find(' ', space + 1) - space - 1);
  if (line.substr(0, space) == "CONNECT") {
    read_connect(target);
    pending_.erase(0, parsed_);
  } else {
    read_absolute(target);
  }
  return true;
}

/// RFC 9110 section 9.3.6.
void ForwardRequest::read_connect(std::string_view target) {
  const std::size_t colon = target.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : parse_number(target.substr(colon + 1), 1, 65535);
  std::string_view host = target.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (!port || host.empty()) {
    refuse(400, "CONNECT takes HOST:PORT");
    return;
  }
  destination_.host = host;
  destination_.port = static_cast<std::uint16_t>(*port);
  go(State::tunnel);
}

void ForwardRequest::read_absolute(std::string_view target) {
  const bool absolute = target.find("://") != std::string_view::npos && !target.empty() && target.front() != '/';
  const auto url = absolute ? net::parse_url(target) : Result<net::Url>(fail(ErrorKind::usage, ""));
  if (!url) {
    refuse(400,
           "this is a forward proxy: set it as the proxy of the client, or start it with --to URL and let the client "
           "connect to it as to the server");
    return;
  }
  destination_ = {url->host, url->port, url->tls};
  go(State::request);
}

std::string ForwardRequest::reached() const {
  return state_ != State::tunnel ? "" : socks_ ? socks_answer(0) : "HTTP/1.1 200 Connection established\r\n\r\n";
}

std::string ForwardRequest::not_reached(std::string_view reason) const {
  return socks_ ? socks_answer(reason.find("refused") != std::string_view::npos ? 5 : kGeneralFailure)
                : http_refusal(502, reason);
}

}  // namespace whydrop::relay
