#include "os/machine.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

#include <fmt/format.h>

namespace whydrop::os {

std::int64_t wall_clock_ns() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
}

std::uint32_t random_number() {
  return std::random_device{}();
}

std::string random_uuid() {
  std::array<std::uint32_t, 4> words{};
  std::generate(words.begin(), words.end(), random_number);
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}",
                     words[0],
                     words[1] >> 16U,
                     words[1] & 0xfffU,
                     0x8000U | (words[2] >> 18U),
                     words[2] & 0xffffU,
                     words[3]);
}

}  // namespace whydrop::os
