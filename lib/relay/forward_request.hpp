#pragma once

#include "handshake/head.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::relay {

/// Where a client of a forward proxy wants to go.
struct Destination {
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;  ///< the URL of an absolute-form says so; of a tunnel its first byte will
};

/// Reads what a client of a forward proxy begins with: CONNECT, a request in absolute-form (RFC 9112 section 3.2) or
/// SOCKS5 (RFC 1928). Total: any input is more to come, a destination, or refused.
class ForwardRequest {
 public:
  enum class State { more, tunnel, request, refused };
  /// Heads that are longer are refused.
  static constexpr std::size_t kMostHead = 64U << 10;

  /// Takes bytes. Of a tunnel what follows its request is left_over(); of a request all of it is.
  State feed(std::string_view bytes);

  State state() const { return state_; }
  const Destination& destination() const { return destination_; }
  /// What is to be said to the client now; once.
  std::string take_answer();
  const std::string& left_over() const { return pending_; }
  bool socks() const { return socks_; }
  /// Why it was refused, for people.
  const std::string& why() const { return why_; }

  /// What is to be said once the destination was reached, or was not. `reason`: for people.
  std::string reached() const;
  std::string not_reached(std::string_view reason) const;

 private:
  enum class Step { begin, socks_methods, socks_request, head };

  bool step();
  bool read_methods();
  bool read_socks_request();
  bool read_head();
  void read_connect(std::string_view target);
  void read_absolute(std::string_view target);
  void refuse(int status, std::string why);
  void refuse_socks(char code, std::string why);
  void go(State state);

  Step step_ = Step::begin;
  State state_ = State::more;
  Destination destination_;
  std::string pending_, answer_, why_;
  handshake::HeadParser parser_{handshake::HeadParser::Kind::request, kMostHead};
  std::size_t parsed_ = 0;  ///< bytes of `pending_` that the parser has
  bool socks_ = false;
};

/// "HTTP/1.1 502 Bad Gateway" with `reason` as its body; the connection ends behind it.
std::string http_refusal(int status, std::string_view reason);

/// The authority of a request in absolute-form, "host:port"; empty where it is in another form.
std::string_view absolute_authority(std::string_view start_line);

}  // namespace whydrop::relay
