// Rule of this module: wire/ describes every byte and judges none. It knows frames, not sessions, and never rejects
// input.
#pragma once

#include "base/names.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace whydrop::wire {

using whydrop::name;
using whydrop::parse;

/// The role that wrote a byte. RFC 6455 section 1.2.
enum class Side : std::uint8_t { client, server };
inline constexpr std::array<Side, 2> kSides{Side::client, Side::server};

constexpr Side other(Side side) {
  return side == Side::client ? Side::server : Side::client;
}
constexpr NameList<2> names_of(Side /*kind*/) {
  return {"client", "server"};
}

/// All sixteen values that four bits can hold are representable; the reserved ones are legal
/// values of this type, not of the protocol. RFC 6455 section 5.2.
enum class Opcode : std::uint8_t {
  continuation = 0x0,
  text = 0x1,
  binary = 0x2,
  reserved_3 = 0x3,
  reserved_4 = 0x4,
  reserved_5 = 0x5,
  reserved_6 = 0x6,
  reserved_7 = 0x7,
  close = 0x8,
  ping = 0x9,
  pong = 0xA,
  reserved_b = 0xB,
  reserved_c = 0xC,
  reserved_d = 0xD,
  reserved_e = 0xE,
  reserved_f = 0xF,
};

constexpr NameList<16> names_of(Opcode /*kind*/) {
  return {"continuation",
          "text",
          "binary",
          "reserved_3",
          "reserved_4",
          "reserved_5",
          "reserved_6",
          "reserved_7",
          "close",
          "ping",
          "pong",
          "reserved_b",
          "reserved_c",
          "reserved_d",
          "reserved_e",
          "reserved_f"};
}
constexpr bool is_control(Opcode opcode) {
  return static_cast<std::uint8_t>(opcode) >= 8;
}
constexpr bool is_reserved(Opcode opcode) {
  const auto value = static_cast<std::uint8_t>(opcode);
  return (value >= 3 && value <= 7) || value >= 0xB;
}

}  // namespace whydrop::wire
