#include "yaml/scalar.hpp"

#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

namespace whydrop::yaml {
namespace {

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Digits without the zeros before them.
std::string without_zeros(std::string_view digits) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return std::string(digits.substr(first));
}

/// 0o17 and 0x1F.
std::optional<std::string> based_integer(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  const bool octal = starts_with(text, "0o"), hex = starts_with(text, "0x");
  const std::string_view digits = text.substr(octal || hex ? 2 : text.size());
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 8);
  const bool whole = fault == std::errc() && end == digits.data() + digits.size();
  return whole && digits.size() <= kMostDigits ? std::optional(std::to_string(value)) : std::nullopt;
}

/// A number of the core schema as JSON writes it: without "+", zeros in front, and bare points.
std::optional<std::string> number(std::string_view text) {
  if (auto based = based_integer(text)) {
    return based;
  }
  std::string out = starts_with(text, "-") ? "-" : "";
  text.remove_prefix(!text.empty() && (text.front() == '-' || text.front() == '+') ? 1 : 0);
  const auto take_digits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view digits = text.substr(0, count);
    text.remove_prefix(count);
    return digits;
  };
  const std::string_view whole = take_digits();
  const bool point = starts_with(text, ".");
  text.remove_prefix(point ? 1 : 0);
  const std::string_view fraction = point ? take_digits() : std::string_view();
  if (whole.empty() && fraction.empty()) {
    return std::nullopt;
  }
  out += whole.empty() ? "0" : without_zeros(whole);
  out += fraction.empty() ? "" : "." + std::string(fraction);
  if (!text.empty() && (text.front() | 0x20) == 'e') {
    text.remove_prefix(1);
    const bool negative = starts_with(text, "-");
    text.remove_prefix(!text.empty() && (text.front() == '-' || text.front() == '+') ? 1 : 0);
    const std::string_view exponent = take_digits();
    if (exponent.empty()) {
      return std::nullopt;
    }
    out += (negative ? "e-" : "e") + std::string(exponent);
  }
  return text.empty() ? std::optional(out) : std::nullopt;
}

bool is_no_number_of_json(std::string_view text) {
  text.remove_prefix(!text.empty() && (text.front() == '-' || text.front() == '+') ? 1 : 0);
  return is_any_of(text, {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"});
}

}  // namespace

tl::expected<std::string, std::string> read_scalar(std::string_view tag, std::string_view value) {
  constexpr std::string_view kCore = "tag:yaml.org,2002:";
  const bool plain = tag == "?";
  const std::string_view type = starts_with(tag, kCore) ? tag.substr(kCore.size()) : std::string_view();
  if ((plain || type == "null") && is_any_of(value, {"", "~", "null", "Null", "NULL"})) {
    return "null";
  }
  if ((plain || type == "bool") && is_any_of(value, {"true", "True", "TRUE"})) {
    return "true";
  }
  if ((plain || type == "bool") && is_any_of(value, {"false", "False", "FALSE"})) {
    return "false";
  }
  if (plain || type == "int" || type == "float") {
    if (is_no_number_of_json(value)) {
      return tl::unexpected(std::string(value) + " is no number of JSON");
    }
    if (auto found = number(value)) {
      return *found;
    }
  }
  if (is_any_of(type, {"null", "bool", "int", "float"})) {
    return tl::unexpected(elide(escape_for_terminal(value), 40) + " is no " + std::string(type));
  }
  return json::quote(value);
}

}  // namespace whydrop::yaml
