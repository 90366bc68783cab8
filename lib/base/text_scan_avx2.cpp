#include "base/text_scan_avx2.hpp"

#if WHYDROP_X86_64

#include <cstddef>

#include <immintrin.h>

namespace whydrop {
namespace {

#define WHYDROP_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

/// UTF-8 by three tables of sixteen: John Keiser and Daniel Lemire, "Validating UTF-8 in less than one instruction per
/// byte", Software: Practice and Experience 51 (2021). A bit stands for one way in which two neighbours are wrong; it
/// is set in all three tables' answers if they are.
constexpr char kTooShort = 1, kTooLong = 2, kOverlong3 = 4, kTooLarge = 8, kSurrogate = 16, kOverlong2 = 32;
constexpr char kTooLarge1000 = 64, kOverlong4 = 64;
constexpr char kTwoContinuations = static_cast<char>(128);
constexpr char kCarry = kTooShort | kTooLong | kTwoContinuations;

struct Nibbles {
  char of[16];
};
/// By the high half of the first byte, by its low half, and by the high half of the second byte.
constexpr Nibbles kFirstHigh{{kTooLong,
                              kTooLong,
                              kTooLong,
                              kTooLong,
                              kTooLong,
                              kTooLong,
                              kTooLong,
                              kTooLong,
                              kTwoContinuations,
                              kTwoContinuations,
                              kTwoContinuations,
                              kTwoContinuations,
                              kTooShort | kOverlong2,
                              kTooShort,
                              kTooShort | kOverlong3 | kSurrogate,
                              kTooShort | kTooLarge | kTooLarge1000 | kOverlong4}};
constexpr char kBig = kCarry | kTooLarge | kTooLarge1000;
constexpr Nibbles kFirstLow{{kCarry | kOverlong3 | kOverlong2 | kOverlong4,
                             kCarry | kOverlong2,
                             kCarry,
                             kCarry,
                             kCarry | kTooLarge,
                             kBig,
                             kBig,
                             kBig,
                             kBig,
                             kBig,
                             kBig,
                             kBig,
                             kBig,
                             kBig | kSurrogate,
                             kBig,
                             kBig}};
constexpr char kContinues = kTooLong | kOverlong2 | kTwoContinuations;
constexpr Nibbles kSecondHigh{{kTooShort,
                               kTooShort,
                               kTooShort,
                               kTooShort,
                               kTooShort,
                               kTooShort,
                               kTooShort,
                               kTooShort,
                               kContinues | kOverlong3 | kTooLarge1000 | kOverlong4,
                               kContinues | kOverlong3 | kTooLarge,
                               kContinues | kSurrogate | kTooLarge,
                               kContinues | kSurrogate | kTooLarge,
                               kTooShort,
                               kTooShort,
                               kTooShort,
                               kTooShort}};

WHYDROP_AVX2 inline __m256i table(const Nibbles& nibbles) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(nibbles.of)));
}
WHYDROP_AVX2 inline __m256i all(unsigned char byte) {
  return _mm256_set1_epi8(static_cast<char>(byte));
}
WHYDROP_AVX2 inline __m256i high_halves(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), all(0x0F));
}

/// UTF-8 that comes 32 bytes at a time.
struct Utf8Lanes {
  __m256i wrong, before, unfinished;
};

/// The bytes that stand `kBack` before those of `now`.
template <int kBack>
WHYDROP_AVX2 inline __m256i back(__m256i now, __m256i before) {
  return _mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - kBack);
}

WHYDROP_AVX2 inline void check_lanes(Utf8Lanes& state, __m256i now) {
  const __m256i first = back<1>(now, state.before);
  const __m256i pairs =
      _mm256_and_si256(_mm256_and_si256(_mm256_shuffle_epi8(table(kFirstHigh), high_halves(first)),
                                        _mm256_shuffle_epi8(table(kFirstLow), _mm256_and_si256(first, all(0x0F)))),
                       _mm256_shuffle_epi8(table(kSecondHigh), high_halves(now)));
  // Two or three back of a continuation may stand the lead of a long character: there two continuations are right.
  const __m256i third = _mm256_subs_epu8(back<2>(now, state.before), all(0xE0 - 0x80));
  const __m256i fourth = _mm256_subs_epu8(back<3>(now, state.before), all(0xF0 - 0x80));
  const __m256i must_continue = _mm256_and_si256(_mm256_or_si256(third, fourth), all(0x80));
  state.wrong = _mm256_or_si256(state.wrong, _mm256_xor_si256(must_continue, pairs));
}

