// Invariant: any bytes inflate without a crash, within the caps; whole and split feeds give the same content, length
// and error; what our deflater writes comes back as it was. The first byte of the input chooses pieces, window and
// context takeover.
#include "fuzz/require.hpp"
#include "wire/deflate.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;
using fuzz::require;

constexpr std::size_t kMaxContent = 4096;
constexpr std::uint64_t kMaxLength = 1U << 20;

/// Inflates two messages, so that the window of the first reaches the second, and tells what came of both.
std::string inflate_twice(std::string_view input, std::size_t piece, bool takeover) {
  wire::Inflater inflater({takeover, kMaxContent, kMaxLength});
  std::string told;
  for (const std::string_view message : {input.substr(0, input.size() / 2), input.substr(input.size() / 2)}) {
    for (std::size_t at = 0; at < message.size(); at += piece) {
      inflater.feed(message.substr(at, piece));
    }
    const wire::InflatedMessage result = inflater.finish();
    require(result.content.size() <= kMaxContent && result.length <= kMaxLength, "a message stays within its caps");
    require(result.content.size() == kMaxContent || result.content.size() == result.length,
            "content is kept up to the cap");
    told.append(result.content).append("|" + std::to_string(result.length) + "|" + result.error + "\n");
  }
  return told;
}

void check_round_trip(std::string_view input, int window_bits, bool takeover) {
  wire::Deflater deflater({takeover, window_bits});
  wire::Inflater inflater({takeover, 1U << 24, 1U << 24});
  for (int i = 0; i < 2; ++i) {
    inflater.feed(deflater.compress(input));
    const wire::InflatedMessage result = inflater.finish();
    require(result.error.empty() && result.content == input, "what was compressed comes back");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool takeover = (data[0] & 128U) != 0;
  const std::size_t piece = 1U + (data[0] & 15U);
  require(inflate_twice(input, input.size() + 1, takeover) == inflate_twice(input, piece, takeover),
          "whole and split feeds give the same");
  check_round_trip(input, 8 + (data[0] >> 4 & 7), takeover);
  return 0;
}
