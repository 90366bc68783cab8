#pragma once

#include "handshake/body.hpp"
#include "handshake/head.hpp"
#include "session/event.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::engine {

/// The HTTP part of a connection as both directions' bytes tell it: requests and their answers in turn (RFC 9112
/// section 9.3), interim answers among them, until one asks for the upgrade and gets it (RFC 6455 section 4). Of the
/// body of an answer an excerpt is kept.
class HttpExchange {
 public:
  /// With the time of the fact, which of an answer is when it was whole.
  using Emit = std::function<void(session::Body&&, std::int64_t t_ns)>;

  /// Takes bytes of one direction; returns those that are frames (empty while HTTP is under way).
  std::string_view on_bytes(session::Side from, std::string_view bytes, std::int64_t t_ns, const Emit& emit);
  /// Emits the answer that is not told yet, whole or cut short by the end of the stream. Call once.
  void on_end(std::int64_t t_ns, const Emit& emit);

  /// A 101 whose Upgrade, Connection and Sec-WebSocket-Accept are right. RFC 6455 section 4.1.
  bool upgraded() const { return upgraded_; }

 private:
  /// What follows in a direction.
  enum class Next { head, body, frames };

  std::string_view on_request_bytes(std::string_view bytes, const Emit& emit);
  void on_request(const Emit& emit);
  std::string_view on_response_bytes(std::string_view bytes, const Emit& emit);
  std::string_view on_response_head(std::string_view bytes, const Emit& emit);
  std::string_view on_response_body(std::string_view bytes, const Emit& emit);
  void on_interim(const Emit& emit);
  void on_final_head(const Emit& emit);
  void add_body(std::string_view bytes);
  void on_body_end(const Emit& emit);
  void emit_response(std::int64_t t_ns, const Emit& emit);
  void end_exchange(std::int64_t t_ns, const Emit& emit);

  Next client_next_ = Next::head, server_next_ = Next::head;
  handshake::HeadParser request_{handshake::HeadParser::Kind::request};
  handshake::BodyReader request_body_;
  std::uint64_t requests_ = 0;
  std::deque<handshake::Head> asked_;  ///< requests without a final answer, the oldest first; bounded
  handshake::Head answered_;           ///< the request that the answer under way belongs to
  handshake::HeadParser response_{handshake::HeadParser::Kind::response};
  handshake::BodyReader response_body_;
  std::string body_;
  std::uint64_t body_length_ = 0;
  std::uint64_t response_bytes_ = 0;
  std::uint64_t interim_ = 0, interim_bytes_ = 0;  ///< interim answers that were told, and their size
  std::int64_t now_ns_ = 0;
  std::optional<std::int64_t> whole_since_;  ///< the answer in hand is whole, and not told yet
  bool upgraded_ = false;
};

}  // namespace whydrop::engine
