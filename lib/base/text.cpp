#include "base/text.hpp"

#include "base/utf8.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop {
namespace {

constexpr std::string_view kEllipsis = "…";

/// Code points that a terminal acts on or that change how their neighbours read: C0, C1, separators, bidirectional
/// controls, zero-width and tag characters.
bool is_hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x61C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

void append_escape(std::string& out, char32_t c) {
  switch (c) {
  case '\n':
    out += "\\n";
    return;
  case '\r':
    out += "\\r";
    return;
  case '\t':
    out += "\\t";
    return;
  default:
    break;
  }
  const auto value = static_cast<std::uint32_t>(c);
  const auto* const format = c < 0x80 ? "\\x{:02x}" : c <= 0xFFFF ? "\\u{:04x}" : "\\U{:08x}";
  out += fmt::format(fmt::runtime(format), value);
}

/// How many bytes of printable ASCII begin at `from`.
std::size_t printable_run(std::string_view bytes, std::size_t from) {
  std::size_t i = from;
  while (i < bytes.size() && bytes[i] >= 0x20 && bytes[i] < 0x7F) {
    ++i;
  }
  return i - from;
}

/// The bytes at the front of `text` that fit `columns`.
std::size_t front_that_fits(std::string_view text, std::size_t columns) {
  std::size_t used = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    const CodePoint point = decode_code_point(text.substr(i));
    used += point.status == Utf8Status::valid ? display_width(point.value) : 1;
    if (used > columns) {
      break;
    }
    i += point.size;
  }
  return i;
}

std::size_t start_of_last(std::string_view text) {
  std::size_t i = text.size() - 1;
  while (i > 0 && text.size() - i < 4 && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) {
    --i;
  }
  // What is no code point as a whole counts as single bytes.
  return decode_code_point(text.substr(i)).size == text.size() - i ? i : text.size() - 1;
}

/// The bytes at the back of `text` that fit `columns`; a combining character stays with its base.
std::size_t back_that_fits(std::string_view text, std::size_t columns) {
  std::size_t used = 0;
  std::size_t kept = text.size();
  std::size_t end = text.size();
  while (end > 0) {
    const std::size_t start = start_of_last(text.substr(0, end));
    const std::size_t width = display_width(text.substr(start, end - start));
    used += width;
    if (used > columns) {
      break;
    }
    end = start;
    kept = width > 0 ? start : kept;
  }
  return text.size() - kept;
}

/// Insertions, deletions, replacements and swapped neighbours that lead from `a` to `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(previous);
    previous.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

std::string escape_for_terminal(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::size_t run = printable_run(bytes, i);
    out.append(bytes, i, run);
    i += run;
    if (i == bytes.size()) {
      break;
    }
    const CodePoint point = decode_code_point(bytes.substr(i));
    if (point.status != Utf8Status::valid) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[i]));
      i += 1;
      continue;
    }
    if (is_hidden(point.value)) {
      append_escape(out, point.value);
    } else {
      out.append(bytes, i, point.size);
    }
    i += point.size;
  }
  return out;
}

std::string escape_content(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  std::string plain;
  for (std::size_t at = text.find("\\x"); at != std::string_view::npos; at = text.find("\\x")) {
    const bool alike = text.size() >= at + 4 && is_hex(text[at + 2]) && is_hex(text[at + 3]);
    plain.append(text.substr(0, at)).append(alike ? "\\\\x" : "\\x");
    text.remove_prefix(at + 2);
  }
  return escape_for_terminal(plain.append(text));
}

std::string elide(std::string_view text, std::size_t columns, Elide where) {
  if (front_that_fits(text, columns) == text.size()) {
    return std::string(text);
  }
  if (columns == 0) {
    return {};
  }
  const std::size_t room = columns - 1;
  const std::size_t back = where == Elide::middle ? back_that_fits(text, room / 2) : 0;
  const std::size_t back_width = display_width(text.substr(text.size() - back));
  const std::size_t front = front_that_fits(text, room - back_width);
  return fmt::format("{}{}{}", text.substr(0, front), kEllipsis, text.substr(text.size() - back));
}

std::string escape_for_shell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
  return out;
}

bool same_caseless(std::string_view a, std::string_view b) {
  return std::equal(
      a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

bool contains_caseless(std::string_view text, std::string_view words) {
  const auto same = [](char x, char y) { return ascii_lower(x) == ascii_lower(y); };
  // A search for nothing finds the end, of an empty text too.
  return words.empty() || std::search(text.begin(), text.end(), words.begin(), words.end(), same) != text.end();
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  std::string text = std::to_string(count) + " ";
  if (count == 1 || many.empty()) {
    return text.append(one).append(count == 1 ? "" : "s");
  }
  return text.append(many);
}

std::string fill(std::string_view pattern, const std::function<std::string(std::string_view)>& value) {
  std::string out;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{')) {
    const std::size_t close = pattern.find('}', open);
    out += pattern.substr(0, open);
    out += value(pattern.substr(open + 1, close - open - 1));
    pattern.remove_prefix(std::min(pattern.size(), close == std::string_view::npos ? close : close + 1));
  }
  return out.append(pattern);
}

std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kLongestWord = 64;
  if (word.size() > kLongestWord) {
    return std::nullopt;
  }
  std::size_t best = word.size() <= 2 ? 1 : word.size() <= 5 ? 2 : 3;
  std::optional<std::string_view> found;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best || (distance == best && !found)) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string escape_lines(std::string_view text) {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += escape_for_terminal(text.substr(at, end - at));
    if (end == text.size()) {
      return out;
    }
    out += '\n';
    at = end + 1;
  }
}

std::string spoken(std::string_view error) {
  const std::size_t end = std::min(error.find_first_of(" :;"), error.size());
  std::string text(error);
  std::replace(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '_', ' ');
  return text;
}

}  // namespace whydrop
