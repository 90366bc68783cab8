#include "wire/mask.hpp"

#include <cstring>

namespace whydrop::wire {

void apply_mask(char* to, const char* from, std::size_t size, const MaskingKey& key, std::uint64_t phase) {
  std::array<std::uint8_t, 8> turned{};
  for (std::size_t i = 0; i < turned.size(); ++i) {
    turned[i] = key[(phase + i) % key.size()];
  }
  std::uint64_t key_word = 0;
  std::memcpy(&key_word, turned.data(), sizeof key_word);
  std::size_t i = 0;
  for (; i + sizeof key_word <= size; i += sizeof key_word) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + i, sizeof word);
    word ^= key_word;
    std::memcpy(to + i, &word, sizeof word);
  }
  for (; i < size; ++i) {
    to[i] = static_cast<char>(static_cast<unsigned char>(from[i]) ^ turned[i % turned.size()]);
  }
}

}  // namespace whydrop::wire
