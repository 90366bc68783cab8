#include "net/ending.hpp"

#include "net/asio.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include <netinet/tcp.h>

namespace whydrop::net {

using session::EndedBy;
using session::EndingHow;

namespace {

bool any_of(const ReadEnd& end, std::initializer_list<int> numbers) {
  return std::any_of(numbers.begin(), numbers.end(), [&](int number) {
    const std::error_code code(number, asio::error::get_system_category());
    return end.read == code || end.write == code || end.socket_error == number;
  });
}

bool at_eof(const std::error_code& error) {
  return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
}

/// A write that was waiting when an RST came takes its error, and the read is then told of an end of file. What stays
/// is the state: CLOSE, which no FIN alone leads to. After a FIN, Linux reports EPIPE for the RST that our next bytes
/// provoke.
bool reset_in_disguise(const ReadEnd& end) {
  return at_eof(end.read) && end.write_pending && end.tcp_state == TCP_CLOSE && !any_of(end, {EPIPE});
}

EndedBy ender(session::Side side) {
  return side == session::Side::client ? EndedBy::client : EndedBy::server;
}

}  // namespace

Classified classify(const ReadEnd& end) {
  const EndedBy peer = ender(end.peer), own = ender(wire::other(end.peer));
  if (any_of(end, {ECONNRESET, ECONNABORTED}) || reset_in_disguise(end)) {
    return {EndingHow::reset, peer};
  }
  if (any_of(end, {ETIMEDOUT})) {
    return {EndingHow::timed_out, EndedBy::network};
  }
  if (any_of(end, {EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN})) {
    return {EndingHow::unreachable, EndedBy::network};
  }
  if (end.read == asio::ssl::error::stream_truncated) {
    return {EndingHow::tls_truncated, peer};
  }
  if (end.read == asio::error::eof) {
    if (end.tls) {
      return {EndingHow::tls_close_notify, peer};
    }
    return {end.mid_frame ? EndingHow::fin_mid_frame : EndingHow::fin, peer};
  }
  if (end.tls && end.read.category() == asio::error::get_ssl_category()) {
    return {EndingHow::tls_error, EndedBy::unknown};
  }
  return {EndingHow::local_close, own};
}

std::string error_name(const std::error_code& error) {
  static constexpr std::array<std::pair<int, std::string_view>, 13> kNames{{{ECONNRESET, "connection_reset"},
                                                                            {ECONNABORTED, "connection_aborted"},
                                                                            {ECONNREFUSED, "connection_refused"},
                                                                            {EPIPE, "broken_pipe"},
                                                                            {ETIMEDOUT, "timed_out"},
                                                                            {EHOSTUNREACH, "host_unreachable"},
                                                                            {ENETUNREACH, "network_unreachable"},
                                                                            {ENETDOWN, "network_down"},
                                                                            {ECANCELED, "cancelled"},
                                                                            {ENODEV, "no_such_device"},
                                                                            {ENOENT, "no_such_file"},
                                                                            {EACCES, "not_permitted"},
                                                                            {EPERM, "not_permitted"}}};
  if (!error) {
    return {};
  }
  if (error == asio::error::eof) {
    return "eof";
  }
  if (error == asio::ssl::error::stream_truncated) {
    return "stream_truncated";
  }
  if (error.category() == asio::error::get_system_category()) {
    for (const auto& [number, text] : kNames) {
      if (number == error.value()) {
        return std::string(text);
      }
    }
  }
  return error.message();
}

session::Cause cause_of(const std::error_code& error) {
  using session::Cause;
  static constexpr std::array<std::pair<int, Cause>, 4> kCauses{{{ECONNREFUSED, Cause::refused},
                                                                 {ETIMEDOUT, Cause::timed_out},
                                                                 {EHOSTUNREACH, Cause::unreachable},
                                                                 {ENETUNREACH, Cause::unreachable}}};
  if (!error) {
    return Cause::none;
  }
  for (const auto& [number, cause] : kCauses) {
    if (error == std::error_code(number, asio::error::get_system_category())) {
      return cause;
    }
  }
  return Cause::other;
}

session::Cause cause_of(int system_error) {
  return cause_of(std::error_code(system_error, asio::error::get_system_category()));
}

std::string error_name(int system_error) {
  return error_name(std::error_code(system_error, asio::error::get_system_category()));
}

}  // namespace whydrop::net
