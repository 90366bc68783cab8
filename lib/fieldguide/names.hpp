// The words of the files for the values of an enum. Internal to fieldguide/.
#pragma once

#include "fieldguide/fieldguide.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace whydrop::fieldguide {

template <typename Enum>
struct Names;

template <>
struct Names<Kind> {
  static constexpr std::array<std::string_view, 5> kAll{"server", "library", "intermediary", "client", "service"};
};
template <>
struct Names<Trigger> {
  static constexpr std::array<std::string_view, 25> kAll{
      "idle",        "no-pong",         "no-heartbeat",   "age",          "no-login",         "message-size",
      "frame-size",  "head-size",       "bad-utf8",       "broken-rule",  "bad-message",      "handler-error",
      "stops",       "replaced",        "wrong-path",     "subprotocol",  "bad-upgrade",      "origin",
      "credentials", "backend-refuses", "backend-silent", "backend-gone", "close-unanswered", "ping",
      "error-text"};
};
template <>
struct Names<Ending> {
  static constexpr std::array<std::string_view, 6> kAll{"none", "close", "fin", "rst", "refused", "silence"};
};
template <>
struct Names<Place> {
  static constexpr std::array<std::string_view, 5> kAll{"reason", "body", "message", "error", "console"};
};

template <typename Enum>
std::string_view name_of(Enum value) {
  return Names<Enum>::kAll.at(static_cast<std::size_t>(value));
}

/// The first value for a word that is none of them: the files are checked.
template <typename Enum>
Enum value_of(std::string_view word) {
  const auto& all = Names<Enum>::kAll;
  const auto found = std::find(all.begin(), all.end(), word);
  return static_cast<Enum>(found == all.end() ? 0 : std::distance(all.begin(), found));
}

}  // namespace whydrop::fieldguide
