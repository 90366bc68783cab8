#include "payload/view.hpp"

#include "base/text.hpp"
#include "payload/json.hpp"

#include <algorithm>

namespace whydrop::payload {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kRow = 16;

bool is_json(std::string_view payload, bool text) {
  return text && looks_like_json(payload) && json_fault(payload).empty();
}

std::string render_json(std::string_view payload, const ViewOptions& options) {
  std::string out;
  append_json(out, escape_for_terminal(compact_json(payload)), Brush(options.color));
  return out;
}

bool is_text(std::string_view, bool text) {
  return text;
}

std::string render_text(std::string_view payload, const ViewOptions&) {
  return escape_for_terminal(payload);
}

bool is_anything(std::string_view, bool) {
  return true;
}

std::string render_hex(std::string_view payload, const ViewOptions&) {
  return hex_dump(payload);
}

void append_offset(std::string& out, std::size_t offset) {
  for (int shift = 28; shift >= 0; shift -= 4) {
    out += kDigits[(offset >> static_cast<unsigned>(shift)) & 0xFU];
  }
}

void append_row(std::string& out, std::string_view row) {
  const std::size_t start = out.size();
  append_spaced_hex(out, row.substr(0, kRow / 2));
  if (row.size() > kRow / 2) {
    out += "  ";
    append_spaced_hex(out, row.substr(kRow / 2));
  }
  out.resize(start + kRow * 3 + 2, ' ');
  out += '|';
  for (const char c : row) {
    out += c >= ' ' && c < '\x7f' ? c : '.';
  }
  out += "|\n";
}

}  // namespace

const std::vector<View>& views() {
  static const std::vector<View> all = {
      {"json", is_json, render_json},
      {"text", is_text, render_text},
      {"hex", is_anything, render_hex},
  };
  return all;
}

const View& best_view(std::string_view payload, bool text) {
  return *std::find_if(views().begin(), views().end(), [&](const View& view) { return view.matches(payload, text); });
}

std::string render(std::string_view payload, bool text, const ViewOptions& options) {
  return best_view(payload, text).render(payload, options);
}

std::string hex_dump(std::string_view bytes, std::size_t indent) {
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += kRow) {
    out.append(indent, ' ');
    append_offset(out, at);
    out += "  ";
    append_row(out, bytes.substr(at, kRow));
  }
  return out;
}

void append_spaced_hex(std::string& out, std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto value = static_cast<unsigned char>(bytes[i]);
    if (i != 0) {
      out += ' ';
    }
    out += kDigits[value >> 4U];
    out += kDigits[value & 0xFU];
  }
}

}  // namespace whydrop::payload
