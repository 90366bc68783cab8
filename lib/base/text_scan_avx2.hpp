// Internal to base/: for text_scan*.cpp only.
#pragma once

#include "base/text_scan.hpp"

#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__x86_64__)
#define WHYDROP_X86_64 1
#endif

namespace whydrop {

/// The last, incomplete block of a text, filled up.
struct LastBlock {
  explicit LastBlock(std::string_view rest) : used(~std::uint64_t{0} >> (kTextBlock - rest.size())) {
    std::memcpy(bytes, rest.data(), rest.size());
  }
  void trim(TextBlock& block) const {
    block.special &= used;
    block.quotes &= used;
    block.backslashes &= used;
    block.marks &= used;
  }

  char bytes[kTextBlock]{};
  std::uint64_t used;  ///< bits of bytes that are the text's
};

/// Null where this machine has no AVX2.
const TextKernel* avx2_text_kernel();

}  // namespace whydrop
