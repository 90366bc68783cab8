#include "report/excerpt.hpp"

#include "base/text.hpp"
#include "payload/json.hpp"
#include "payload/view.hpp"

#include <algorithm>

namespace whydrop::report {
namespace {

// Enough for any code point with its combining marks; what is longer is cut a little early.
constexpr std::size_t kBytesPerColumn = 4;

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

void append_safe(std::string& out, std::string_view safe, const payload::Brush& brush) {
  if (payload::looks_like_json(safe)) {
    payload::append_json(out, safe, brush);
  } else {
    out += safe;
  }
}

/// The quick way for what most messages are: ASCII without controls needs neither escaping nor measuring.
bool append_plain(std::string& out, std::string_view text, std::size_t columns, const payload::Brush& brush) {
  const bool fits = columns == 0 || text.size() <= columns;
  const std::string_view shown = fits ? text : text.substr(0, columns - 1);
  if (!is_plain(shown)) {
    return false;
  }
  append_safe(out, shown, brush);
  out += fits ? "" : "…";
  return true;
}

void append_text(std::string& out, std::string_view text, std::size_t columns, const payload::Brush& brush) {
  if (append_plain(out, text, columns, brush)) {
    return;
  }
  if (columns == 0) {
    append_safe(out, escape_content(text), brush);
    return;
  }
  std::string shown = elide(text.substr(0, columns * kBytesPerColumn), columns);
  if (text.size() > columns * kBytesPerColumn) {
    shown += "…";
  }
  // Escapes are wider than what they stand for.
  const std::string safe = escape_content(shown);
  append_safe(out, safe.size() == shown.size() ? safe : elide(safe, columns), brush);
}

void append_bytes(std::string& out, std::string_view bytes, std::size_t columns) {
  const std::size_t room = columns == 0 ? bytes.size() : (columns + 1) / 3;
  if (bytes.size() <= room) {
    payload::append_spaced_hex(out, bytes);
    return;
  }
  payload::append_spaced_hex(out, bytes.substr(0, room > 0 ? room - 1 : 0));
  out += " …";
}

}  // namespace

void append_excerpt(
    std::string& out, std::string_view payload, bool text, std::size_t columns, const payload::Brush& brush) {
  if (text) {
    append_text(out, payload, columns, brush);
  } else {
    append_bytes(out, payload, columns);
  }
}

void append_whole(
    std::string& out, std::string_view payload, bool text, std::size_t indent, std::size_t hex_indent, bool color) {
  const payload::Brush brush(color);
  if (!text) {
    out += payload::hex_dump(payload, hex_indent);
    return;
  }
  const bool json = payload::looks_like_json(payload) && payload::json_fault(payload).empty();
  const std::string lines = json ? payload::pretty_json(payload) : std::string(payload);
  for (std::string_view rest = lines; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    out.append(indent, ' ');
    payload::append_json(out, escape_for_terminal(rest.substr(0, end)), brush);
    out += '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace whydrop::report
