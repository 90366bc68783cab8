#include "capture/found.hpp"

#include "base/hex.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <optional>

namespace whydrop::capture {
namespace {

using session::RedactSpan;

struct Range {
  std::size_t begin, end;
};

std::vector<Range> ranges_of(const std::vector<RedactSpan>& spans, std::size_t size) {
  std::vector<Range> out;
  for (const RedactSpan& span : spans) {
    const std::size_t begin = std::min<std::uint64_t>(span.at, size);
    out.push_back({begin, begin + std::min<std::uint64_t>(span.length, size - begin)});
  }
  std::sort(out.begin(), out.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  return out;
}

/// The parts of `found` that no range of `taken` (sorted) covers.
std::vector<Range> uncovered(const Found& found, const std::vector<Range>& taken) {
  std::vector<Range> out;
  std::size_t begin = found.at;
  const std::size_t end = found.at + found.length;
  for (const Range& range : taken) {
    if (range.end <= begin || range.begin >= end) {
      continue;
    }
    if (range.begin > begin) {
      out.push_back({begin, range.begin});
    }
    begin = std::min(end, range.end);
  }
  if (begin < end) {
    out.push_back({begin, end});
  }
  return out;
}

/// The UTF-16 unit of `\uXXXX` at `at`. RFC 8259 section 7.
std::optional<unsigned> unit_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kSize = 6;
  if (text.substr(at, 2) != "\\u" || text.size() - at < kSize) {
    return std::nullopt;
  }
  unsigned unit = 0;
  for (std::size_t i = at + 2; i < at + kSize; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) {
      return std::nullopt;
    }
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  return unit;
}

constexpr bool is_high(unsigned unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
constexpr bool is_low(unsigned unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

/// How many bytes at `at`, a backslash, are to be masked; 0: it begins no escape, and stays.
std::size_t escape_size(std::string_view text, std::size_t at) {
  constexpr std::size_t kUnit = 6;
  if (at + 1 >= text.size()) {
    return 1;
  }
  if (text[at + 1] != 'u') {
    return std::string_view("\"\\/bfnrt").find(text[at + 1]) != std::string_view::npos ? 2 : 0;
  }
  const auto unit = unit_at(text, at);
  if (!unit || is_low(*unit)) {
    return 0;
  }
  if (!is_high(*unit)) {
    return kUnit;
  }
  const auto second = unit_at(text, at + kUnit);
  return second && is_low(*second) ? 2 * kUnit : 0;
}

/// What stays where an escape is none: so much that it is none afterwards.
std::size_t bad_escape_size(std::string_view text, std::size_t at) {
  return unit_at(text, at) ? 6 : text[at + 1] == 'u' ? 2 : 1;
}

/// Masks a range but for its faults. A sequence that the range cuts is left: its rest is not masked here.
void mask_text(std::string& bytes, Range range, char mask) {
  const std::string whole = bytes.substr(range.begin, range.end - range.begin);
  for (std::size_t at = 0; at < whole.size();) {
    const auto c = static_cast<unsigned char>(whole[at]);
    std::size_t size = 1;
    if (c == '\\') {
      size = escape_size(whole, at);
      if (size == 0) {
        at += bad_escape_size(whole, at);
        continue;
      }
    } else if (c >= 0x80) {
      const CodePoint point = decode_code_point(std::string_view(whole).substr(at));
      size = point.size;
      if (point.status != Utf8Status::valid) {
        at += size;
        continue;
      }
    } else if (c < ' ') {
      ++at;
      continue;
    }
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(range.begin + at), size, mask);
    at += size;
  }
}

void mask_range(std::string& bytes, Range range, char mask, Content content) {
  if (content == Content::text) {
    return mask_text(bytes, range, mask);
  }
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(range.begin), range.end - range.begin, mask);
}

bool mask_list(std::string& bytes, const std::vector<Found>& list, std::vector<RedactSpan>& known, Content content) {
  bool changed = false;
  for (const Found& found : list) {
    for (const Range& range : uncovered(found, ranges_of(known, bytes.size()))) {
      mask_range(bytes, range, found.mask, content);
      known.push_back({range.begin, range.end - range.begin, found.variable});
      changed = true;
    }
  }
  return changed;
}

}  // namespace

bool mask_found(std::string& bytes,
                std::vector<Found> given,
                const std::vector<Found>& keyed,
                std::vector<RedactSpan>& known,
                Content content) {
  // Of values that overlap, the longest names the span.
  std::stable_sort(given.begin(), given.end(), [](const Found& a, const Found& b) { return a.length > b.length; });
  const bool any_given = mask_list(bytes, given, known, content);
  const bool any_keyed = mask_list(bytes, keyed, known, content);
  if (any_given || any_keyed) {
    std::sort(known.begin(), known.end(), [](const RedactSpan& a, const RedactSpan& b) { return a.at < b.at; });
  }
  return any_given || any_keyed;
}

}  // namespace whydrop::capture
