#pragma once

#include "handshake/head.hpp"
#include "session/event.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::engine {

/// The HTTP part of a connection as both directions' bytes tell it: the upgrade request and its answer, interim ones
/// before it, with an excerpt of the answer's body where the upgrade was refused. RFC 6455 section 4.
class HttpExchange {
 public:
  using Emit = std::function<void(session::Body&&)>;

  /// Takes bytes of one direction; returns those that are frames (empty while the head is under way).
  std::string_view on_bytes(session::Side from, std::string_view bytes, const Emit& emit);
  /// Emits an answer whose head or body the end of the stream cut short. Call once.
  void on_end(const Emit& emit);

  /// A 101 whose Upgrade, Connection and Sec-WebSocket-Accept are right. RFC 6455 section 4.1.
  bool upgraded() const { return upgraded_; }

 private:
  std::string_view on_request(std::string_view bytes, const Emit& emit);
  std::string_view on_response(std::string_view bytes, const Emit& emit);
  void on_final_head(const Emit& emit);
  void add_body(std::string_view bytes);
  void emit_response(const Emit& emit);

  handshake::HeadParser request_{handshake::HeadParser::Kind::request};
  handshake::HeadParser response_{handshake::HeadParser::Kind::response};
  std::string body_;
  std::uint64_t body_length_ = 0;
  std::uint64_t response_bytes_ = 0;
  bool request_told_ = false, response_told_ = false;
  bool frames_ = false;  ///< a whole 101 came: what follows is frames
  bool upgraded_ = false;
};

}  // namespace whydrop::engine
