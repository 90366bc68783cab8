#include "schema/addresses.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>

#include <idn2.h>

namespace whydrop::schema {
namespace {

enum class Script : std::uint8_t { ascii, any };

constexpr std::size_t kNowhere = std::string_view::npos;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
bool is_hex_digit(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_letter_or_digit(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// Groups of 16 bits on one side of "::"; null where they are none.
std::optional<int> ipv6_groups(std::string_view text, bool last) {
  int groups = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, end);
    if (end == text.size() && last && group.find('.') != kNowhere) {
      return is_ipv4(group) ? std::optional<int>(groups + 2) : std::nullopt;
    }
    if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), is_hex_digit) ||
        end + 1 == text.size()) {
      return std::nullopt;
    }
    ++groups;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return groups;
}

/// How long a label is on the wire; 0 where it is none.
std::size_t label_length(std::string_view label, Script script) {
  constexpr std::size_t kLongest = 63;
  const bool ascii = is_ascii(label);
  const auto fits = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  if (label.empty() || (ascii && (label.size() > kLongest || !std::all_of(label.begin(), label.end(), fits) ||
                                  label.front() == '-' || label.back() == '-'))) {
    return 0;
  }
  const bool encoded =
      ascii && label.size() >= 4 && (label[0] | 0x20) == 'x' && (label[1] | 0x20) == 'n' && label.substr(2, 2) == "--";
  if (ascii && !encoded) {
    return script == Script::any && label.substr(std::min<std::size_t>(label.size(), 2), 2) == "--" ? 0 : label.size();
  }
  if (!ascii && script == Script::ascii) {
    return 0;
  }
  const std::string given(label);
  const auto* const text = reinterpret_cast<const std::uint8_t*>(given.c_str());
  std::uint8_t* made = nullptr;
  const int result = encoded ? idn2_register_u8(nullptr, text, &made, IDN2_ALABEL_ROUNDTRIP)
                             : idn2_register_u8(text, nullptr, &made, 0);
  const std::size_t length =
      result == IDN2_OK && made != nullptr ? std::string_view(reinterpret_cast<char*>(made)).size() : 0;
  idn2_free(made);
  return length <= kLongest ? length : 0;
}

/// How many bytes a dot at the front of `text` takes; 0: it is none. RFC 3490 section 3.1 names those of other scripts.
std::size_t dot_size(std::string_view text, Script script) {
  constexpr std::string_view kDots[] = {"\u3002", "\uFF0E", "\uFF61"};
  if (text.front() == '.') {
    return 1;
  }
  const bool found =
      script == Script::any && std::any_of(std::begin(kDots), std::end(kDots), [&](std::string_view dot) {
        return text.substr(0, dot.size()) == dot;
      });
  return found ? 3 : 0;
}

bool is_host(std::string_view text, Script script) {
  constexpr std::size_t kLongest = 253;
  std::size_t length = 0, begin = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t dot = at == text.size() ? 1 : dot_size(text.substr(at), script);
    if (dot == 0) {
      ++at;
      continue;
    }
    const std::size_t label = label_length(text.substr(begin, at - begin), script);
    length += label + 1;
    if (label == 0 || length > kLongest + 1) {
      return false;
    }
    at += dot;
    begin = at;
  }
  return true;
}

/// True if each quote and backslash inside has a backslash before it.
bool is_quoted(std::string_view inside) {
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == '"' || (inside[i] == '\\' && ++i == inside.size())) {
      return false;
    }
  }
  return true;
}

/// The part before '@': words with dots between them, or a quoted string.
bool is_local_part(std::string_view text, Script script) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    return is_quoted(text.substr(1, text.size() - 2)) && (script == Script::any || is_ascii(text));
  }
  constexpr std::string_view kOther = "!#$%&'*+-/=?^_`{|}~.";
  const auto fits = [&](char c) {
    return is_letter_or_digit(c) || kOther.find(c) != kNowhere ||
           (script == Script::any && static_cast<unsigned char>(c) >= 0x80);
  };
  return !text.empty() && text.size() <= 64 && text.front() != '.' && text.back() != '.' &&
         text.find("..") == kNowhere && std::all_of(text.begin(), text.end(), fits);
}

bool is_mailbox(std::string_view text, Script script) {
  const std::size_t at = text.rfind('@');
  if (at == kNowhere || !is_local_part(text.substr(0, at), script)) {
    return false;
  }
  std::string_view domain = text.substr(at + 1);
  if (domain.size() < 2 || domain.front() != '[' || domain.back() != ']') {
    return is_host(domain, script);
  }
  domain = domain.substr(1, domain.size() - 2);
  return is_ipv4(domain) || (domain.substr(0, 5) == "IPv6:" && is_ipv6(domain.substr(5)));
}

}  // namespace

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (true) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const std::string_view part = text.substr(0, end);
    int value = 0;
    for (const char c : part.substr(0, 4)) {
      if (!is_digit(c)) {
        return false;
      }
      value = value * 10 + (c - '0');
    }
    if (part.empty() || part.size() > 3 || value > 255 || (part.size() > 1 && part.front() == '0')) {
      return false;
    }
    ++parts;
    if (end == text.size()) {
      return parts == 4;
    }
    text.remove_prefix(end + 1);
  }
}

bool is_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == kNowhere) {
    return ipv6_groups(text, true) == 8;
  }
  const auto before = ipv6_groups(text.substr(0, gap), false), after = ipv6_groups(text.substr(gap + 2), true);
  return before && after && *before + *after < 8;
}

bool is_hostname(std::string_view text) {
  return is_host(text, Script::ascii);
}
bool is_idn_hostname(std::string_view text) {
  return is_host(text, Script::any);
}
bool is_email(std::string_view text) {
  return is_mailbox(text, Script::ascii);
}
bool is_idn_email(std::string_view text) {
  return is_mailbox(text, Script::any);
}

}  // namespace whydrop::schema
