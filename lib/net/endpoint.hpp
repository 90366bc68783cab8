// The acting endpoint: websocketpp over memory. It masks, compresses, answers pings and keeps the close handshake (data
// that is not compressed is framed by wire/); what it reads is only what it must act on. It knows no socket. Observing
// is the pipeline's work.
#pragma once

#include "engine/ports.hpp"
#include "handshake/head.hpp"
#include "wire/opcode.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::net {

/// The client's end of one connection, without its transport.
class Endpoint {
 public:
  struct Callbacks {
    std::function<void(std::string_view)> write;      ///< whole frames, masked, ready for the wire
    std::function<bool(const std::string&)> on_ping;  ///< true: answer at once
  };
  /// Source of random numbers for masking keys and the handshake's key; null: the system's.
  using Random = std::function<std::uint32_t()>;

  explicit Endpoint(Callbacks callbacks, Random random = nullptr);
  ~Endpoint();

  /// Sec-WebSocket-Key of the request to send.
  const std::string& key() const;
  /// The upgrade succeeded with these terms: from here on it can send.
  void open(const handshake::Negotiated& agreed);
  /// A legal control frame that came from the server; its payload is unmasked. RFC 6455 section 5.5.
  void on_control(wire::Opcode opcode, std::string_view payload);

  /// All return false where the endpoint refuses: not open, a text that is not UTF-8, a reserved close code, a control
  /// payload over 125 bytes.
  bool send(engine::Payload kind, std::string_view payload);
  bool ping(std::string_view payload);
  bool pong(std::string_view payload);
  /// Without a code (0) the Close's body is empty. The reason is cut to 123 bytes.
  bool close(std::uint16_t code, std::string_view reason);
  /// True until either side's Close.
  bool is_open() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::net
