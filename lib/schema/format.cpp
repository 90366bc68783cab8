#include "schema/format.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <optional>

namespace whydrop::schema {
namespace {

constexpr std::size_t kNpos = std::string_view::npos;

bool is_hex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// Takes text from the front; once something did not fit, nothing more does.
class Taker {
 public:
  explicit Taker(std::string_view text) : rest_(text) {}

  /// Exactly `count` digits as a number between the bounds; 0 where they are not.
  int number(std::size_t count, int least, int most) {
    int value = 0;
    const bool there = rest_.size() >= count;
    for (std::size_t i = 0; there && i < count; ++i) {
      ok_ = ok_ && is_digit(rest_[i]);
      value = value * 10 + (rest_[i] - '0');
    }
    ok_ = ok_ && there && value >= least && value <= most;
    rest_.remove_prefix(there ? count : rest_.size());
    return ok_ ? value : 0;
  }
  bool take(std::string_view any_of) {
    const bool there = !rest_.empty() && any_of.find(rest_.front()) != kNpos;
    rest_.remove_prefix(there ? 1 : 0);
    return there;
  }
  void need(std::string_view any_of) { ok_ = take(any_of) && ok_; }
  void digits() {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    ok_ = ok_ && count > 0;
    rest_.remove_prefix(count);
  }
  void fails() { ok_ = false; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

void take_date(Taker& text) {
  constexpr std::array<int, 12> kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const int year = text.number(4, 0, 9999);
  text.need("-");
  const int month = text.number(2, 1, 12);
  text.need("-");
  const int day = text.number(2, 1, month == 0 ? 31 : kDays[static_cast<std::size_t>(month - 1)]);
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (month == 2 && day == 29 && !leap) {
    text.fails();
  }
}

/// Minutes east of UTC.
int take_offset(Taker& text) {
  if (text.take("zZ")) {
    return 0;
  }
  const bool east = text.take("+");
  if (!east) {
    text.need("-");
  }
  const int hours = text.number(2, 0, 23);
  text.need(":");
  const int minutes = hours * 60 + text.number(2, 0, 59);
  return east ? minutes : -minutes;
}

void take_time(Taker& text) {
  constexpr int kDay = 24 * 60;
  const int hour = text.number(2, 0, 23);
  text.need(":");
  const int minute = text.number(2, 0, 59);
  text.need(":");
  const int second = text.number(2, 0, 60);
  if (text.take(".")) {
    text.digits();
  }
  const int utc = hour * 60 + minute - take_offset(text);
  if (second == 60 && (utc + 2 * kDay) % kDay != kDay - 1) {
    text.fails();  // A leap second is the last of a day of UTC.
  }
}

bool is_date(std::string_view given) {
  Taker text(given);
  take_date(text);
  return text.done();
}

bool is_time(std::string_view given) {
  Taker text(given);
  take_time(text);
  return text.done();
}

bool is_date_time(std::string_view given) {
  Taker text(given);
  take_date(text);
  text.need("Tt");
  take_time(text);
  return text.done();
}

bool is_uuid(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) {
      return false;
    }
  }
  return text.size() == 36;
}

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

/// Groups of 16 bits on one side of "::"; null where they are none.
std::optional<int> ipv6_groups(std::string_view text, bool last) {
  int groups = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, end);
    if (end == text.size() && last && group.find('.') != kNpos) {
      return is_ipv4(group) ? std::optional<int>(groups + 2) : std::nullopt;
    }
    if (group.empty() || group.size() > 4 || !std::all_of(group.begin(), group.end(), is_hex) ||
        end + 1 == text.size()) {
      return std::nullopt;
    }
    ++groups;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return groups;
}

bool is_ipv6(std::string_view text) {
  const std::size_t gap = text.find("::");
  if (gap == kNpos) {
    return ipv6_groups(text, true) == 8;
  }
  const auto before = ipv6_groups(text.substr(0, gap), false), after = ipv6_groups(text.substr(gap + 2), true);
  return before && after && *before + *after < 8;
}

bool is_hostname(std::string_view text) {
  constexpr std::size_t kLongest = 253, kLongestLabel = 63;
  if (text.empty() || text.size() > kLongest) {
    return false;
  }
  while (true) {
    const std::size_t end = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, end);
    const auto fits = [](char c) { return is_alnum(c) || c == '-'; };
    if (label.empty() || label.size() > kLongestLabel || !std::all_of(label.begin(), label.end(), fits) ||
        label.front() == '-' || label.back() == '-') {
      return false;
    }
    if (end == text.size()) {
      return true;
    }
    text.remove_prefix(end + 1);
  }
}

