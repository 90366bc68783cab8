#pragma once

#include "handshake/head.hpp"
#include "wire/deflate.hpp"

#include <cstddef>
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
  /// A message that inflates to more than `max_message` bytes counts as broken.
  Deflate(const handshake::DeflateParameters& agreed, std::size_t max_message);

  /// The payload of a compressed message.
  std::string compress(std::string_view message);
  /// The message behind a compressed payload; null if it is broken.
  std::optional<std::string> inflate(std::string_view payload);

 private:
  wire::Deflater deflater_;
  wire::Inflater inflater_;
};

/// A compressed payload that inflates to `mebibytes` MiB of 'a', at about a thousandth of that.
std::string inflate_bomb(unsigned mebibytes);

}  // namespace whydrop::rehearsal
