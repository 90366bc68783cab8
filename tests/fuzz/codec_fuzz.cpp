// Invariant: whatever messages two sides send, every packet that is told is JSON and no longer than what came allows; a
// decoder and its copy tell the same; what is written of a packet is read as that packet, or as a fault.
#include "codec/codec.hpp"
#include "fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;
using fuzz::require;

struct Reading {
  std::string packets;
  bool faulty = false;
};

Reading read(codec::Decoder& decoder, wire::Side from, bool text, std::string_view message) {
  Reading reading;
  json::Json parsed;
  const auto fault = decoder.feed(from, text, message, [&](std::string_view packet) {
    require(!parsed.parse(packet), "a packet is JSON");
    reading.packets.append(packet).append("\n");
  });
  require(!fault || fault->offset <= message.size(), "a fault is in its message");
  reading.faulty = fault.has_value();
  return reading;
}

void converse(const codec::Codec& row, std::string_view rest) {
  const auto decoder = row.make_decoder();
  while (rest.size() >= 2) {
    const auto form = static_cast<unsigned char>(rest[0]);
    const std::string_view message = rest.substr(2, static_cast<unsigned char>(rest[1]));
    rest.remove_prefix(2 + message.size());
    const auto from = (form & 1U) != 0 ? wire::Side::server : wire::Side::client;
    const bool text = (form & 2U) != 0;
    const auto copy = decoder->copy();
    const Reading told = read(*decoder, from, text, message), again = read(*copy, from, text, message);
    require(told.packets == again.packets && told.faulty == again.faulty, "a copy stands where the decoder does");
    for (std::size_t at = 0; at < told.packets.size();) {
      const std::size_t end = told.packets.find('\n', at);
      json::Json packet;
      if (!packet.parse(std::string_view(told.packets).substr(at, end - at))) {
        if (const auto written = row.encode(packet.root())) {
          read(*row.make_decoder(), from, written->text, written->payload);
        }
      }
      at = end + 1;
    }
  }
}

}  // namespace

/// Messages, to every codec: a byte of side and form, one of length, and so many bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const codec::Codec& row : codec::codecs()) {
    converse(row, std::string_view(reinterpret_cast<const char*>(data), size));
  }
  return 0;
}