/// The part before '@': words with dots between them, or a quoted string. RFC 5321 section 4.1.2.
bool is_local_part(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    return true;
  }
  constexpr std::string_view kOther = "!#$%&'*+-/=?^_`{|}~.";
  const auto fits = [&](char c) { return is_alnum(c) || kOther.find(c) != kNpos; };
  return !text.empty() && text.size() <= 64 && text.front() != '.' && text.back() != '.' && text.find("..") == kNpos &&
         std::all_of(text.begin(), text.end(), fits);
}

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == kNpos || !is_local_part(text.substr(0, at))) {
    return false;
  }
  std::string_view domain = text.substr(at + 1);
  if (domain.size() < 2 || domain.front() != '[' || domain.back() != ']') {
    return is_hostname(domain);
  }
  domain = domain.substr(1, domain.size() - 2);
  return is_ipv4(domain) || (domain.substr(0, 5) == "IPv6:" && is_ipv6(domain.substr(5)));
}

/// Characters of a URI, each % followed by two hex digits. RFC 3986 section 2.
bool has_uri_characters(std::string_view text) {
  constexpr std::string_view kOther = "-._~:/?#[]@!$&'()*+,;=%";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool broken_escape = text[i] == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2]));
    if (broken_escape || (!is_alnum(text[i]) && kOther.find(text[i]) == kNpos)) {
      return false;
    }
  }
  return true;
}

/// "user@host:port"; brackets only around an IPv6 address.
bool is_authority(std::string_view text) {
  const std::size_t at = text.rfind('@');
  text.remove_prefix(at == kNpos ? 0 : at + 1);
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon != kNpos && (bracket == kNpos || colon > bracket)) {
    const std::string_view port = text.substr(colon + 1);
    if (!std::all_of(port.begin(), port.end(), is_digit)) {
      return false;
    }
    text = text.substr(0, colon);
  }
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    return is_ipv6(text.substr(1, text.size() - 2));
  }
  return text.find_first_of("[]:") == kNpos;
}

bool is_uri(std::string_view text) {
  const std::size_t colon = text.find_first_of(":/?#");
  if (colon == kNpos || colon == 0 || text[colon] != ':' || std::isalpha(static_cast<unsigned char>(text[0])) == 0 ||
      !has_uri_characters(text)) {
    return false;
  }
  const std::string_view scheme = text.substr(0, colon);
  if (!std::all_of(
          scheme.begin(), scheme.end(), [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; })) {
    return false;
  }
  std::string_view rest = text.substr(colon + 1);
  if (rest.substr(0, 2) == "//") {
    const std::size_t end = std::min(rest.find_first_of("/?#", 2), rest.size());
    if (!is_authority(rest.substr(2, end - 2))) {
      return false;
    }
    rest.remove_prefix(end);
  }
  const std::size_t hash = rest.find('#');
  return rest.find_first_of("[]") == kNpos && (hash == kNpos || rest.find('#', hash + 1) == kNpos);
}

constexpr std::array<Format, 9> kFormats{{
    {"date-time", "a date and time, as 2024-05-06T07:08:09Z", is_date_time},
    {"date", "a date, as 2024-05-06", is_date},
    {"time", "a time with its offset, as 07:08:09Z", is_time},
    {"uuid", "a UUID, as 123e4567-e89b-12d3-a456-426614174000", is_uuid},
    {"uri", "a URI with its scheme, as https://host/path", is_uri},
    {"email", "an e-mail address", is_email},
    {"ipv4", "an IPv4 address, as 192.0.2.1", is_ipv4},
    {"ipv6", "an IPv6 address, as 2001:db8::1", is_ipv6},
    {"hostname", "a host name", is_hostname},
}};

}  // namespace

const Format* find_format(std::string_view name) {
  const auto* const found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& format) { return format.name == name; });
  return found == kFormats.end() ? nullptr : found;
}

}  // namespace whydrop::schema
