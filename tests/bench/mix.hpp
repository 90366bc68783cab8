// The messages of the benchmarks, so that all programs of a row have the same.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::bench {

/// `plain`: one long member of letters. `chat`: an event of a chat as it is met, twelve members, thirty quotes,
/// numbers, an array, and in every third message a word that is not ASCII.
enum class Mix : std::uint8_t { plain, chat };

inline Mix parse_mix(std::string_view name) {
  return name == "chat" ? Mix::chat : Mix::plain;
}

/// `size` bytes of words; where they would end in half a character, letters.
inline std::string words(std::size_t size, std::uint64_t n) {
  constexpr std::array<std::string_view, 8> kAscii{"see ", "you ", "at ", "nine ", "by ", "the ", "old ", "bridge "};
  constexpr std::array<std::string_view, 2> kOther{"caf\u00E9 ", "\U0001F642 "};
  std::string out;
  for (std::uint64_t i = n; out.size() < size; ++i) {
    const bool other = i == n && n % 3 == 0;
    const std::string_view word = other ? kOther[n / 3 % kOther.size()] : kAscii[i % kAscii.size()];
    out += word.size() > size - out.size() ? std::string(size - out.size(), 'a') : std::string(word);
  }
  return out;
}

inline std::string chat_event(std::size_t size, std::uint64_t n) {
  const std::string start = R"({"type":"message","id":)" + std::to_string(8'812'345 + n) + R"(,"room":42,"from":)" +
                            std::to_string(7'000 + n % 977) + R"(,"time":)" +
                            std::to_string(1'754'056'800'123 + 37 * n) + R"(,"n":)" + std::to_string(n) +
                            R"(,"text":")";
  const std::string end = R"(","tags":[1,7,12],"edited":false,"reply":null,"lang":"en","v":2})";
  const std::size_t fixed = start.size() + end.size();
  return start + words(size > fixed ? size - fixed : 0, n) + end;
}

/// A long one is a list of such events.
inline std::string chat_history(std::size_t size, std::uint64_t n) {
  constexpr std::size_t kOne = 200;
  std::string out = R"({"type":"history","events":[)" + chat_event(kOne, n);
  while (out.size() + 2 * kOne < size) {
    out += "," + chat_event(kOne, ++n);
  }
  const std::string end = R"(],"rest":")";
  return out + end + words(size > out.size() + end.size() + 2 ? size - out.size() - end.size() - 2 : 0, 1) + "\"}";
}

/// The message number `n` of a mix, of `size` bytes (more where its fixed part is longer).
inline std::string message(Mix mix, std::size_t size, std::uint64_t n) {
  if (mix == Mix::chat) {
    return size < 1024 ? chat_event(size, n) : chat_history(size, n);
  }
  const std::string start = R"({"type":"message","n":12345,"text":")";
  const std::string end = "\"}";
  const std::size_t fixed = start.size() + end.size();
  return start + std::string(size > fixed ? size - fixed : 0, 'a') + end;
}

}  // namespace whydrop::bench