/// Leads among the last three bytes whose character does not end here.
WHYDROP_AVX2 inline __m256i unfinished(__m256i now) {
  constexpr char kAny = static_cast<char>(0xFF);
  const __m256i most = _mm256_setr_epi8(kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        kAny,
                                        static_cast<char>(0xEF),
                                        static_cast<char>(0xDF),
                                        static_cast<char>(0xBF));
  return _mm256_subs_epu8(now, most);
}

WHYDROP_AVX2 inline void check_block(Utf8Lanes& state, __m256i low, __m256i high) {
  if (_mm256_movemask_epi8(_mm256_or_si256(low, high)) == 0) {
    state.wrong = _mm256_or_si256(state.wrong, state.unfinished);
    state.unfinished = _mm256_setzero_si256();
  } else {
    check_lanes(state, low);
    state.before = low;
    check_lanes(state, high);
    state.unfinished = unfinished(high);
  }
  state.before = high;
}

WHYDROP_AVX2 inline bool finish(const Utf8Lanes& state) {
  return _mm256_testz_si256(_mm256_or_si256(state.wrong, state.unfinished),
                            _mm256_or_si256(state.wrong, state.unfinished)) != 0;
}

WHYDROP_AVX2 inline std::uint64_t bits(__m256i low, __m256i high) {
  return std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(low))} |
         std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32;
}

/// What a byte is, by two tables: a bit that both halves of it have. Marks have the highest and quotes the one below,
/// where one instruction gathers them.
constexpr char kMark = static_cast<char>(128), kQuote = 64, kControl = 1, kBackslash = 2, kDelete = 4, kLead2 = 8,
               kLead8 = 16;
constexpr Nibbles kHighOf{
    {kControl, kControl, kQuote, kMark, 0, kBackslash, 0, kDelete, 0, 0, 0, 0, kLead2, kLead8, kLead2, 0}};
constexpr Nibbles kLowOf{{kControl,
                          kControl,
                          kControl | kQuote | kLead2,
                          kControl,
                          kControl,
                          kControl,
                          kControl,
                          kControl,
                          kControl | kLead8,
                          kControl,
                          kControl | kMark,
                          kControl,
                          kControl | kBackslash,
                          kControl | kMark,
                          kControl,
                          kControl | kDelete}};

WHYDROP_AVX2 inline __m256i kinds(__m256i bytes) {
  return _mm256_and_si256(_mm256_shuffle_epi8(table(kHighOf), high_halves(bytes)),
                          _mm256_shuffle_epi8(table(kLowOf), _mm256_and_si256(bytes, all(0x0F))));
}

/// Of each kind but a mark's.
WHYDROP_AVX2 inline __m256i special(__m256i kind) {
  return _mm256_cmpgt_epi8(_mm256_and_si256(kind, all(0x7F)), _mm256_setzero_si256());
}

WHYDROP_AVX2 inline TextBlock block_of(__m256i low, __m256i high) {
  low = kinds(low);
  high = kinds(high);
  return {bits(special(low), special(high)),
          bits(_mm256_slli_epi16(low, 1), _mm256_slli_epi16(high, 1)),
          bits(_mm256_slli_epi16(low, 6), _mm256_slli_epi16(high, 6)),
          bits(low, high)};
}

struct Lanes {
  __m256i low, high;
};
WHYDROP_AVX2 inline Lanes load_lanes(const char* at) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)),
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32))};
}

