#include "netlog/sessions.hpp"

#include "base/base64.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "capture/browser_ending.hpp"
#include "netlog/value.hpp"
#include "session/causes.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace whydrop::netlog {
namespace {

using session::EndedBy;
using session::Ending;
using session::EndingHow;
using session::Side;

constexpr std::int64_t kNsPerMs = 1'000'000;
/// Sources whose links are remembered; a session's are all known within a few events.
constexpr std::size_t kMostNodes = 16384;
/// Bytes of an event that links: one of more carries what went over the wire.
constexpr std::size_t kMostOfLink = 4096;
/// Steps of one socket that are remembered until it is known whose it is: addresses that were tried.
constexpr std::size_t kMostSteps = 64;

bool is_websocket_url(std::string_view url) {
  return starts_with(url, "ws://") || starts_with(url, "wss://");
}

std::string host_of(const std::string& url) {
  const std::size_t from = url.find("://") + 3;
  return url.substr(from, url.find_first_of("/?#", from) - from);
}

/// The bytes that an event carries: base64, hex in logs of before Chromium 73; null where there are none.
std::optional<std::string> bytes_of(json::Value params) {
  if (const auto coded = params.find("bytes")) {
    return base64_decode(coded->string());
  }
  if (const auto coded = params.find("hex_encoded_bytes")) {
    return hex_decode(coded->string());
  }
  return std::nullopt;
}

std::vector<session::Header> headers_of(const std::vector<std::string>& lines) {
  std::vector<session::Header> headers;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':', 1);
    const std::string_view value =
        colon == std::string::npos ? std::string_view() : std::string_view(line).substr(colon + 1);
    headers.push_back({line.substr(0, colon), std::string(trim(value)), {}});
  }
  return headers;
}

std::string_view value_of(const std::vector<session::Header>& headers, std::string_view name) {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [name](const session::Header& it) { return it.name == name; });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

/// What `name` says of a transport that was open. Chromium's names are the same on every system.
struct NetEnd {
  std::string_view name;
  EndingHow how;
  EndedBy by;
  std::string_view error;
};
constexpr NetEnd kNetEnds[] = {
    {"ERR_CONNECTION_RESET", EndingHow::reset, EndedBy::server, "connection_reset"},
    {"ERR_CONNECTION_ABORTED", EndingHow::reset, EndedBy::server, "connection_aborted"},
    {"ERR_CONNECTION_TIMED_OUT", EndingHow::timed_out, EndedBy::network, "timed_out"},
    {"ERR_TIMED_OUT", EndingHow::timed_out, EndedBy::network, "timed_out"},
    {"ERR_ADDRESS_UNREACHABLE", EndingHow::unreachable, EndedBy::network, "host_unreachable"},
    {"ERR_INTERNET_DISCONNECTED", EndingHow::unreachable, EndedBy::network, "network_unreachable"},
    {"ERR_NETWORK_CHANGED", EndingHow::unreachable, EndedBy::network, "network_changed"},
    {"ERR_NETWORK_IO_SUSPENDED", EndingHow::unreachable, EndedBy::network, "network_suspended"},
    {"ERR_SSL_", EndingHow::tls_error, EndedBy::unknown, "tls_error"},
};

/// The status that Chromium's words for a refused upgrade name; 0: none.
int status_in(std::string_view failure) {
  constexpr std::string_view kBefore = "Unexpected response code: ";
  const std::size_t at = failure.find(kBefore);
  int status = 0;
  if (at != std::string_view::npos) {
    const std::string_view digits = failure.substr(at + kBefore.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), status);
  }
  return status;
}

/// True for an answer that came and opened no session.
bool refused(std::string_view error) {
  return error == "ERR_INVALID_RESPONSE" || error == "ERR_INVALID_HTTP_RESPONSE";
}

int status_of(std::string_view start_line) {
  const std::size_t space = start_line.find(' ');
  int status = 0;
  if (space != std::string_view::npos) {
    std::from_chars(start_line.data() + space + 1, start_line.data() + start_line.size(), status);
  }
  return status;
}

}  // namespace

std::int64_t Sessions::time_of(const LogEvent& event) {
  std::int64_t since = 0;
  if (!tap_) {
    return 0;  // a connection that was made ahead
  }
  if (__builtin_sub_overflow(event.time_ms, first_ms_, &since) || since < 0 || since > INT64_MAX / kNsPerMs / 2) {
    return last_ns_;
  }
  last_ns_ = std::max(last_ns_, since * kNsPerMs);
  return last_ns_;
}

