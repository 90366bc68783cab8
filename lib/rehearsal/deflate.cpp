#include "rehearsal/deflate.hpp"

#include "wire/deflate.hpp"

namespace whydrop::rehearsal {

std::string inflate_bomb(unsigned mebibytes) {
  const std::string block = wire::Deflater({false}).compress(std::string(1U << 20, 'a'));
  // A message stands for itself and, with its tail, ends at a byte, so it can be repeated as it is.
  std::string bomb = block;
  for (unsigned n = 1; n < mebibytes; ++n) {
    bomb.append(wire::kMessageTail).append(block);
  }
  return bomb;
}

}  // namespace whydrop::rehearsal
