#include "schema/format.hpp"

#include "base/text.hpp"
#include "schema/addresses.hpp"
#include "schema/pattern.hpp"
#include "schema/uri_format.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace whydrop::schema {
namespace {

constexpr std::size_t kNpos = std::string_view::npos;

bool is_hex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
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

/// Names of the members of a pointer, each behind a "/". RFC 6901 section 3.
bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text.front() != '/') {
    return false;
  }
  for (std::size_t at = text.find('~'); at != kNpos; at = text.find('~', at + 1)) {
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) {
      return false;
    }
  }
  return true;
}

/// Takes a whole number without zeros in front of it; false where there is none.
bool take_number(std::string_view& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const bool fits = digits > 0 && (digits == 1 || text.front() != '0');
  text.remove_prefix(digits);
  return fits;
}

/// Levels upwards, a step to a neighbour, then a pointer or "#". draft-bhutton-relative-json-pointer-00 section 3.
bool is_relative_json_pointer(std::string_view text) {
  if (!take_number(text)) {
    return false;
  }
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    text.remove_prefix(1);
    if (!take_number(text)) {
      return false;
    }
  }
  return text == "#" || is_json_pointer(text);
}

constexpr std::array<Format, 18> kFormats{{
    {"date-time", "a date and time, as 2024-05-06T07:08:09Z", is_date_time},
    {"date", "a date, as 2024-05-06", is_date},
    {"time", "a time with its offset, as 07:08:09Z", is_time},
    {"uuid", "a UUID, as 123e4567-e89b-12d3-a456-426614174000", is_uuid},
    {"uri", "a URI with its scheme, as https://host/path", is_uri},
    {"uri-reference", "a URI, or a reference to one, as ../path", is_uri_reference},
    {"uri-template", "a URI template, as /orders/{id}", is_uri_template},
    {"iri", "an IRI with its scheme, as https://host/päth", is_iri},
    {"iri-reference", "an IRI, or a reference to one, as ../päth", is_iri_reference},
    {"email", "an e-mail address", is_email},
    {"idn-email", "an e-mail address", is_idn_email},
    {"ipv4", "an IPv4 address, as 192.0.2.1", is_ipv4},
    {"ipv6", "an IPv6 address, as 2001:db8::1", is_ipv6},
    {"hostname", "a host name", is_hostname},
    {"idn-hostname", "a host name", is_idn_hostname},
    {"json-pointer", "a JSON Pointer, as /a/0", is_json_pointer},
    {"relative-json-pointer", "a relative JSON Pointer, as 1/a", is_relative_json_pointer},
    {"regex", "a regular expression of ECMA-262", is_ecma_pattern},
}};

}  // namespace

const Format* find_format(std::string_view name) {
  const auto* const found =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& format) { return format.name == name; });
  return found == kFormats.end() ? nullptr : found;
}

}  // namespace whydrop::schema