/// Null where there are none. They are valid until the next call.
Sessions::Params Sessions::params_of(const LogEvent& event) {
  return event.params.empty() || json_.parse(event.params) ? std::nullopt : std::optional(json_.root());
}

Sessions::Session* Sessions::find_session(std::int64_t request) {
  const auto found = sessions_.find(request);
  return found == sessions_.end() ? nullptr : &found->second;
}

Sessions::Session* Sessions::session_of_socket(std::int64_t socket) {
  const auto found = nodes_.find(socket);
  return found == nodes_.end() || !found->second.owner ? nullptr : find_session(*found->second.owner);
}

Sessions::Node& Sessions::node(std::int64_t source) {
  const auto [found, added] = nodes_.try_emplace(source);
  if (added) {
    known_.push_back(source);
    if (known_.size() > kMostNodes) {
      nodes_.erase(known_.front());
      known_.pop_front();
    }
  }
  return found->second;
}

/// The log says that two sources belong together.
void Sessions::link(const LogEvent& event) {
  if (event.params.size() > kMostOfLink || event.params.find("source_dependency") == std::string_view::npos) {
    return;
  }
  const auto params = params_of(event);
  const auto other = params ? params->find("source_dependency") : std::nullopt;
  const auto id = other ? number_of(*other, "id") : std::nullopt;
  const auto type = other ? number_of(*other, "type") : std::nullopt;
  if (!id || !type || constants_.source(*type) == SourceType::other || *id == event.source_id) {
    return;
  }
  // A request has a node only if it is a session's: all others would be linked for nothing.
  for (const auto& [source, kind] :
       {std::pair(*id, constants_.source(*type)), std::pair(event.source_id, event.source)}) {
    if (kind == SourceType::request && find_session(source) == nullptr) {
      return;
    }
  }
  node(event.source_id).linked.push_back(*id);
  node(*id).linked.push_back(event.source_id);
  if (const auto owner = node(*id).owner) {
    own(event.source_id, *owner);
  } else if (const auto ours = node(event.source_id).owner) {
    own(*id, *ours);
  }
}

/// `source`, and all that is linked to it, is of the session of `request`.
void Sessions::own(std::int64_t source, std::int64_t request) {
  std::vector<std::int64_t> reached{source};
  while (!reached.empty()) {
    const std::int64_t next = reached.back();
    reached.pop_back();
    Node& known = node(next);
    if (known.owner) {
      continue;
    }
    known.owner = request;
    reached.insert(reached.end(), known.linked.begin(), known.linked.end());
    if (Session* session = find_session(request); session != nullptr && sockets_.count(next) > 0) {
      tell_steps(next, *session);
    }
  }
}

void Sessions::take(const LogEvent& event) {
  if (event.source == SourceType::other) {
    return;
  }
  if (event.source == SourceType::request) {
    if (event.type == EventType::request_alive && event.phase == EventPhase::begin) {
      const auto params = params_of(event);
      const std::string url = params ? text_of(*params, "url") : "";
      if (is_websocket_url(url)) {
        first_ms_ = tap_ ? first_ms_ : event.time_ms;
        begin(event.source_id, url, time_of(event));
      }
      return;
    }
    if (event.type == EventType::frame_sent || event.type == EventType::frame_received) {
      take_frame(event.source_id, event, time_of(event));
    } else if (find_session(event.source_id) != nullptr) {
      take_request(event, time_of(event));
    }
    return;
  }
  if (event.source == SourceType::socket) {
    take_socket(event, time_of(event));
  }
  link(event);
}

void Sessions::begin(std::int64_t request, const std::string& url, std::int64_t t_ns) {
  if (!tap_) {
    capture::CaptureHeader header;
    std::int64_t started = 0;
    if (!__builtin_add_overflow(constants_.time_offset_ms(), first_ms_, &started) && started >= 0 &&
        started < INT64_MAX / kNsPerMs) {
      header.started = format_rfc3339(started * kNsPerMs);
    }
    header.tool = constants_.client();
    tap_.emplace(std::move(header));
  }
  session::Open open;
  open.url = url;
  Session session;
  session.conn = tap_->begin(std::move(open), t_ns);
  session.host = host_of(url);
  session.opened_ns = t_ns;
  ++count_;
  sessions_.insert_or_assign(request, std::move(session));
  node(request).owner = request;
}

