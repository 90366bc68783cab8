#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop {

/// Makes a peer's bytes safe to show: control characters, C1, bidirectional and zero-width format characters and
/// invalid UTF-8 become visible escapes (\n, \x1b, \u202e); printable UTF-8 is kept. The result is one line of valid
/// UTF-8.
std::string escape_for_terminal(std::string_view bytes);
/// The same of a peer's content. Where it holds the letters that a byte is shown by, their backslash is doubled:
/// "\\x1e" was typed, "\x1e" is the byte.
std::string escape_content(std::string_view text);

/// The same of a text of several lines: its line ends stay.
std::string escape_lines(std::string_view text);

/// An error's stable word as plain text: "unknown_issuer: why" becomes "unknown issuer: why".
std::string spoken(std::string_view error);

/// How many columns a terminal needs for one code point: 0 for combining and format characters, 2 for wide East Asian
/// ones.
unsigned display_width(char32_t code_point);
/// How many columns a terminal needs for a text. A byte that is not UTF-8 counts 1.
std::size_t display_width(std::string_view text);

/// Where elide() leaves something out.
enum class Elide : std::uint8_t { right, middle };

/// Shortens `text` to `columns` with a "…", between code points. What fits is returned as it is. Reads no more of a
/// long text than it shows.
std::string elide(std::string_view text, std::size_t columns, Elide where = Elide::right);

/// True if `text` begins with `front`.
constexpr bool starts_with(std::string_view text, std::string_view front) {
  return text.substr(0, front.size()) == front;
}

/// True for "0" to "9", whatever the locale.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// An ASCII letter in lower case; any other byte as it is.
constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
/// True if `a` and `b` are the same but for the case of ASCII letters: header names, schemes, hosts.
bool same_caseless(std::string_view a, std::string_view b);
/// True if `words` stand in `text`, but for the case of ASCII letters. Nothing stands in every text.
bool contains_caseless(std::string_view text, std::string_view words);

/// "1 frame", "2 frames"; `many` is the plural where an s does not make it.
std::string counted(std::uint64_t count, std::string_view one, std::string_view many = {});

/// `pattern` with each "{hole}" replaced by what `value` says for "hole".
std::string fill(std::string_view pattern, const std::function<std::string(std::string_view)>& value);

/// `text` as it stands between single quotes of a shell.
std::string escape_for_shell(std::string_view text);

/// `text` without blanks and line ends at its ends.
std::string_view trim(std::string_view text);
/// `text` with the letters of ASCII in lower case.
std::string lower_case(std::string_view text);

/// The candidate that `word` was most likely meant to be, for "did you mean"; null if none is near.
std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace whydrop