/// The last, incomplete block. It is read with what stands before it where there is enough, and filled up else, or
/// where it is not ASCII.
template <bool kBlocks>
WHYDROP_AVX2 inline void look_at_last(Utf8Lanes& state, std::string_view text, std::size_t rest, TextBlock* block) {
  if (text.size() >= kTextBlock) {
    const Lanes lanes = load_lanes(text.data() + text.size() - kTextBlock);
    if (_mm256_movemask_epi8(_mm256_or_si256(lanes.low, lanes.high)) == 0) {
      state.wrong = _mm256_or_si256(state.wrong, state.unfinished);
      state.unfinished = _mm256_setzero_si256();
      if constexpr (kBlocks) {
        const TextBlock both = block_of(lanes.low, lanes.high);
        const std::size_t before = kTextBlock - rest;
        *block = {both.special >> before, both.quotes >> before, both.backslashes >> before, both.marks >> before};
      }
      return;
    }
  }
  const LastBlock last(text.substr(text.size() - rest));
  const Lanes lanes = load_lanes(last.bytes);
  check_block(state, lanes.low, lanes.high);
  if constexpr (kBlocks) {
    *block = block_of(lanes.low, lanes.high);
    last.trim(*block);
  }
}

template <bool kBlocks>
WHYDROP_AVX2 bool look_avx2(std::string_view text, TextBlock* blocks) {
  Utf8Lanes state{_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
  std::size_t at = 0;
  for (; at + kTextBlock <= text.size(); at += kTextBlock) {
    const Lanes lanes = load_lanes(text.data() + at);
    check_block(state, lanes.low, lanes.high);
    if constexpr (kBlocks) {
      *blocks++ = block_of(lanes.low, lanes.high);
    }
  }
  if (at < text.size()) {
    look_at_last<kBlocks>(state, text, text.size() - at, blocks);
  }
  return finish(state);
}

bool scan_avx2(std::string_view text, TextBlock* blocks) {
  return look_avx2<true>(text, blocks);
}
bool is_utf8_avx2(std::string_view text) {
  return look_avx2<false>(text, nullptr);
}

/// For each eight bits which of eight bytes go where, the ninth being a backslash: all, those whose bit is set behind a
/// backslash; and only those whose bit is not set.
struct Shuffles {
  unsigned char quote[256][16], drop[256][8];
};
constexpr Shuffles make_shuffles() {
  Shuffles shuffles{};
  for (unsigned bits = 0; bits < 256; ++bits) {
    unsigned quoted = 0, left = 0;
    for (unsigned char byte = 0; byte < 8; ++byte) {
      if ((bits >> byte & 1U) != 0) {
        shuffles.quote[bits][quoted++] = 8;
      } else {
        shuffles.drop[bits][left++] = byte;
      }
      shuffles.quote[bits][quoted++] = byte;
    }
  }
  return shuffles;
}
constexpr Shuffles kShuffles = make_shuffles();

WHYDROP_AVX2 char* quote_avx2(char* to, const char* from, std::size_t size, std::uint64_t bits) {
  char* const end = to + size + __builtin_popcountll(bits);
  const __m128i backslash = _mm_set1_epi8('\\');
  for (std::size_t at = 0; at < size; at += 8) {
    const __m128i eight = _mm_unpacklo_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + at)), backslash);
    const __m128i places = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kShuffles.quote[bits & 255U]));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(eight, places));
    to += 8 + __builtin_popcountll(bits & 255U);
    bits >>= 8U;
  }
  return end;
}

WHYDROP_AVX2 char* drop_avx2(char* to, const char* from, std::size_t size, std::uint64_t bits) {
  char* const end = to + size - __builtin_popcountll(bits);
  for (std::size_t at = 0; at < size; at += 8) {
    const __m128i eight = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + at));
    const __m128i places = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kShuffles.drop[bits & 255U]));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(eight, places));
    to += 8 - __builtin_popcountll(bits & 255U);
    bits >>= 8U;
  }
  return end;
}

}  // namespace

const TextKernel* avx2_text_kernel() {
  static const TextKernel kernel{"avx2", scan_avx2, is_utf8_avx2, quote_avx2, drop_avx2};
  __builtin_cpu_init();
  const bool has = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi2") != 0 &&
                   __builtin_cpu_supports("popcnt") != 0;
  return has ? &kernel : nullptr;
}

}  // namespace whydrop

#endif
