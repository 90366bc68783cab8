#include "schema/addresses.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <idn2.h>
#include <unictype.h>

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

/// What a label is in Unicode, and how long on the wire.
struct Label {
  std::u32string letters;
  std::size_t length = 0;
};

std::u32string code_points(std::string_view text) {
  std::u32string points;
  while (!text.empty()) {
    const CodePoint point = decode_code_point(text);
    points += point.value;
    text.remove_prefix(point.size);
  }
  return points;
}

/// A label with other letters than ASCII's, or the ASCII form of one. RFC 5891 section 4.
std::optional<Label> idn_label(const std::string& given, bool encoded, int flags) {
  if (given.find('\0') != std::string::npos) {
    return std::nullopt;  // the library would not see what stands behind it
  }
  std::uint8_t* made = nullptr;
  const auto* const text = reinterpret_cast<const std::uint8_t*>(given.c_str());
  const int result = encoded ? idn2_register_u8(nullptr, text, &made, IDN2_ALABEL_ROUNDTRIP)
                             : idn2_register_u8(text, nullptr, &made, flags);
  char* letters = nullptr;
  if (result == IDN2_OK && made != nullptr) {
    (void)idn2_to_unicode_8z8z(reinterpret_cast<char*>(made), &letters, 0);
  }
  std::optional<Label> label;
  if (letters != nullptr) {
    label = Label{code_points(letters), std::string_view(reinterpret_cast<char*>(made)).size()};
  }
  idn2_free(letters);
  idn2_free(made);
  return label;
}

/// `flags`: of libidn2, for a label in Unicode.
std::optional<Label> label_of(std::string_view text, Script script, int flags) {
  constexpr std::size_t kLongest = 63;
  const auto fits = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  const bool ascii = is_ascii(text);
  const bool prefixed = text.size() >= 4 && text.substr(2, 2) == "--";
  const bool encoded = prefixed && ascii_lower(text[0]) == 'x' && ascii_lower(text[1]) == 'n';
  if (text.empty() || (!ascii && script == Script::ascii)) {
    return std::nullopt;
  }
  if (ascii && (!std::all_of(text.begin(), text.end(), fits) || text.front() == '-' || text.back() == '-' ||
                (prefixed && !encoded && script == Script::any))) {
    return std::nullopt;
  }
  auto label = ascii && !encoded ? std::optional<Label>({code_points(text), text.size()})
                                 : idn_label(std::string(text), encoded, flags);
  return label && label->length <= kLongest ? label : std::nullopt;
}

bool is_one_of_classes(char32_t point, std::initializer_list<int> classes) {
  const int own = uc_bidi_category(point);
  return std::find(classes.begin(), classes.end(), own) != classes.end();
}
bool is_right_to_left(char32_t point) {
  return is_one_of_classes(point, {UC_BIDI_R, UC_BIDI_AL, UC_BIDI_AN});
}

/// What each label must be where one of a name is written from right to left. RFC 5893 section 2.
bool obeys_bidi_rule(const std::u32string& letters) {
  const auto all_of = [&](std::initializer_list<int> classes) {
    return std::all_of(
        letters.begin(), letters.end(), [&](char32_t point) { return is_one_of_classes(point, classes); });
  };
  const auto any_of = [&](int one) {
    return std::any_of(letters.begin(), letters.end(), [&](char32_t point) { return is_one_of_classes(point, {one}); });
  };
  const auto last = std::find_if(
      letters.rbegin(), letters.rend(), [](char32_t point) { return !is_one_of_classes(point, {UC_BIDI_NSM}); });
  if (last == letters.rend()) {
    return false;
  }
  if (is_one_of_classes(letters.front(), {UC_BIDI_L})) {
    return is_one_of_classes(*last, {UC_BIDI_L, UC_BIDI_EN}) &&
           all_of({UC_BIDI_L, UC_BIDI_EN, UC_BIDI_ES, UC_BIDI_CS, UC_BIDI_ET, UC_BIDI_ON, UC_BIDI_BN, UC_BIDI_NSM});
  }
  return is_one_of_classes(letters.front(), {UC_BIDI_R, UC_BIDI_AL}) &&
         is_one_of_classes(*last, {UC_BIDI_R, UC_BIDI_AL, UC_BIDI_EN, UC_BIDI_AN}) &&
         !(any_of(UC_BIDI_EN) && any_of(UC_BIDI_AN)) &&
         all_of({UC_BIDI_R,
                 UC_BIDI_AL,
                 UC_BIDI_AN,
                 UC_BIDI_EN,
                 UC_BIDI_ES,
                 UC_BIDI_CS,
                 UC_BIDI_ET,
                 UC_BIDI_ON,
                 UC_BIDI_BN,
                 UC_BIDI_NSM});
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

bool is_host(std::string_view text, Script script, int flags = 0) {
  constexpr std::size_t kLongest = 253;
  std::vector<std::u32string> labels;
  std::size_t length = 0, begin = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t dot = at == text.size() ? 1 : dot_size(text.substr(at), script);
    if (dot == 0) {
      ++at;
      continue;
    }
    auto label = label_of(text.substr(begin, at - begin), script, flags);
    length += label ? label->length + 1 : 0;
    if (!label || length > kLongest + 1) {
      return false;
    }
    labels.push_back(std::move(label->letters));
    at += dot;
    begin = at;
  }
  const bool is_bidi = std::any_of(labels.begin(), labels.end(), [](const std::u32string& letters) {
    return std::any_of(letters.begin(), letters.end(), is_right_to_left);
  });
  return !is_bidi || std::all_of(labels.begin(), labels.end(), obeys_bidi_rule);
}

/// As an address literal has it: numbers may have leading zeros. RFC 5321 section 4.1.3.
bool is_ipv4_literal(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view part = text.substr(0, dot);
    const std::size_t zeros = std::min(part.find_first_not_of('0'), part.empty() ? 0 : part.size() - 1);
    if (part.size() > 3) {
      return false;
    }
    plain += part.substr(zeros);
    plain += dot < text.size() ? "." : "";
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return is_ipv4(plain);
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
    // RFC 6532 section 3.1: what is not in NFC may be sent, and is taken for what is.
    return is_host(domain, script, IDN2_NFC_INPUT);
  }
  domain = domain.substr(1, domain.size() - 2);
  return is_ipv4_literal(domain) || (domain.substr(0, 5) == "IPv6:" && is_ipv6(domain.substr(5)));
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
