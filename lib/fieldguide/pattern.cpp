#include "fieldguide/pattern.hpp"

namespace whydrop::fieldguide {

namespace {

constexpr std::string_view kLimit = "{limit}", kSize = "{size}", kAny = "{*}";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Number {
  std::uint64_t value = 0;
  std::size_t length = 0;  ///< characters; 0: no number stands here
};

/// At most 18 digits, which no limit needs more of. A comma counts between digits only.
Number read_number(std::string_view text) {
  constexpr unsigned kMost = 18;
  Number found;
  unsigned digits = 0;
  for (std::size_t i = 0; i < text.size() && digits < kMost && (text[i] == ',' || is_digit(text[i])); ++i) {
    if (is_digit(text[i])) {
      found = {found.value * 10 + static_cast<unsigned>(text[i] - '0'), i + 1};
      ++digits;
    } else if (digits == 0) {
      break;
    }
  }
  return found;
}

/// What is left of a pattern and of a text.
struct Rest {
  std::string_view pattern, text;

  bool takes(std::string_view hole) const { return pattern.substr(0, hole.size()) == hole; }
  void skip(std::size_t of_pattern, std::size_t of_text) {
    pattern.remove_prefix(of_pattern);
    text.remove_prefix(of_text);
  }
};

/// One number or one character further. False: the text is another here.
bool step(Rest& rest, Holes& holes) {
  const bool limit = rest.takes(kLimit);
  if (limit || rest.takes(kSize)) {
    const Number number = read_number(rest.text);
    if (number.length > 0) {
      (limit ? holes.limit : holes.size) = number.value;
      rest.skip(limit ? kLimit.size() : kSize.size(), number.length);
    }
    return number.length > 0;
  }
  const bool same = !rest.pattern.empty() && !rest.text.empty() && rest.pattern.front() == rest.text.front();
  if (same) {
    rest.skip(1, 1);
  }
  return same;
}

}  // namespace

// One `{*}` is enough to go back to: what an earlier one took shorter never has to grow (as in shells' globs).
std::optional<Holes> match(std::string_view pattern, std::string_view text) {
  Holes holes;
  Rest rest{pattern, text};
  std::optional<Rest> again;
  while (!rest.pattern.empty() || !rest.text.empty()) {
    if (rest.takes(kAny)) {
      rest.skip(kAny.size(), 0);
      again = rest;
    } else if (!step(rest, holes)) {
      if (!again || again->text.empty()) {
        return std::nullopt;
      }
      again->skip(0, 1);
      rest = *again;
    }
  }
  return holes;
}

std::size_t literal_length(std::string_view pattern) {
  std::size_t length = pattern.size();
  for (const std::string_view hole : {kLimit, kSize, kAny}) {
    for (std::size_t at = pattern.find(hole); at != std::string_view::npos; at = pattern.find(hole, at + 1)) {
      length -= hole.size();
    }
  }
  return length;
}

}  // namespace whydrop::fieldguide
