// How values are held against what a schema names: bounds, multiples, lists of values, each other.
#include "schema/valid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>

namespace whydrop::schema {
namespace {

__extension__ using Wide = unsigned __int128;

/// A number as digits × 10^exponent, exactly as its shortest decimal form says.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal decimal_of(const Node& number) {
  if (number.IsUint64()) {
    return {number.GetUint64(), 0};
  }
  if (number.IsInt64()) {
    return {0 - static_cast<std::uint64_t>(number.GetInt64()), 0};
  }
  std::array<char, 40> text{};
  const char* const end = fmt::format_to(text.data(), "{}", std::fabs(number.GetDouble()));
  Decimal out;
  bool fraction = false;
  const char* at = text.data();
  for (; at != end && *at != 'e'; ++at) {
    if (*at == '.') {
      fraction = true;
      continue;
    }
    out.digits = out.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    out.exponent -= fraction ? 1 : 0;
  }
  return {out.digits, out.exponent + std::atoi(at + 1)};
}

std::uint64_t power_of_ten(int exponent, std::uint64_t modulus) {
  Wide result = 1 % modulus, base = 10 % modulus;
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) {
      result = result * base % modulus;
    }
    base = base * base % modulus;
  }
  return static_cast<std::uint64_t>(result);
}

/// True if `value` × 10^shift is a multiple of `of`, for a negative shift: if it is one of `of` × 10^-shift.
bool divides(std::uint64_t value, int shift, std::uint64_t of) {
  if (shift >= 0) {
    return static_cast<Wide>(value % of) * power_of_ten(shift, of) % of == 0;
  }
  Wide divisor = of;
  for (; shift < 0 && divisor <= value; ++shift) {
    divisor *= 10;
  }
  return shift == 0 && value % divisor == 0;
}

}  // namespace

bool within(const Bound& bound, const Node& number) {
  const int order = json::compare_numbers(number, bound.number);
  switch (bound.op) {
  case Bound::Op::at_least:
    return order >= 0;
  case Bound::Op::more_than:
    return order > 0;
  case Bound::Op::at_most:
    return order <= 0;
  case Bound::Op::less_than:
    return order < 0;
  }
  return false;
}

bool is_multiple(const Node& number, const Node& of) {
  const Decimal left = decimal_of(number), right = decimal_of(of);
  return left.digits == 0 || divides(left.digits, left.exponent - right.exponent, right.digits);
}

bool is_among(const ChoiceRules& rules, const Node& value) {
  const auto same = [&](const Node& allowed) { return json::compare(allowed, value) == 0; };
  if (rules.constant && !same(rules.constant->front())) {
    return false;
  }
  if (!rules.values) {
    return true;
  }
  if (value.IsString()) {
    return rules.strings.find(json::text_of(value)) != KeyTable::kNone;
  }
  return std::any_of(rules.values->begin(), rules.values->end(), same);
}

std::optional<std::pair<std::size_t, std::size_t>> repeated_items(const Node& array) {
  std::vector<std::size_t> order(array.Size());
  std::iota(order.begin(), order.end(), 0U);
  const Node* const items = array.Begin();
  const auto before = [&](std::size_t a, std::size_t b) { return json::compare(items[a], items[b]) < 0; };
  const auto same = [&](std::size_t a, std::size_t b) { return json::compare(items[a], items[b]) == 0; };
  std::stable_sort(order.begin(), order.end(), before);
  const auto found = std::adjacent_find(order.begin(), order.end(), same);
  return found == order.end() ? std::nullopt : std::optional(std::make_pair(*found, *(found + 1)));
}

}  // namespace whydrop::schema
