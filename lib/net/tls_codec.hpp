#pragma once

#include "net/identity.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace whydrop::net {

/// One side of TLS as a transformation of bytes, without a socket: so the socket's owner decides exactly what
/// is sent before a FIN or an RST.
class TlsCodec {
 public:
  enum class Role { client, server };
  TlsCodec(const SslContext& context, Role role);

  /// A client's: makes what the handshake begins with.
  void begin();

  /// Takes bytes from the wire and appends what they say to `plain`. Returns asio::error::eof once the peer ended TLS
  /// by close_notify, OpenSSL's error where it broke it, and none while it goes on.
  std::error_code feed(std::string_view wire, std::string& plain);
  /// Appends `plain` to what is to be sent; before the end of the TLS handshake it is kept until then.
  void encrypt(std::string_view plain);
  /// Adds the close_notify alert to what is to be sent.
  void close_notify();
  /// Bytes for the wire since the last call.
  std::string take_output();
  bool established() const;
  /// For what is set before the handshake, and what is to be told after it.
  SSL* ssl() const { return ssl_.get(); }

 private:
  std::error_code read_plain(std::string& plain);

  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  std::string waiting_;
};

}  // namespace whydrop::net
