#include "netlog/constants.hpp"

#include "netlog/value.hpp"

#include <array>
#include <utility>

namespace whydrop::netlog {
namespace {

constexpr std::pair<std::string_view, EventType> kEventTypes[] = {
    {"REQUEST_ALIVE", EventType::request_alive},
    {"HTTP_TRANSACTION_SEND_REQUEST_HEADERS", EventType::request_headers},
    {"HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS", EventType::http2_request_headers},
    {"HTTP_TRANSACTION_QUIC_SEND_REQUEST_HEADERS", EventType::http3_request_headers},
    {"HTTP_TRANSACTION_READ_RESPONSE_HEADERS", EventType::response_headers},
    {"WEBSOCKET_UPGRADE_FAILURE", EventType::upgrade_failure},
    {"WEBSOCKET_SENT_FRAME_HEADER", EventType::frame_sent},
    {"WEBSOCKET_RECV_FRAME_HEADER", EventType::frame_received},
    {"WEBSOCKET_INVALID_FRAME", EventType::invalid_frame},
    {"WEBSOCKET_CLOSE_TIMEOUT", EventType::close_timeout},
    {"SOCKET_ALIVE", EventType::socket_alive},
    {"TCP_CONNECT", EventType::tcp_connect},
    {"TCP_CONNECT_ATTEMPT", EventType::tcp_attempt},
    {"SOCKET_BYTES_SENT", EventType::bytes_sent},
    {"SOCKET_BYTES_RECEIVED", EventType::bytes_received},
    {"SOCKET_READ_ERROR", EventType::read_error},
    {"SOCKET_WRITE_ERROR", EventType::write_error},
    {"SSL_CONNECT", EventType::tls_connect},
    {"SSL_CERTIFICATES_RECEIVED", EventType::tls_certificates},
    {"SSL_SOCKET_BYTES_SENT", EventType::tls_bytes_sent},
    {"SSL_SOCKET_BYTES_RECEIVED", EventType::tls_bytes_received},
    {"SSL_ALERT_RECEIVED", EventType::tls_alert_received},
    {"SSL_READ_ERROR", EventType::tls_read_error},
    {"HTTP_TRANSACTION_TUNNEL_SEND_REQUEST", EventType::tunnel_request},
    {"HTTP_TRANSACTION_READ_TUNNEL_RESPONSE_HEADERS", EventType::tunnel_answer_headers},
    {"HTTP_TRANSACTION_TUNNEL_READ_HEADERS", EventType::tunnel_answer},
    {"SOCKS_CONNECT", EventType::socks},
    {"SOCKS5_CONNECT", EventType::socks5},
};

constexpr std::pair<std::string_view, SourceType> kSourceTypes[] = {
    {"URL_REQUEST", SourceType::request},
    {"SOCKET", SourceType::socket},
    {"HTTP_STREAM_JOB_CONTROLLER", SourceType::link},
    {"HTTP_STREAM_JOB", SourceType::link},
    {"CONNECT_JOB", SourceType::link},
    {"HTTP_PROXY_CONNECT_JOB", SourceType::link},
    {"SOCKS_CONNECT_JOB", SourceType::link},
    {"SSL_CONNECT_JOB", SourceType::link},
    {"TRANSPORT_CONNECT_JOB", SourceType::link},
    {"WEB_SOCKET_TRANSPORT_CONNECT_JOB", SourceType::link},
    {"TCP_CONNECT_JOB", SourceType::link},
    {"TCP_STREAM_ATTEMPT", SourceType::link},
    {"TLS_STREAM_ATTEMPT", SourceType::link},
    {"HTTP_STREAM_POOL_JOB", SourceType::link},
};

constexpr std::pair<std::string_view, EventPhase> kPhases[] = {
    {"PHASE_BEGIN", EventPhase::begin},
    {"PHASE_END", EventPhase::end},
};

/// Fills `meanings` for those of `names` that the log's table has.
template <typename Names, typename Meanings>
void read_table(json::Value constants, std::string_view table, const Names& names, Meanings& meanings) {
  const auto given = constants.find(table);
  for (const auto& [name, meaning] : names) {
    const auto number = given ? given->find(name) : std::nullopt;
    if (number && number->is_integer()) {
      meanings[number->integer()] = meaning;
    }
  }
}

}  // namespace

bool Constants::take(json::Value constants) {
  read_table(constants, "logEventTypes", kEventTypes, types_);
  read_table(constants, "logSourceType", kSourceTypes, sources_);
  read_table(constants, "logEventPhase", kPhases, phases_);
  const auto errors = constants.find("netError");
  for (std::size_t i = 0; errors && errors->is(json::Type::object) && i < errors->size(); ++i) {
    const auto [name, number] = errors->member(i);
    errors_[number.integer()] = name;
  }
  const auto client = constants.find("clientInfo");
  const std::string name = client ? text_of(*client, "name") : "";
  const std::string version = client ? text_of(*client, "version") : "";
  client_ = (name.empty() ? client_ : name) + (version.empty() ? "" : " " + version);
  time_offset_ms_ = number_of(constants, "timeTickOffset").value_or(0);
  return !types_.empty() && !sources_.empty() && !phases_.empty();
}

std::string Constants::error(std::int64_t number) const {
  const auto found = errors_.find(number);
  return found == errors_.end() ? "net error " + std::to_string(number) : found->second;
}

}  // namespace whydrop::netlog
