// Rule of this module: codec/ reads and writes the packets that other protocols put into WebSocket messages. It knows
// bytes and JSON values; what a packet means stands in the profiles.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "wire/frame.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::codec {

/// Why a message could not be read to its end.
struct Fault {
  std::size_t offset = 0;  ///< bytes of the message
  std::string why;         ///< "expected a packet type, a digit of 0 to 6": no full stop
};

/// Told each packet as a JSON text, which is valid for the call.
using OnPacket = std::function<void(std::string_view json)>;

/// What one data message carries.
struct Message {
  bool text = true;  ///< it is sent as text, else as binary
  std::string payload;
};

/// Follows the packets of one session, of both sides. Total on any bytes; what it keeps between two messages is
/// bounded.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Reads one whole data message and tells its packets in order; what stands behind a fault is not read. A packet that
  /// began in an earlier message is told with the one that ends it.
  virtual std::optional<Fault> feed(wire::Side from, bool text, std::string_view message, const OnPacket& each) = 0;
  /// What still lacks of a packet that a side has begun: "NUL at the end of SEND"; empty: none is under way.
  virtual std::string lacks(wire::Side) const { return {}; }
  /// One that stands where this does.
  virtual std::unique_ptr<Decoder> copy() const = 0;
};

/// One protocol's form on the wire. Its packets are told in fixtures/profiles/README.md.
struct Codec {
  std::string_view name;
  std::unique_ptr<Decoder> (*make_decoder)();
  /// The message of a packet. Errors: usage, "packet: why".
  Result<Message> (*encode)(json::Value packet);
};

/// Every codec, by name.
const std::vector<Codec>& codecs();
/// Null for a name that is not known.
const Codec* find_codec(std::string_view name);

}  // namespace whydrop::codec