void Sessions::take_request(const LogEvent& event, std::int64_t t_ns) {
  using Take = void (Sessions::*)(Session&, const Params&, const LogEvent&, std::int64_t);
  static constexpr std::pair<EventType, Take> kTakers[] = {
      {EventType::request_headers, &Sessions::take_head},
      {EventType::http2_request_headers, &Sessions::take_head},
      {EventType::http3_request_headers, &Sessions::take_head},
      {EventType::response_headers, &Sessions::take_answer},
      {EventType::upgrade_failure, &Sessions::take_failure},
      {EventType::invalid_frame, &Sessions::take_failure},
      {EventType::close_timeout, &Sessions::take_failure},
      {EventType::request_alive, &Sessions::take_request_end},
  };
  link(event);
  const auto* taker = std::find_if(
      std::begin(kTakers), std::end(kTakers), [&event](const auto& row) { return row.first == event.type; });
  if (taker != std::end(kTakers)) {
    const auto params = params_of(event);
    (this->*taker->second)(*find_session(event.source_id), params, event, t_ns);
  }
}

void Sessions::take_head(Session& session, const Params& params, const LogEvent& event, std::int64_t) {
  if (!params) {
    return;
  }
  session.asked = Head{std::string(trim(text_of(*params, "line"))), headers_of(texts_of(*params, "headers"))};
  if (event.type != EventType::request_headers) {
    session.multiplexed = true;
    ++multiplexed_;
    session.asked->line = fmt::format("{} {} HTTP/{}",
                                      value_of(session.asked->headers, ":method"),
                                      value_of(session.asked->headers, ":path"),
                                      event.type == EventType::http2_request_headers ? 2 : 3);
  }
}

/// Why Chromium takes it for failed, in its words.
void Sessions::take_failure(Session& session, const Params& params, const LogEvent& event, std::int64_t) {
  if (event.type == EventType::close_timeout) {
    session.close_timed_out = true;
  } else if (params) {
    const bool upgrade = event.type == EventType::upgrade_failure;
    (upgrade ? session.failure : session.invalid) = text_of(*params, upgrade ? "message" : "internal_reason");
  }
}

/// The upgrade is over, one way or the other; a session that opened lives on in its socket.
void Sessions::take_request_end(Session& session, const Params& params, const LogEvent& event, std::int64_t t_ns) {
  const auto number = params ? number_of(*params, "net_error") : std::nullopt;
  const std::string error = number ? constants_.error(*number) : "";
  if (session.opened || error == "ERR_WS_UPGRADE") {
    session.opened = true;
    return;
  }
  tell_asked(session, t_ns);
  if (const int status = status_in(session.failure); status != 0 && !session.raw && session.status == 0) {
    session::Response answer;
    answer.start_line = fmt::format("HTTP/1.1 {}", status);
    answer.status = status;
    tap_->on_fact(session.conn, std::move(answer), t_ns);
  }
  Ending ending = refused(error) ? Ending{EndingHow::upgrade_refused, EndedBy::server, {}, {}, session.failure, {}, {}}
                                 : capture::ending_of({0, error, false, false});
  if (ending.how == EndingHow::capture_ended) {
    ending.how = EndingHow::local_close;
    ending.by = EndedBy::client;
  } else if (ending.how == EndingHow::upgrade_cut) {
    ending.by = EndedBy::server;
  }
  if (!session.step_failed) {
    if (auto failed = capture::failed_step(ending, session.host)) {
      tap_->on_fact(session.conn, std::move(*failed), t_ns);
    }
  }
  end(event.source_id, session, std::move(ending), t_ns);
}

void Sessions::tell_asked(Session& session, std::int64_t t_ns) {
  if (!session.asked || session.raw) {
    return;
  }
  session::Request request;
  request.start_line = session.asked->line;
  request.headers = std::move(session.asked->headers);
  session.asked.reset();
  tap_->on_fact(session.conn, std::move(request), t_ns);
}

void Sessions::take_answer(Session& session, const Params& params, const LogEvent&, std::int64_t t_ns) {
  std::vector<std::string> lines = params ? texts_of(*params, "headers") : std::vector<std::string>();
  if (lines.empty()) {
    return;
  }
  session.status = status_of(lines.front());
  if (session.multiplexed) {  // Chromium writes them all as HTTP/1.1
    lines.front() = fmt::format("HTTP/2 {}", session.status);
    session.status = session.status == 200 ? 101 : session.status;
  }
  session.opened = session.status == 101;
  if (session.raw) {
    return;
  }
  tell_asked(session, t_ns);
  session::Response answer;
  answer.start_line = lines.front();
  answer.status = session.status;
  lines.erase(lines.begin());
  answer.headers = headers_of(lines);
  tap_->on_fact(session.conn, std::move(answer), t_ns);
}

