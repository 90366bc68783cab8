#include "profile/template.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace whydrop::profile {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// A variable's name, or "$" and anything.
bool is_name(std::string_view text) {
  if (text.empty() || (text[0] != '$' && !is_letter(text[0]))) {
    return false;
  }
  return text[0] == '$' || std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

/// Length of the placeholder that begins at `at` with its braces; 0 if none does.
std::size_t placeholder_at(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_of("{}\"\n", at + 1);
  const bool closed = end != std::string_view::npos && text[end] == '}';
  return closed && is_name(text.substr(at + 1, end - at - 1)) ? end + 1 - at : 0;
}

bool doubled(std::string_view text, std::size_t at) {
  return at + 1 < text.size() && text[at + 1] == text[at];
}

}  // namespace

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  Piece plain;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if ((c == '{' || c == '}') && doubled(text, at)) {
      plain.text += c;
      at += 2;
      continue;
    }
    const std::size_t length = c == '{' ? placeholder_at(text, at) : 0;
    if (length == 0) {
      plain.text += c;
      ++at;
      continue;
    }
    if (!plain.text.empty()) {
      pieces.push_back(std::move(plain));
      plain = {};
    }
    pieces.push_back({true, std::string(text.substr(at + 1, length - 2)), at});
    at += length;
    plain.offset = at;
  }
  if (!plain.text.empty()) {
    pieces.push_back(std::move(plain));
  }
  return pieces;
}

std::vector<std::string> placeholders_of(std::string_view text) {
  std::vector<std::string> names;
  for (Piece& piece : pieces_of(text)) {
    if (piece.name && std::find(names.begin(), names.end(), piece.text) == names.end()) {
      names.push_back(std::move(piece.text));
    }
  }
  return names;
}

std::optional<std::string_view> number_of(std::string_view placeholder) {
  constexpr std::string_view kName = "$number:";
  const bool is_number = placeholder.size() > kName.size() && starts_with(placeholder, kName);
  return is_number ? std::optional(placeholder.substr(kName.size())) : std::nullopt;
}

Literal next_literal(std::string_view json, std::size_t from) {
  const std::size_t begin = json.find('"', from);
  if (begin == std::string_view::npos) {
    return {std::string_view::npos, std::string_view::npos};
  }
  std::size_t end = begin + 1;
  while (end < json.size() && json[end] != '"') {
    end += json[end] == '\\' ? 2 : 1;
  }
  return {begin, std::min(end + 1, json.size())};
}

}  // namespace whydrop::profile
