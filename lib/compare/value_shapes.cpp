#include "compare/value_shapes.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string>

namespace whydrop::compare {
namespace {

constexpr std::size_t kLeastId = 16;
constexpr std::size_t kLeastNamedId = 4;

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_masked(std::string_view text) {
  return !text.empty() && text.find_first_not_of('x') == std::string_view::npos;
}

bool is_http_date(std::string_view text) {
  // "Sat, 21 Nov 2026 17:28:29 GMT". RFC 9110 section 5.6.7.
  return text.size() == 29 && text.substr(25) == " GMT" && text[3] == ',' && text[19] == ':' && text[22] == ':';
}

bool is_time(std::string_view text) {
  return is_http_date(text) || parse_rfc3339(text).has_value();
}

/// Seconds or milliseconds since 1970, between 2014 and 2039.
bool is_epoch(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find('.'));
  const bool fits = whole.size() == 10 || whole.size() == 13;
  return fits && all_digits(whole) && whole.substr(0, 2) >= "14" && whole.substr(0, 2) <= "21" &&
         (whole.size() == text.size() || all_digits(text.substr(whole.size() + 1)));
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : hex_digit(text[i]) < 0) {
      return false;
    }
  }
  return true;
}

bool is_token(std::string_view text) {
  // A JWT's header is an object: its base64url begins so. RFC 7519.
  return starts_with(text, "eyJ") && std::count(text.begin(), text.end(), '.') == 2;
}

bool is_hex_id(std::string_view text) {
  return text.size() >= kLeastId && std::all_of(text.begin(), text.end(), [](char c) { return hex_digit(c) >= 0; }) &&
         std::any_of(text.begin(), text.end(), is_digit);
}

bool is_base64_id(std::string_view text) {
  const std::string_view body = text.substr(0, text.find('='));
  bool lower = false, upper = false, digit = false;
  for (const char c : body) {
    if (!is_word(c) && c != '+' && c != '/') {
      return false;
    }
    lower = lower || (c >= 'a' && c <= 'z');
    upper = upper || (c >= 'A' && c <= 'Z');
    digit = digit || is_digit(c);
  }
  return text.size() >= kLeastId && text.size() - body.size() <= 2 && lower && upper && digit &&
         text.find_first_not_of('=', body.size()) == std::string_view::npos;
}

bool is_named_id(std::string_view text) {
  return (text.size() >= kLeastNamedId && std::any_of(text.begin(), text.end(), is_digit) &&
          std::all_of(
              text.begin(), text.end(), [](char c) { return is_word(c) || c == ':' || c == '.' || c == '='; })) ||
         all_digits(text);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.eE+-") == std::string_view::npos && is_digit(text.back());
}

constexpr std::array<std::string_view, 9> kIdNames{
    "id", "token", "nonce", "cursor", "etag", "ticket", "key", "cf-ray", "traceparent"};
constexpr std::array<std::string_view, 11> kCounterNames{
    "seq", "sequence", "sequencenumber", "sequence_number", "counter", "offset", "index", "n", "nr", "number", "age"};
constexpr std::array<std::string_view, 10> kSpanNames{
    "latency", "elapsed", "duration", "rtt", "took", "uptime", "expires_in", "expiresin", "timestamp", "time"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), lower_case(name)) != names.end();
}

bool names_id(std::string_view name) {
  const std::string_view end = name.size() > 2 ? name.substr(name.size() - 2) : std::string_view();
  const bool ends = end == "Id" || end == "ID" || (end == "id" && !is_word(name[name.size() - 3])) ||
                    (end == "id" && (name[name.size() - 3] == '_' || name[name.size() - 3] == '-'));
  return ends || is_one_of(name, kIdNames);
}

bool names_counter(std::string_view name) {
  return is_one_of(name, kCounterNames);
}

bool names_span(std::string_view name) {
  return is_one_of(name, kSpanNames);
}

/// The one table of what is volatile: by the form of a value alone, or by the name that it stands under only where its
/// form agrees.
struct ShapeRow {
  ValueShape form;
  std::string_view words;
  bool (*fits)(std::string_view text);
  bool (*named)(std::string_view name);  ///< null: whatever the name
  bool identity;
};
constexpr ShapeRow kRows[] = {
    {ValueShape::time, "a time", is_time, nullptr, false},
    {ValueShape::epoch, "seconds or milliseconds since 1970", is_epoch, nullptr, false},
    {ValueShape::uuid, "a UUID", is_uuid, nullptr, true},
    {ValueShape::token, "a token", is_token, nullptr, false},
    {ValueShape::hex, "an id in hex", is_hex_id, nullptr, true},
    {ValueShape::base64, "an id in base64", is_base64_id, nullptr, true},
    {ValueShape::counter, "a counter", all_digits, names_counter, false},
    {ValueShape::span, "a span of time", is_number, names_span, false},
    {ValueShape::id, "an id", is_named_id, names_id, true},
};

const ShapeRow* row_of(ValueShape form) {
  const auto found =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const ShapeRow& row) { return row.form == form; });
  return found == std::end(kRows) ? nullptr : found;
}

/// One part of a text: a word, or the punctuation before the next one.
std::string_view next_part(std::string_view& rest) {
  const bool word = is_word(rest.front());
  std::size_t size = 1;
  while (size < rest.size() && is_word(rest[size]) == word) {
    ++size;
  }
  const std::string_view part = rest.substr(0, size);
  rest.remove_prefix(size);
  return part;
}

