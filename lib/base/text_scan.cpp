#include "base/text_scan.hpp"

#include "base/little_endian.hpp"
#include "base/text_scan_avx2.hpp"
#include "base/utf8.hpp"

#include <cstring>

#if WHYDROP_X86_64
#include <emmintrin.h>
#endif

namespace whydrop {
namespace {

// ---- portable -------------------------------------------------------------------------------------------------------

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kLows = 0x7F7F7F7F7F7F7F7FU;

/// The high bit of each byte that equals `byte`, and no other.
constexpr std::uint64_t equal(std::uint64_t word, unsigned char byte) {
  const std::uint64_t differs = word ^ (kOnes * byte);
  return ~(((differs & kLows) + kLows) | differs | kLows);
}

/// The high bit of each byte under 0x20.
constexpr std::uint64_t controls(std::uint64_t word) {
  return ~(((word & kLows) + kOnes * 0x60) | word) & ~kLows;
}

/// One bit a byte, that of the first byte in memory the lowest.
constexpr std::uint64_t gather(std::uint64_t highs) {
  return (highs >> 7) * 0x0102040810204080U >> 56;
}

TextBlock classify(const char* at) {
  TextBlock block{};
  for (std::size_t i = 0; i < kTextBlock; i += 8) {
    const std::uint64_t word = load_little_endian(at + i);
    const std::uint64_t quotes = equal(word, '"'), backslashes = equal(word, '\\');
    const std::uint64_t leads = equal(word, 0xC2) | equal(word, 0xD8) | equal(word, 0xE2);
    block.special |= gather(controls(word) | equal(word, 0x7F) | quotes | backslashes | leads) << i;
    block.quotes |= gather(quotes) << i;
    block.backslashes |= gather(backslashes) << i;
    block.marks |= gather(equal(word, ':') | equal(word, '=')) << i;
  }
  return block;
}

template <TextBlock (*kClassify)(const char*)>
void classify_all(std::string_view text, TextBlock* blocks) {
  std::size_t at = 0;
  for (; at + kTextBlock <= text.size(); at += kTextBlock) {
    *blocks++ = kClassify(text.data() + at);
  }
  if (at < text.size()) {
    const LastBlock last(text.substr(at));
    *blocks = kClassify(last.bytes);
    last.trim(*blocks);
  }
}

char* quote_portable(char* to, const char* from, std::size_t size, std::uint64_t bits) {
  std::size_t at = 0;
  for (; bits != 0; bits &= bits - 1) {
    const auto next = static_cast<std::size_t>(__builtin_ctzll(bits));
    std::memcpy(to, from + at, next - at);
    to += next - at;
    *to++ = '\\';
    at = next;
  }
  std::memcpy(to, from + at, size - at);
  return to + size - at;
}

char* drop_portable(char* to, const char* from, std::size_t size, std::uint64_t bits) {
  for (std::size_t at = 0; at < size; ++at) {
    *to = from[at];
    to += (bits >> at & 1U) ^ 1U;
  }
  return to;
}

bool is_utf8_portable(std::string_view text) {
  return utf8_valid_prefix_portable(text) == text.size();
}

bool scan_portable(std::string_view text, TextBlock* blocks) {
  classify_all<classify>(text, blocks);
  return is_utf8_portable(text);
}

#if WHYDROP_X86_64

// ---- SSE2: every x86-64 has it --------------------------------------------------------------------------------------

TextBlock classify_sse2(const char* at) {
  const auto equal = [](__m128i bytes, unsigned char byte) {
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(static_cast<char>(byte)));
  };
  const auto bits = [](__m128i lanes, std::size_t i) {
    return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(lanes))} << i;
  };
  TextBlock block{};
  for (std::size_t i = 0; i < kTextBlock; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + i));
    const __m128i quotes = equal(bytes, '"');
    const __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x1F)), _mm_set1_epi8(0x1F));
    const __m128i ascii =
        _mm_or_si128(_mm_or_si128(control, quotes), _mm_or_si128(equal(bytes, 0x7F), equal(bytes, '\\')));
    const __m128i others = _mm_or_si128(_mm_or_si128(equal(bytes, 0xC2), equal(bytes, 0xD8)), equal(bytes, 0xE2));
    block.special |= bits(_mm_or_si128(ascii, others), i);
    block.quotes |= bits(quotes, i);
    block.backslashes |= bits(equal(bytes, '\\'), i);
    block.marks |= bits(_mm_or_si128(equal(bytes, ':'), equal(bytes, '=')), i);
  }
  return block;
}

bool scan_sse2(std::string_view text, TextBlock* blocks) {
  classify_all<classify_sse2>(text, blocks);
  return is_utf8_portable(text);
}

#endif

TextKernels find_kernels() {
  TextKernels found{{{{"portable", scan_portable, is_utf8_portable, quote_portable, drop_portable}}}, 1};
#if WHYDROP_X86_64
  found.kernels[found.count++] = {"sse2", scan_sse2, is_utf8_portable, quote_portable, drop_portable};
  if (const TextKernel* avx2 = avx2_text_kernel()) {
    found.kernels[found.count++] = *avx2;
  }
#endif
  return found;
}

}  // namespace

const TextKernels& text_kernels() {
  static const TextKernels found = find_kernels();
  return found;
}

const TextKernel& best_text_kernel() {
  static const TextKernel best = text_kernels().kernels[text_kernels().count - 1];
  return best;
}

void TextScan::look(std::string_view text) {
  text_ = text;
  utf8_ = best_text_kernel().scan(text, blocks_.data());
}

}  // namespace whydrop
