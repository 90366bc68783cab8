// Rule of this module: relay/ stands between a client and its server. It passes on every byte and every ending, changes
// nothing unless asked to, and tells a Tap what went by.
#pragma once

#include "engine/tap.hpp"
#include "handshake/body.hpp"
#include "handshake/head.hpp"
#include "relay/rewrite.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::relay {

/// What goes over one client's TCP connection and that of its server, told to a Tap as connections: one for each HTTP
/// exchange, and one for the upgrade with the session that it opens. Where nothing was asked, nothing is told.
class Exchanges {
 public:
  /// Told of each exchange and session that ended.
  using OnVerdict = std::function<void(session::Role, const session::Verdict&)>;
  struct Settings {
    std::string websocket_origin;    ///< "wss://host:port": what URLs of sessions begin with
    std::string http_origin;         ///< the same of other requests, "https://host:port"
    engine::Tap::Observer observer;  ///< of all that is told; may be null
    OnVerdict on_verdict;            ///< may be null
    /// How the heads of requests are passed on; null: as they are. What it changes is told. It may stop the client
    /// here.
    std::function<std::optional<RewrittenHead>(const handshake::Head&)> rewrite;
    /// Asked of each upgrade: true where it is to go no further. May be null.
    std::function<bool()> refuses;
    /// Gets what the client sends as it is to be passed on; not null where `rewrite` is not.
    std::function<void(std::string_view)> pass_on;
  };
  Exchanges(engine::Tap& tap, Settings settings);
  ~Exchanges();
  Exchanges(const Exchanges&) = delete;
  Exchanges& operator=(const Exchanges&) = delete;

  /// Where it turns out later: what URLs begin with.
  void set_origins(std::string websocket, std::string http);
  /// True where the client's bytes go to Settings::pass_on.
  bool passes_on() const { return settings_.pass_on != nullptr; }

  void on_bytes(session::Side from, std::string_view bytes, std::int64_t t_ns);
  /// A step towards the server, or a fact of what is under way; told once something is asked.
  void on_fact(session::Body fact, std::int64_t t_ns);
  /// One side ended its direction in order.
  void half_end(session::Side from, std::int64_t t_ns);
  /// Begins a connection though nothing was asked: there is something to tell of it.
  void begin_unasked(session::Role role, std::int64_t t_ns);
  /// Both directions are over. `ending` is told of what is under way, with the words for an upgrade that was not
  /// answered where it was not.
  void end(session::Ending ending, std::int64_t t_ns);

  /// True while a request waits for the rest of its answer, or a session is open.
  bool asked() const { return !under_way_.empty(); }
  /// True once a request was not to be passed on, and nothing behind it.
  bool stopped() const { return stopped_; }
  /// True once Settings::refuses said so.
  bool refused() const { return refused_; }
  /// Of the bytes that were given last, those behind the answer that opened a session.
  std::size_t frame_bytes() const { return frame_bytes_; }
  /// True while a frame of `from` is incomplete.
  bool in_frame(session::Side from) const;
  /// True once a session is open.
  bool upgraded() const { return !under_way_.empty() && under_way_.front().next == Next::frames; }

 private:
  /// What follows in a direction.
  enum class Next { head, body, frames };
  struct Exchange {
    std::uint32_t conn = 0;
    session::Role role = session::Role::http;
    std::string method;
    Next next = Next::head;     ///< of the answer
    bool answered = false;      ///< bytes of an answer came
    handshake::Head answer;     ///< once its head is whole; without raw bytes
    bool client_spoke = false;  ///< behind the answer's head
  };

  void on_client_bytes(std::string_view bytes, std::int64_t t_ns);
  void on_server_bytes(std::string_view bytes, std::int64_t t_ns);
  std::string_view on_answer_head(std::string_view bytes, std::int64_t t_ns);
  void begin(session::Role role, std::string_view target, std::int64_t t_ns);
  void begin_request(std::int64_t t_ns);
  void end_front(session::Ending ending, std::int64_t t_ns);
  session::Ending ending_of(const Exchange& exchange, const session::Ending& ending) const;
  void on_answered(std::int64_t t_ns);

  engine::Tap& tap_;
  Settings settings_;
  std::vector<session::Body> waiting_;  ///< facts from before anything was asked
  std::deque<Exchange> under_way_;      ///< oldest first; requests may be sent ahead of answers, RFC 9112 section 9.3.2
  std::optional<std::uint32_t> last_conn_;
  bool stopped_ = false, refused_ = false;
  std::size_t frame_bytes_ = 0;
  Next client_next_ = Next::head;
  handshake::HeadParser request_{handshake::HeadParser::Kind::request};
  handshake::BodyReader request_body_;
  handshake::HeadParser answer_{handshake::HeadParser::Kind::response};
  handshake::BodyReader answer_body_;
};

}  // namespace whydrop::relay
