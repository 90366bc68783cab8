#include "schema/uri_format.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "schema/addresses.hpp"
#include "schema/uri.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>

namespace whydrop::schema {
namespace {

enum class Letters : std::uint8_t { ascii, any };

bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// What an IRI allows beyond ASCII; in the query private use as well. RFC 3987 section 2.2.
bool is_iri_character(char32_t point, bool in_query) {
  const bool inner = (point >= 0xA0 && point <= 0xD7FF) || (point >= 0xF900 && point <= 0xFDCF) ||
                     (point >= 0xFDF0 && point <= 0xFFEF);
  const bool outer = point >= 0x10000 && point < 0xF0000 && (point & 0xFFFFU) < 0xFFFE;
  const bool is_private = (point >= 0xE000 && point <= 0xF8FF) || (point >= 0xF0000 && (point & 0xFFFFU) < 0xFFFE);
  return inner || outer || (in_query && is_private);
}

/// Characters of a URI or an IRI, each % followed by two hex digits. RFC 3986 section 2.
bool has_characters_of(std::string_view text, Letters letters) {
  constexpr std::string_view kOther = "-._~:/?#[]@!$&'()*+,;=%";
  bool in_query = false;
  const auto fits = [&](const CodePoint& point, char first) {
    return point.size == 1 ? is_word_character(first) || kOther.find(first) != std::string_view::npos
                           : letters == Letters::any && is_iri_character(point.value, in_query);
  };
  if (!has_whole_escapes(text)) {
    return false;
  }
  while (!text.empty()) {
    const CodePoint point = decode_code_point(text);
    if (point.status != Utf8Status::valid || !fits(point, text.front())) {
      return false;
    }
    in_query = (in_query || text.front() == '?') && text.front() != '#';
    text.remove_prefix(point.size);
  }
  return true;
}

/// "user@host:port"; brackets only around an IPv6 address.
bool is_authority(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos && text.substr(0, at).find_first_of("[]@") != std::string_view::npos) {
    return false;
  }
  text.remove_prefix(at == std::string_view::npos ? 0 : at + 1);
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = text.substr(colon + 1);
    if (!std::all_of(port.begin(), port.end(), is_digit)) {
      return false;
    }
    text = text.substr(0, colon);
  }
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    return is_ipv6(text.substr(1, text.size() - 2));
  }
  return text.find_first_of("[]:") == std::string_view::npos;
}

bool is_reference(std::string_view text, Letters letters) {
  if (!has_characters_of(text, letters)) {
    return false;
  }
  const UriParts parts = parts_of(text);
  // Without a scheme a colon in the first segment would make it one. RFC 3986 section 4.2.
  const std::string_view first = parts.path.substr(0, parts.path.find('/'));
  if (parts.scheme.empty() && parts.authority.empty() && first.find(':') != std::string_view::npos) {
    return false;
  }
  const auto free_of_brackets = [](std::string_view part) {
    return part.find_first_of("[]") == std::string_view::npos;
  };
  return is_authority(parts.authority.substr(std::min<std::size_t>(parts.authority.size(), 2))) &&
         free_of_brackets(parts.path) && free_of_brackets(parts.query) && free_of_brackets(parts.fragment) &&
         parts.fragment.find('#', 1) == std::string_view::npos;
}

bool has_scheme(std::string_view text) {
  return !parts_of(text).scheme.empty();
}

/// "name", "a.b", "name*", "name:3". RFC 6570 sections 2.3 and 2.4.
bool is_variable(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (!text.empty() && text.back() == '*') {
    text.remove_suffix(1);
  } else if (colon != std::string_view::npos) {
    const std::string_view most = text.substr(colon + 1);
    if (most.empty() || most.size() > 4 || most.front() == '0' || !std::all_of(most.begin(), most.end(), is_digit)) {
      return false;
    }
    text = text.substr(0, colon);
  }
  const auto fits = [](char c) { return is_word_character(c) || c == '_' || c == '%' || c == '.'; };
  return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), fits) && has_whole_escapes(text);
}

/// What stands between braces: an operator, or none, and variables with commas between them. RFC 6570 section 2.2.
bool is_expression(std::string_view text) {
  constexpr std::string_view kOperators = "+#./;?&=,!@|";
  if (!text.empty() && kOperators.find(text.front()) != std::string_view::npos) {
    text.remove_prefix(1);
  }
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (!is_variable(text.substr(0, comma))) {
      return false;
    }
    if (comma == text.size()) {
      return true;
    }
    text.remove_prefix(comma + 1);
  }
}

/// RFC 6570 section 2.1.
bool is_literal(std::string_view text) {
  constexpr std::string_view kNever = " \"<>\\^`|}";
  const auto fits = [&](unsigned char c) {
    return c > 0x20 && c != 0x7F && kNever.find(static_cast<char>(c)) == std::string_view::npos;
  };
  return std::all_of(text.begin(), text.end(), fits) && has_whole_escapes(text);
}

}  // namespace

bool is_uri(std::string_view text) {
  return has_scheme(text) && is_reference(text, Letters::ascii);
}
bool is_uri_reference(std::string_view text) {
  return is_reference(text, Letters::ascii);
}
bool is_iri(std::string_view text) {
  return has_scheme(text) && is_reference(text, Letters::any);
}
bool is_iri_reference(std::string_view text) {
  return is_reference(text, Letters::any);
}

bool is_uri_template(std::string_view text) {
  while (true) {
    const std::size_t open = std::min(text.find('{'), text.size());
    if (!is_literal(text.substr(0, open))) {
      return false;
    }
    if (open == text.size()) {
      return true;
    }
    text.remove_prefix(open + 1);
    const std::size_t close = text.find('}');
    if (close == std::string_view::npos || !is_expression(text.substr(0, close))) {
      return false;
    }
    text.remove_prefix(close + 1);
  }
}

}  // namespace whydrop::schema