/// True if what stands before a part says that it is a port of this machine: one that is chosen anew for each run.
bool before_port(std::string_view before) {
  constexpr std::array<std::string_view, 3> kHosts{"127.0.0.1:", "localhost:", "[::1]:"};
  return std::any_of(kHosts.begin(), kHosts.end(), [&](std::string_view host) {
    return before.size() >= host.size() && before.substr(before.size() - host.size()) == host;
  });
}

ValueShape form_of_part(std::string_view whole, std::string_view part, bool redacted) {
  const auto at = static_cast<std::size_t>(part.data() - whole.data());
  return all_digits(part) && before_port(whole.substr(0, at)) ? ValueShape::counter : shape_of(part, {}, redacted);
}

}  // namespace

std::string_view words(ValueShape form) {
  const ShapeRow* row = row_of(form);
  return form == ValueShape::masked ? "a masked value" : row != nullptr ? row->words : std::string_view();
}

bool is_identity(ValueShape form) {
  const ShapeRow* row = row_of(form);
  return row != nullptr && row->identity;
}

ValueShape shape_of(std::string_view text, std::string_view name, bool redacted) {
  if (redacted && is_masked(text)) {
    return ValueShape::masked;
  }
  const auto found = std::find_if(std::begin(kRows), std::end(kRows), [&](const ShapeRow& row) {
    return row.fits(text) && (row.named == nullptr || row.named(name));
  });
  return found == std::end(kRows) ? ValueShape::none : found->form;
}

ValueShape shape_of(json::Value value, std::string_view name, bool redacted) {
  if (value.is(json::Type::string)) {
    return shape_of(value.string(), name, redacted);
  }
  if (!value.is(json::Type::number)) {
    return ValueShape::none;
  }
  const std::string text = value.text();
  if (redacted && text.find_first_not_of('1') == std::string::npos) {
    return ValueShape::masked;  // the redactor keeps a number a number
  }
  const ValueShape form = shape_of(text, name, false);
  return form == ValueShape::hex || form == ValueShape::base64 ? ValueShape::none
                                                               : form;  // a number has no such digits
}

bool same_shape(ValueShape a, ValueShape b) {
  return a != ValueShape::none && a == b;
}

bool same_shape(std::string_view a, std::string_view b, std::string_view name, bool redacted) {
  const ValueShape form_a = shape_of(a, name, redacted), form_b = shape_of(b, name, redacted);
  if (a == b || same_shape(form_a, form_b) || form_a == ValueShape::masked || form_b == ValueShape::masked) {
    return true;
  }
  std::string_view rest_a = a, rest_b = b;
  while (!rest_a.empty() && !rest_b.empty()) {
    const std::string_view part_a = next_part(rest_a), part_b = next_part(rest_b);
    const ValueShape form = part_a == part_b ? ValueShape::none : form_of_part(a, part_a, redacted);
    const ValueShape other = part_a == part_b ? ValueShape::none : form_of_part(b, part_b, redacted);
    if (part_a != part_b && !same_shape(form, other) && form != ValueShape::masked && other != ValueShape::masked) {
      return false;
    }
  }
  return rest_a.empty() && rest_b.empty();
}

void each_identity(std::string_view text,
                   std::string_view name,
                   bool redacted,
                   const std::function<void(std::string_view)>& each) {
  const ValueShape whole = shape_of(text, name, redacted);
  if (whole != ValueShape::none) {
    if (is_identity(whole)) {
      each(text);
    }
    return;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view part = next_part(rest);
    if (is_identity(form_of_part(text, part, redacted))) {
      each(part);
    }
  }
}

std::size_t mix(std::size_t hash, std::size_t value) {
  // The golden ratio's bits spread what is near.
  return hash ^ (value + 0x9e3779b97f4a7c15U + (hash << 6U) + (hash >> 2U));
}

std::size_t shape_hash(std::string_view text, std::string_view name, bool redacted) {
  const ValueShape whole = shape_of(text, name, redacted);
  if (whole != ValueShape::none) {
    return mix(0, static_cast<std::size_t>(whole));
  }
  std::size_t hash = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view part = next_part(rest);
    const ValueShape form = form_of_part(text, part, redacted);
    hash = mix(hash, form == ValueShape::none ? std::hash<std::string_view>()(part) : static_cast<std::size_t>(form));
  }
  return hash;
}

namespace {

std::size_t hash_of_members(json::Value object, bool redacted) {
  std::size_t hash = 1;
  for (std::size_t i = 0; i < object.size(); ++i) {
    const auto member = object.member(i);
    // A sum: the order of members does not matter.
    hash += mix(std::hash<std::string_view>()(member.first), shape_hash(member.second, member.first, redacted));
  }
  return hash;
}

std::size_t hash_of_items(json::Value array, std::string_view name, bool redacted) {
  std::size_t hash = 2;
  for (std::size_t i = 0; i < array.size(); ++i) {
    hash = mix(hash, shape_hash(array.item(i), name, redacted));
  }
  return hash;
}

}  // namespace

std::size_t shape_hash(json::Value value, std::string_view name, bool redacted) {
  switch (value.type()) {
  case json::Type::object:
    return hash_of_members(value, redacted);
  case json::Type::array:
    return hash_of_items(value, name, redacted);
  case json::Type::string:
    return shape_hash(value.string(), name, redacted);
  case json::Type::number: {
    const ValueShape form = shape_of(value, name, redacted);
    return form == ValueShape::none ? std::hash<double>()(value.number()) : mix(0, static_cast<std::size_t>(form));
  }
  case json::Type::boolean:
    return value.boolean() ? 3 : 4;
  case json::Type::null:
    return 5;
  }
  return 0;
}

}  // namespace whydrop::compare
