// Internal to json/.
#pragma once

#include "base/text_scan.hpp"
#include "json/json.hpp"
#include "json/tree.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include <rapidjson/reader.h>
#include <rapidjson/stream.h>

namespace whydrop::json {

// The encoding is checked before, many bytes at a time.
inline constexpr unsigned kInPlaceFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseInsituFlag | rapidjson::kParseFullPrecisionFlag;

/// Reads JSON by an index of where its strings end (base/text_scan), and tells `Target` what RapidJSON's reader would
/// tell of it. Strings with escapes, and numbers that are no short integers, are left to that one.
template <typename Target>
class IndexedReader {
 public:
  struct Level {
    bool object;
    rapidjson::SizeType count;  ///< members or items so far
  };

  /// `text`: `size` bytes of valid UTF-8, of which `blocks` were seen, and kPad bytes more, the first of them zero.
  /// `open` is memory to work with; `others` reads what is left to RapidJSON.
  IndexedReader(char* text,
                std::size_t size,
                const TextBlock* blocks,
                std::vector<Level>& open,
                rapidjson::Reader& others,
                Target& target)
      : text_(text), size_(size), blocks_(blocks), open_(open), others_(others), target_(target) {}
  static constexpr std::size_t kPad = 8;

  /// False where the text is no JSON, or deeper than kMaxDepth: a part was told, and the text is spoilt.
  bool read() {
    open_.clear();
    do {
      skip_space();
      if (!value()) {
        return false;
      }
      end_levels();
    } while (!open_.empty() && begin_next());
    skip_space();
    return open_.empty() && at_ == size_;
  }

 private:
  void skip_space() {
    const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    while (static_cast<unsigned char>(text_[at_]) <= ' ' && is_space(text_[at_])) {
      ++at_;
    }
  }
  bool skip(char c) {
    const bool is = text_[at_] == c;
    at_ += is ? 1 : 0;
    return is;
  }
  template <std::size_t kSize>
  bool skip(const char (&word)[kSize]) {
    static_assert(kSize - 1 <= kPad);
    const bool is = std::memcmp(text_ + at_, word, kSize - 1) == 0;
    at_ += is ? kSize - 1 : 0;
    return is;
  }

  /// A value; of an object or a list only its beginning.
  bool value() {
    switch (text_[at_]) {
    case '"':
      return string();
    case '{':
      return begin(true) && target_.StartObject();
    case '[':
      return begin(false) && target_.StartArray();
    case 't':
      return skip("true") && target_.Bool(true);
    case 'f':
      return skip("false") && target_.Bool(false);
    case 'n':
      return skip("null") && target_.Null();
    default:
      return number();
    }
  }

  bool begin(bool object) {
    ++at_;
    open_.push_back({object, 0});
    return open_.size() <= kMaxDepth;
  }

  /// Ends the objects and lists that end here.
  void end_levels() {
    while (!open_.empty()) {
      const Level level = open_.back();
      skip_space();
      if (!skip(level.object ? '}' : ']')) {
        return;
      }
      open_.pop_back();
      level.object ? target_.EndObject(level.count) : target_.EndArray(level.count);
    }
  }

  /// Goes to the next value of the object or list in hand.
  bool begin_next() {
    Level& level = open_.back();
    return (level.count++ == 0 || skip(',')) && (!level.object || name());
  }

  bool name() {
    skip_space();
    if (text_[at_] != '"' || !string()) {
      return false;
    }
    skip_space();
    return skip(':');
  }

  /// Where the next byte from `from` on stands that may not be in a string as it is; the text's end if there is none.
  std::size_t next_special(std::size_t from) const {
    std::size_t block = from / kTextBlock;
    if (from >= size_) {
      return size_;
    }
    std::uint64_t bits = blocks_[block].special & ~std::uint64_t{0} << from % kTextBlock;
    while (bits == 0) {
      if (++block == text_blocks(size_)) {
        return size_;
      }
      bits = blocks_[block].special;
    }
    return block * kTextBlock + static_cast<std::size_t>(__builtin_ctzll(bits));
  }

  /// A string, or the name of a member: RapidJSON's trees make no difference.
  bool string() {
    const std::size_t begin = at_ + 1;
    for (std::size_t end = next_special(begin); end < size_; end = next_special(end + 1)) {
      const auto byte = static_cast<unsigned char>(text_[end]);
      if (byte == '"') {
        at_ = end + 1;
        return target_.String(text_ + begin, static_cast<rapidjson::SizeType>(end - begin), false);
      }
      if (byte == '\\') {
        return leave();
      }
      if (byte < 0x20) {
        return false;
      }
    }
    return false;
  }

  bool number() {
    constexpr std::size_t kMostDigits = 18;  // they fit
    const bool minus = text_[at_] == '-';
    const std::size_t begin = at_ + (minus ? 1 : 0);
    std::size_t end = begin;
    std::uint64_t value = 0;
    for (; text_[end] >= '0' && text_[end] <= '9' && end - begin <= kMostDigits; ++end) {
      value = 10 * value + static_cast<std::uint64_t>(text_[end] - '0');
    }
    const bool whole = text_[end] != '.' && (text_[end] | 0x20) != 'e';
    if (!whole || end == begin || end - begin > kMostDigits || (text_[begin] == '0' && end - begin > 1)) {
      return leave();
    }
    at_ = end;
    return minus ? target_.Int64(-static_cast<std::int64_t>(value)) : target_.Uint64(value);
  }

  /// Leaves the string or number here to RapidJSON.
  bool leave() {
    rapidjson::InsituStringStream stream(text_ + at_);
    constexpr unsigned kFlags = kInPlaceFlags | rapidjson::kParseStopWhenDoneFlag;
    if (others_.template Parse<kFlags>(stream, target_).IsError()) {
      return false;
    }
    at_ += stream.Tell();
    return true;
  }

  char* const text_;
  const std::size_t size_;
  const TextBlock* const blocks_;
  std::vector<Level>& open_;
  rapidjson::Reader& others_;
  Target& target_;
  std::size_t at_ = 0;
};

}  // namespace whydrop::json
