#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace whydrop {

/// The printed names of an enum whose values count from 0, in the order of its enumerators. Each enum that is printed
/// has, right below it, `constexpr NameList<N> names_of(Enum) { return {…}; }`, so that the two change together.
template <std::size_t kCount>
using NameList = std::array<std::string_view, kCount>;

/// The printed name of `value`; "unknown" for a number that is no enumerator.
template <typename Enum, typename = decltype(names_of(Enum{}))>
constexpr std::string_view name(Enum value) {
  const auto& names = names_of(value);
  const auto index = static_cast<std::size_t>(value);
  return index < names.size() ? names[index] : std::string_view("unknown");
}

/// The value that prints as `text`; null if none does.
template <typename Enum>
constexpr std::optional<Enum> parse(std::string_view text) {
  const auto& names = names_of(Enum{});
  for (std::size_t index = 0; index < names.size(); ++index) {
    if (names[index] == text) {
      return static_cast<Enum>(index);
    }
  }
  return std::nullopt;
}

}  // namespace whydrop
