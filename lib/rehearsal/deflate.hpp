#pragma once

#include "handshake/head.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::rehearsal {

/// What the server accepts of a client's offer of permessage-deflate; null where it declines. RFC 7692 section 5.1.
std::optional<handshake::DeflateParameters> accept_deflate(const handshake::Head& request);
/// The Sec-WebSocket-Extensions value that tells the client so. RFC 7692 section 7.1.
std::string extension_value(const handshake::DeflateParameters& agreed);

/// permessage-deflate of one connection as the server acts it, both directions. RFC 7692 section 7.2.
class Deflate {
 public:
  explicit Deflate(const handshake::DeflateParameters& agreed);
  ~Deflate();

  /// The payload of a compressed message.
  std::string compress(std::string_view message);
  /// The message behind a compressed payload; null if it is broken or larger than `max_bytes`.
  std::optional<std::string> inflate(std::string_view payload, std::size_t max_bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A compressed payload that inflates to `mebibytes` MiB of 'a', at about a thousandth of that.
std::string inflate_bomb(unsigned mebibytes);

}  // namespace whydrop::rehearsal