/// The header of a frame, where its bytes are not in the log.
void Sessions::take_frame(std::int64_t request, const LogEvent& event, std::int64_t t_ns) {
  Session* session = find_session(request);
  if (session == nullptr || session->raw) {
    return;
  }
  const auto params = params_of(event);
  const auto opcode = params ? number_of(*params, "opcode") : std::nullopt;
  const auto length = params ? number_of(*params, "payload_length") : std::nullopt;
  if (!opcode || *opcode < 0 || *opcode > 15 || !length || *length < 0) {
    return;
  }
  without_bytes_ += session->frames || session->multiplexed ? 0 : 1;
  session->frames = true;
  session::Frame frame;
  frame.from = event.type == EventType::frame_sent ? Side::client : Side::server;
  frame.header.opcode = static_cast<wire::Opcode>(*opcode);
  frame.header.fin = flag_of(*params, "final");
  frame.header.rsv =
      static_cast<std::uint8_t>((flag_of(*params, "reserved1") ? wire::kRsv1 : 0) |
                                (flag_of(*params, "reserved2") ? 2 : 0) | (flag_of(*params, "reserved3") ? 1 : 0));
  frame.header.masked = flag_of(*params, "masked");
  frame.header.length = static_cast<std::uint64_t>(*length);
  frame.header.length_form = wire::shortest_form(frame.header.length);
  std::uint64_t& offset = session->offsets[static_cast<std::size_t>(frame.from)];
  frame.offset = offset;
  offset += frame.header.size() + frame.header.length;
  tap_->on_fact(session->conn, std::move(frame), t_ns);
}

void Sessions::take_socket(const LogEvent& event, std::int64_t t_ns) {
  using Take = void (Sessions::*)(Socket&, const LogEvent&, std::int64_t);
  static constexpr std::pair<EventType, Take> kTakers[] = {
      {EventType::socket_alive, &Sessions::take_socket_end},
      {EventType::tcp_connect, &Sessions::take_connect},
      {EventType::tcp_attempt, &Sessions::take_connect},
      {EventType::tls_connect, &Sessions::take_tls},
      {EventType::tls_alert_received, &Sessions::take_alert},
      {EventType::tunnel_request, &Sessions::take_proxy},
      {EventType::tunnel_answer_headers, &Sessions::take_proxy_answer},
      {EventType::tunnel_answer, &Sessions::take_proxy},
      {EventType::socks, &Sessions::take_proxy},
      {EventType::socks5, &Sessions::take_proxy},
      {EventType::bytes_sent, &Sessions::take_bytes},
      {EventType::bytes_received, &Sessions::take_bytes},
      {EventType::tls_bytes_sent, &Sessions::take_bytes},
      {EventType::tls_bytes_received, &Sessions::take_bytes},
      {EventType::read_error, &Sessions::take_error},
      {EventType::write_error, &Sessions::take_error},
      {EventType::tls_read_error, &Sessions::take_error},
  };
  const auto* taker = std::find_if(
      std::begin(kTakers), std::end(kTakers), [&event](const auto& row) { return row.first == event.type; });
  if (taker != std::end(kTakers)) {
    (this->*taker->second)(sockets_[event.source_id], event, t_ns);
  }
}

void Sessions::take_error(Socket& socket, const LogEvent& event, std::int64_t) {
  const auto params = params_of(event);
  const auto error = params ? number_of(*params, "net_error") : std::nullopt;
  if (error && socket.error.empty()) {
    socket.error = constants_.error(*error);
    socket.reading = event.type != EventType::write_error;
  }
}

void Sessions::step(std::int64_t id, session::Body fact, std::int64_t t_ns) {
  if (Session* session = session_of_socket(id)) {
    tell_step(*session, std::move(fact), t_ns);
    return;
  }
  std::vector<Step>& steps = sockets_[id].steps;
  if (steps.size() < kMostSteps) {
    steps.push_back({t_ns, std::move(fact)});
  }
}

