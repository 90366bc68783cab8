#include "base/text.hpp"
#include "json/tree.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace whydrop::json {
namespace {

constexpr std::size_t kEscape = 6;  // \uXXXX
constexpr std::string_view kReplacement = "\\ufffd", kLargest = "1e308";

enum class Half : std::uint8_t { none, first, second };

/// Which half of a surrogate pair the escape at `at` stands for.
Half half_at(std::string_view json, std::size_t at) {
  const std::string_view escape = json.substr(std::min(at, json.size()), kEscape);
  const auto is_hex = [](unsigned char c) { return std::isxdigit(c) != 0; };
  if (escape.size() < kEscape || escape.substr(0, 2) != "\\u" || (escape[2] | 0x20) != 'd' || escape[3] < '8' ||
      !std::all_of(escape.begin() + 3, escape.end(), is_hex)) {
    return Half::none;
  }
  return (escape[3] | 0x20) >= 'c' ? Half::second : Half::first;
}

/// Walks through a text of which nothing is known but that it is nearly JSON.
class Mender {
 public:
  explicit Mender(std::string_view text) { out_.text = text; }

  Holdable run() {
    const std::string& text = out_.text;
    for (std::size_t at = 0; at < text.size();) {
      if (text[at] == '"') {
        at = string(at + 1);
      } else if (text[at] == '-' || is_digit(text[at])) {
        at = number(at);
      } else {
        ++at;
      }
    }
    return std::move(out_);
  }

 private:
  void lose(std::size_t at, std::string why) {
    if (out_.losses.size() < kMostLosses) {
      out_.losses.push_back({at, std::move(why)});
    }
  }

  /// Goes behind the string whose first character stands at `at`.
  std::size_t string(std::size_t at) {
    std::string& text = out_.text;
    while (at < text.size() && text[at] != '"') {
      const Half half = text[at] == '\\' ? half_at(text, at) : Half::none;
      if (half == Half::first && half_at(text, at + kEscape) == Half::second) {
        at += 2 * kEscape;
      } else if (half != Half::none) {
        lose(at, text.substr(at, kEscape) + " is half of a surrogate pair: taken for U+FFFD");
        text.replace(at, kEscape, kReplacement);
        at += kEscape;
      } else {
        at += text[at] == '\\' ? 2 : 1;
      }
    }
    return at + 1;
  }

  /// Goes behind the number that begins at `at`.
  std::size_t number(std::size_t at) {
    std::string& text = out_.text;
    const std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE", at), text.size());
    const std::string whole = text.substr(at, end - at);
    // Shorter ones fit, if they have no exponent.
    constexpr std::size_t kSurelyFits = 300;
    const std::size_t exponent = whole.find_first_of("eE");
    if (whole.size() < kSurelyFits && exponent == std::string::npos) {
      return end;
    }
    const double value = std::strtod(whole.c_str(), nullptr);
    const bool beyond = std::isinf(value);
    if (beyond || (value == 0 && exponent != std::string::npos)) {
      // A parser may refuse 0e999 too, which is 0.
      std::string held = (whole[0] == '-' ? "-" : "") + std::string(beyond ? kLargest : "0");
      if (beyond) {
        lose(at, elide(whole, 24) + " is beyond the range of a double: taken for " + held);
      }
      held.resize(whole.size(), ' ');
      text.replace(at, whole.size(), held);
    }
    return end;
  }

  Holdable out_;
};

}  // namespace

std::size_t find_lone_surrogate(std::string_view json) {
  for (std::size_t at = json.find('\\'); at < json.size(); at = json.find('\\', at)) {
    const Half half = half_at(json, at);
    if (half == Half::second) {
      return at;
    }
    // Behind the first half the parser has seen the second.
    at += half == Half::first ? 2 * kEscape : 2;
  }
  return std::string_view::npos;
}

Holdable holdable(std::string_view text) {
  return Mender(text).run();
}

}  // namespace whydrop::json
