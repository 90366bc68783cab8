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
  /// As SecretKeys::may_end: false only where no secret name ends so.
  bool may_end(char last_but_one, char last) const {
    return !is_letter(last_but_one) || !is_letter(last) || ends_[place(last_but_one, last)];
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
  static constexpr std::size_t kWordSize = 8, kPairs = 128, kLetters = 32;
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
  static bool is_letter(char c) { return static_cast<unsigned char>((c | 0x20) - 'a') < 26; }
  /// Of two letters, whatever their case.
  static std::size_t place(char last_but_one, char last) {
    return (static_cast<unsigned char>(last_but_one) % kLetters) * kLetters +
           static_cast<unsigned char>(last) % kLetters;
  }
  void note_ends() {
    for (char before = 'a'; before <= 'z'; ++before) {
      for (char last = 'a'; last <= 'z'; ++last) {
        ends_[place(before, last)] = keys_.may_end(before, last);
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
  std::array<bool, kLetters * kLetters> ends_{};
  mutable std::array<Pair, kPairs> short_{}, long_{};
};

}  // namespace whydrop::capture
