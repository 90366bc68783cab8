#pragma once

#include "json/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace whydrop::netlog {

/// The kinds of event that are read. Their names are Chromium's (net/log/net_log_event_type_list.h).
enum class EventType : std::uint8_t {
  other,
  request_alive,
  request_headers,
  http2_request_headers,
  http3_request_headers,
  response_headers,
  upgrade_failure,
  frame_sent,
  frame_received,
  invalid_frame,
  close_timeout,
  socket_alive,
  tcp_connect,
  tcp_attempt,
  bytes_sent,
  bytes_received,
  read_error,
  write_error,
  tls_connect,
  tls_certificates,
  tls_bytes_sent,
  tls_bytes_received,
  tls_alert_received,
  tls_read_error,
  tunnel_request,
  tunnel_answer_headers,
  tunnel_answer,
  socks,
  socks5,
};

/// Whose event it is. `link`: something on the way from a request to its socket.
enum class SourceType : std::uint8_t { other, request, socket, link };

enum class EventPhase : std::uint8_t { none, begin, end };

/// What the log says that its numbers mean.
class Constants {
 public:
  /// Takes the log's "constants". False where it is not of the shape that gives names to numbers.
  bool take(json::Value constants);

  EventType type(std::int64_t number) const { return find(types_, number, EventType::other); }
  SourceType source(std::int64_t number) const { return find(sources_, number, SourceType::other); }
  EventPhase phase(std::int64_t number) const { return find(phases_, number, EventPhase::none); }
  /// "ERR_CONNECTION_RESET"; the number where the log does not name it.
  std::string error(std::int64_t number) const;
  /// "Chromium 156.0.8078.114", or "Chromium".
  const std::string& client() const { return client_; }
  /// What a time of the log is since 1970, less that time: milliseconds.
  std::int64_t time_offset_ms() const { return time_offset_ms_; }

 private:
  template <typename Meaning>
  using Meanings = std::unordered_map<std::int64_t, Meaning>;
  template <typename Meaning>
  static Meaning find(const Meanings<Meaning>& meanings, std::int64_t number, Meaning otherwise) {
    const auto found = meanings.find(number);
    return found == meanings.end() ? otherwise : found->second;
  }

  Meanings<EventType> types_;
  Meanings<SourceType> sources_;
  Meanings<EventPhase> phases_;
  std::unordered_map<std::int64_t, std::string> errors_;
  std::string client_ = "Chromium";
  std::int64_t time_offset_ms_ = 0;
};

}  // namespace whydrop::netlog