void Sessions::tell_step(Session& session, session::Body fact, std::int64_t t_ns) {
  session.step_failed |= std::visit(overloaded{[](const session::Connect& it) { return !it.error.empty(); },
                                               [](const session::Proxy& it) { return !it.error.empty(); },
                                               [](const session::Tls& it) { return !it.error.empty(); },
                                               [](const auto&) { return false; }},
                                    fact);
  tap_->on_fact(session.conn, std::move(fact), std::max(t_ns, session.opened_ns));
}

void Sessions::tell_steps(std::int64_t id, Session& session) {
  for (Step& each : std::exchange(sockets_[id].steps, {})) {
    tell_step(session, std::move(each.fact), each.t_ns);
  }
}

void Sessions::take_connect(Socket& socket, const LogEvent& event, std::int64_t t_ns) {
  const auto params = params_of(event);
  if (event.phase != EventPhase::end) {
    socket.began_ns = event.phase == EventPhase::begin ? t_ns : socket.began_ns;
    const std::string address = params ? text_of(*params, "address") : "";
    socket.remote = address.empty() ? socket.remote : address;
    return;
  }
  const auto error = params ? number_of(*params, "net_error") : std::nullopt;
  const bool whole = event.type == EventType::tcp_connect;
  if (whole ? error.has_value() : !error) {
    return;  // an attempt that succeeded ends the whole, one that failed was told
  }
  session::Connect connect;
  connect.remote = socket.remote;
  connect.duration_ns = t_ns - socket.began_ns;
  if (whole && params) {
    const std::string local = text_of(*params, "local_address");
    connect.local = local.empty() ? text_of(*params, "source_address") : local;
    const std::string remote = text_of(*params, "remote_address");
    connect.remote = socket.remote = remote.empty() ? socket.remote : remote;
  } else if (error) {
    connect.error = capture::worded(constants_.error(*error));
    connect.cause = session::cause_in_words(connect);
  }
  step(event.source_id, std::move(connect), t_ns);
}

void Sessions::take_alert(Socket& socket, const LogEvent& event, std::int64_t) {
  // Level 1, description 0. RFC 8446 section 6.1.
  const auto params = params_of(event);
  socket.close_notify |= params && bytes_of(*params) == std::string("\x01\0", 2);
}

void Sessions::take_tls(Socket& socket, const LogEvent& event, std::int64_t t_ns) {
  const auto params = params_of(event);
  if (event.phase == EventPhase::begin) {
    socket.tls = true;
    socket.began_ns = t_ns;
    return;
  }
  socket.shaken = true;
  session::Tls tls;
  tls.duration_ns = t_ns - socket.began_ns;
  if (params) {
    const std::string version = text_of(*params, "version");
    tls.version = starts_with(version, "TLS ") ? "TLSv" + version.substr(4) : version;
    const std::string protocol = text_of(*params, "next_proto");
    tls.alpn = protocol == "unknown" ? "" : protocol;
    if (const auto error = number_of(*params, "net_error")) {
      const std::string name = constants_.error(*error);
      tls.error = socket.not_tls ? "not_tls: the answer is no TLS record: " + name : capture::worded(name);
    }
  }
  tls.verified = tls.error.empty();
  tls.cause = session::cause_in_words(tls);
  step(event.source_id, std::move(tls), t_ns);
}

/// What goes between the request for a tunnel and its answer is a proxy's, and no byte of the session.
void Sessions::take_proxy(Socket& socket, const LogEvent& event, std::int64_t t_ns) {
  const bool socks = event.type == EventType::socks || event.type == EventType::socks5;
  if (event.phase == EventPhase::begin) {
    socket.began_ns = socks || event.type == EventType::tunnel_request ? t_ns : socket.began_ns;
    socket.by_proxy = true;
    return;
  }
  if (event.phase != EventPhase::end || event.type == EventType::tunnel_request) {
    return;
  }
  socket.by_proxy = false;
  const auto params = params_of(event);
  const auto error = params ? number_of(*params, "net_error") : std::nullopt;
  session::Proxy proxy;
  proxy.kind = event.type == EventType::socks ? "socks4" : socks ? "socks5" : "http";
  proxy.address = socket.remote;
  proxy.status = socket.proxy_status;
  proxy.duration_ns = t_ns - socket.began_ns;
  proxy.error = error ? capture::worded(constants_.error(*error)) : "";
  step(event.source_id, std::move(proxy), t_ns);
}

