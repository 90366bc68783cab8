#pragma once

#include "base/little_endian.hpp"
#include "base/secret_keys.hpp"
#include "capture/json_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace whydrop::capture {

/// The secret keys, and of short names that were asked about lately what the answer was: most messages have the names
/// of the one before, and telling whether a name is secret takes longer than knowing it again.
class NameMemo {
 public:
  NameMemo() { note_ends(); }
  void add(std::string_view name) {
    keys_.add(name);
    short_ = {};
    long_ = {};
    note_ends();
  }
  /// False only where no secret name ends with the two bytes at `last_two`, of which the first may be the quote that
  /// the name begins behind.
  bool may_end(const char* last_two) const {
    const std::size_t end = end_of(last_two[0], last_two[1]);
    return (ends_[end / kBits] >> end % kBits & 1U) != 0;
  }
  /// True if a member's value is secret whose name has `size` bytes, at least one, at `at` in `text`.
  bool has(std::string_view text, std::size_t at, std::size_t size) const {
    const std::string_view name(text.data() + at, size);
    if (size < kWordSize && text.size() >= kWordSize) {
      const std::uint64_t bytes = (at + kWordSize <= text.size() ? load_little_endian(name.data())
                                                                 : last(text) >> 8 * (at + kWordSize - text.size()));
      const std::uint64_t key = (bytes & ~std::uint64_t{0} >> 8 * (kWordSize - size)) | std::uint64_t{size} << 56U;
      return known(short_[place(key)], Key{key, 0}, name);
    }
    if (size < kWordSize || size > 2 * kWordSize) {
      return is_secret(name);
    }
    const Key key{load_little_endian(name.data()), load_little_endian(name.data() + size - kWordSize)};
    return known(long_[place(key.front + 3 * key.back + size)], key, name);
  }
  bool has(std::string_view name) const { return !name.empty() && has(name, 0, name.size()); }
  /// See SecretKeys. Of the name as a text has it: escapes are undone.
  Secrecy secrecy(std::string_view name, NamePlace place) const {
    return name.find('\\') == std::string_view::npos ? keys_.secrecy(name, place)
                                                     : keys_.secrecy(without_ascii_escapes(name), place);
  }

 private:
  static constexpr std::size_t kWordSize = 8, kPairs = 128, kBits = 64;
  /// The bytes of a name: with its size all in `front`, or the first and the last eight.
  struct Key {
    std::uint64_t front = 0, back = 0;
  };
  struct Known {
    Key key;
    std::uint8_t size = 0;  ///< 0: none
    bool secret = false;
  };
  /// Two names that have the same place: so the names of one message seldom drive out one another.
  struct Pair {
    Known newer, older;
  };

  bool is_secret(std::string_view name) const { return secrecy(name, NamePlace::member) != Secrecy::none; }
  static std::size_t end_of(char last_but_one, char last) {
    return std::size_t{static_cast<unsigned char>(last_but_one)} << 8U | static_cast<unsigned char>(last);
  }
  void note_ends() {
    ends_.fill(~std::uint64_t{0});
    const auto note = [this](char before, char last, bool may_end) {
      const std::size_t end = end_of(before, last);
      ends_[end / kBits] &= ~(std::uint64_t{!may_end} << end % kBits);
    };
    constexpr char kCase = 'a' - 'A';
    for (char last = 'a'; last <= 'z'; ++last) {
      const bool alone = keys_.has({&last, 1});
      note('"', last, alone);
      note('"', static_cast<char>(last - kCase), alone);
      for (char before = 'a'; before <= 'z'; ++before) {
        const bool may_end = keys_.may_end(before, last);
        for (const char first : {before, static_cast<char>(before - kCase)}) {
          note(first, last, may_end);
          note(first, static_cast<char>(last - kCase), may_end);
        }
      }
    }
  }

  static std::uint64_t last(std::string_view text) { return load_little_endian(text.data() + text.size() - kWordSize); }
  static std::size_t place(std::uint64_t key) { return key * 0x9E3779B97F4A7C15U >> 57U; }
  static bool is(const Known& known, const Key& key, std::size_t size) {
    return known.key.front == key.front && known.key.back == key.back && known.size == size;
  }
  bool known(Pair& pair, const Key& key, std::string_view name) const {
    if (is(pair.newer, key, name.size())) {
      return pair.newer.secret;
    }
    return is(pair.older, key, name.size()) ? pair.older.secret : learn(pair, key, name);
  }
  [[gnu::noinline]] bool learn(Pair& pair, const Key& key, std::string_view name) const {
    pair.older = pair.newer;
    pair.newer = {key, static_cast<std::uint8_t>(name.size()), is_secret(name)};
    return pair.newer.secret;
  }

  SecretKeys keys_;
  std::array<std::uint64_t, (1U << 16) / kBits> ends_{};  ///< a bit for each two bytes
  mutable std::array<Pair, kPairs> short_{}, long_{};
};

}  // namespace whydrop::capture
