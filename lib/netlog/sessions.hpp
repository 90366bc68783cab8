#pragma once

#include "engine/item_tap.hpp"
#include "netlog/constants.hpp"
#include "netlog/event.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace whydrop::netlog {

/// Finds the WebSocket sessions among a net log's events and makes items of them. A request for a ws URL is a session;
/// the log's own links lead from it to its socket, whose connects, TLS, bytes and end are the session's. Memory holds
/// what is open, and a bounded number of links.
class Sessions {
 public:
  explicit Sessions(const Constants& constants) : constants_(constants) {}

  void take(const LogEvent& event);
  /// The log is over: what is open was not seen to end.
  void end();
  /// The next item; null: none waits.
  std::optional<capture::Item> pop() { return tap_ ? tap_->pop() : std::nullopt; }
  void on_damage(capture::Damage damage) { tap_->on_damage(std::move(damage)); }
  /// So far. Before the first there are no items.
  std::uint32_t count() const { return count_; }
  /// How many of them had no raw bytes, of those that had frames.
  std::uint32_t without_bytes() const { return without_bytes_; }
  /// How many went over HTTP/2 or 3, where a session has no transport of its own.
  std::uint32_t multiplexed() const { return multiplexed_; }

 private:
  struct Head {
    std::string line;
    std::vector<session::Header> headers;
  };
  struct Session {
    std::uint32_t conn = 0;
    std::string host;
    std::int64_t opened_ns = 0;
    bool raw = false;          ///< its bytes are in the log
    bool frames = false;       ///< headers of frames are, and no bytes
    bool opened = false;       ///< a 101 came
    bool multiplexed = false;  ///< it is a stream of HTTP/2 or 3: RFC 8441, RFC 9220
    bool step_failed = false;  ///< … and was told
    int status = 0;
    std::string failure;  ///< Chromium's words for a failed upgrade
    std::string invalid;  ///< … for why it failed the connection
    bool close_timed_out = false;
    std::optional<Head> asked;   ///< not told yet: the bytes may tell it
    std::uint64_t offsets[2]{};  ///< of the next frame of each side
  };
  /// What was told of a socket before it was known whose it is.
  struct Step {
    std::int64_t t_ns = 0;
    session::Body fact;
  };
  struct Socket {
    std::vector<Step> steps;
    std::int64_t began_ns = 0;  ///< the step under way
    std::string remote;
    bool tls = false, shaken = false;  ///< shaken: TLS' handshake is over
    bool not_tls = false;              ///< … and was answered by something else
    bool answered = false;             ///< … or at all
    bool by_proxy = false;             ///< bytes are a proxy's
    int proxy_status = 0;
    bool fin = false;       ///< TCP's end was read
    bool tls_over = false;  ///< TLS' end was
    bool close_notify = false;
    std::string error;     ///< net error's name of a read or write that failed
    bool reading = false;  ///< … a read
  };
  /// One source of events and those that the log links to it.
  struct Node {
    std::optional<std::int64_t> owner;  ///< the session's request
    std::vector<std::int64_t> linked;
  };

  using Params = std::optional<json::Value>;
  std::int64_t time_of(const LogEvent& event);
  Params params_of(const LogEvent& event);
  Session* find_session(std::int64_t request);
  Session* session_of_socket(std::int64_t socket);

  void link(const LogEvent& event);
  void own(std::int64_t source, std::int64_t request);
  Node& node(std::int64_t source);

  void take_request(const LogEvent& event, std::int64_t t_ns);
  void begin(std::int64_t request, const std::string& url, std::int64_t t_ns);
  void take_head(Session& session, const Params& params, const LogEvent& event, std::int64_t t_ns);
  void take_answer(Session& session, const Params& params, const LogEvent& event, std::int64_t t_ns);
  void take_failure(Session& session, const Params& params, const LogEvent& event, std::int64_t t_ns);
  void take_request_end(Session& session, const Params& params, const LogEvent& event, std::int64_t t_ns);
  void take_frame(std::int64_t request, const LogEvent& event, std::int64_t t_ns);
  void tell_asked(Session& session, std::int64_t t_ns);

  void take_socket(const LogEvent& event, std::int64_t t_ns);
  void take_connect(Socket& socket, const LogEvent& event, std::int64_t t_ns);
  void take_tls(Socket& socket, const LogEvent& event, std::int64_t t_ns);
  void take_alert(Socket& socket, const LogEvent& event, std::int64_t t_ns);
  void take_proxy(Socket& socket, const LogEvent& event, std::int64_t t_ns);
  void take_proxy_answer(Socket& socket, const LogEvent& event, std::int64_t t_ns);
  void take_first_answer(Socket& socket, const LogEvent& event);
  void take_bytes(Socket& socket, const LogEvent& event, std::int64_t t_ns);
  void take_error(Socket& socket, const LogEvent& event, std::int64_t t_ns);
  void take_socket_end(Socket& socket, const LogEvent& event, std::int64_t t_ns);
  void step(std::int64_t id, session::Body fact, std::int64_t t_ns);
  void tell_steps(std::int64_t id, Session& session);
  void tell_step(Session& session, session::Body fact, std::int64_t t_ns);
  session::Ending ending_of(const Session& session, const Socket& socket) const;
  void end(std::int64_t request, Session& session, session::Ending ending, std::int64_t t_ns);

  const Constants& constants_;
  std::optional<engine::ItemTap> tap_;  ///< since the first session, which time is counted from
  json::Json json_;
  std::int64_t first_ms_ = 0;  ///< when the first session began, by the log's clock
  std::int64_t last_ns_ = 0;
  std::uint32_t count_ = 0, without_bytes_ = 0, multiplexed_ = 0;
  std::map<std::int64_t, Session> sessions_;  ///< by request
  std::unordered_map<std::int64_t, Socket> sockets_;
  std::unordered_map<std::int64_t, Node> nodes_;
  std::deque<std::int64_t> known_;  ///< nodes, the oldest first
};

}  // namespace whydrop::netlog