void Sessions::take_proxy_answer(Socket& socket, const LogEvent& event, std::int64_t) {
  const auto params = params_of(event);
  const auto lines = params ? texts_of(*params, "headers") : std::vector<std::string>();
  socket.proxy_status = lines.empty() ? 0 : status_of(lines.front());
}

/// Whether TLS is what answers the ClientHello: a handshake record or an alert. RFC 8446 section 5.1.
void Sessions::take_first_answer(Socket& socket, const LogEvent& event) {
  const auto params = params_of(event);
  const auto bytes = params ? bytes_of(*params) : std::nullopt;
  socket.answered = true;
  socket.not_tls = bytes && !bytes->empty() && bytes->front() != '\x16' && bytes->front() != '\x15';
}

void Sessions::take_bytes(Socket& socket, const LogEvent& event, std::int64_t t_ns) {
  if (socket.tls && !socket.shaken && !socket.answered && event.type == EventType::bytes_received) {
    take_first_answer(socket, event);
  }
  Session* session = session_of_socket(event.source_id);
  if (session == nullptr) {
    return;
  }
  const bool under_tls = event.type == EventType::bytes_sent || event.type == EventType::bytes_received;
  const bool sent = event.type == EventType::bytes_sent || event.type == EventType::tls_bytes_sent;
  const auto params = params_of(event);
  const auto count = params ? number_of(*params, "byte_count") : std::nullopt;
  if (!sent && count == 0) {
    socket.fin |= under_tls;
    socket.tls_over |= !under_tls;
    return;
  }
  if (socket.by_proxy || (socket.tls && under_tls) || !params) {
    return;
  }
  const auto bytes = bytes_of(*params);
  if (!bytes) {
    tell_asked(*session, t_ns);
    return;
  }
  session->raw = true;
  session->asked.reset();
  tap_->on_bytes(session->conn, sent ? Side::client : Side::server, *bytes, t_ns);
}

/// Where the session is not open, another address may be tried; the request says how that ends.
void Sessions::take_socket_end(Socket& socket, const LogEvent& event, std::int64_t t_ns) {
  if (event.phase != EventPhase::end) {
    return;
  }
  if (Session* session = session_of_socket(event.source_id); session != nullptr && session->opened) {
    end(*nodes_[event.source_id].owner, *session, ending_of(*session, socket), t_ns);
  }
  sockets_.erase(event.source_id);
}

/// How the transport of an open session ended, by the last that was read of it.
Ending Sessions::ending_of(const Session& session, const Socket& socket) const {
  Ending ending;
  if (!socket.error.empty()) {
    const auto* known = std::find_if(std::begin(kNetEnds), std::end(kNetEnds), [&socket](const NetEnd& end) {
      return starts_with(socket.error, end.name);
    });
    (socket.reading ? ending.read_error : ending.write_error) =
        known == std::end(kNetEnds) ? socket.error : std::string(known->error);
    ending.how = known == std::end(kNetEnds) ? EndingHow::local_close : known->how;
    ending.by = known == std::end(kNetEnds) ? EndedBy::unknown : known->by;
    ending.detail = socket.error;
    return ending;
  }
  ending.by = EndedBy::server;
  ending.read_error = "eof";
  if (socket.tls && (socket.close_notify || (socket.tls_over && !socket.fin))) {
    ending.how = EndingHow::tls_close_notify;
  } else if (socket.tls && socket.fin) {
    ending.how = EndingHow::tls_truncated;
    ending.read_error = "stream_truncated";
  } else if (socket.fin) {
    ending.how = tap_->in_frame(session.conn, Side::server) ? EndingHow::fin_mid_frame : EndingHow::fin;
  } else {
    ending.how = session.close_timed_out ? EndingHow::close_timeout : EndingHow::local_close;
    ending.by = EndedBy::client;
    ending.read_error.clear();
    ending.detail = session.invalid;
  }
  return ending;
}

void Sessions::end(std::int64_t request, Session& session, Ending ending, std::int64_t t_ns) {
  tap_->end(session.conn, std::move(ending), std::max(t_ns, session.opened_ns));
  sessions_.erase(request);
}

void Sessions::end() {
  while (!sessions_.empty()) {
    auto& [request, session] = *sessions_.begin();
    tell_asked(session, last_ns_);
    Ending ending;
    ending.how = EndingHow::capture_ended;
    end(request, session, std::move(ending), last_ns_);
  }
}

}  // namespace whydrop::netlog
