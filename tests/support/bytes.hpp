#pragma once

#include "base/hex.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::test {

/// Bytes from hex digits, "81 02 68 69"; a mistake in the digits ends the test program.
inline std::string hex(std::string_view digits) {
  auto bytes = hex_decode(digits);
  if (!bytes) {
    std::abort();
  }
  return *std::move(bytes);
}

inline constexpr wire::MaskingKey kTestKey{0x37, 0xfa, 0x21, 0x3d};

/// Builds one frame of any kind: frame(Opcode::text).masked().payload("hi").bytes().
class FrameBuilder {
 public:
  explicit FrameBuilder(wire::Opcode opcode) { header_.opcode = opcode; }
  FrameBuilder& fin(bool fin) { return header_.fin = fin, *this; }
  FrameBuilder& rsv(std::uint8_t bits) { return header_.rsv = bits, *this; }
  FrameBuilder& masked(wire::MaskingKey key = kTestKey) {
    header_.masked = true;
    header_.masking_key = key;
    return *this;
  }
  FrameBuilder& form(wire::LengthForm form) { return header_.length_form = form, *this; }
  /// Also declares the payload's size; call declare() after it to lie.
  FrameBuilder& payload(std::string_view payload) {
    payload_ = payload;
    return declare(payload.size());
  }
  FrameBuilder& declare(std::uint64_t length) {
    header_.length = length;
    header_.length_form = std::max(header_.length_form, wire::shortest_form(length));
    return *this;
  }
  const wire::FrameHeader& header() const { return header_; }
  std::string bytes() const {
    std::string out;
    wire::append_frame(out, header_, payload_);
    return out;
  }
  operator std::string() const { return bytes(); }

 private:
  wire::FrameHeader header_;
  std::string payload_;
};

inline FrameBuilder frame(wire::Opcode opcode) {
  return FrameBuilder(opcode);
}

/// Ways to cut bytes into the pieces in which a socket may hand them over: whole, byte by byte, and at seeded random
/// places.
inline std::vector<std::vector<std::string>> splits(std::string_view bytes, unsigned random_ways = 8) {
  std::vector<std::vector<std::string>> ways{{std::string(bytes)}, {}};
  for (const char c : bytes) {
    ways[1].emplace_back(1, c);
  }
  for (unsigned seed = 1; seed <= random_ways; ++seed) {
    std::minstd_rand random(seed);
    std::vector<std::string>& pieces = ways.emplace_back();
    for (std::size_t at = 0; at < bytes.size(); at += pieces.back().size()) {
      pieces.emplace_back(bytes.substr(at, 1 + random() % 9));
    }
  }
  return ways;
}

}  // namespace whydrop::test
