// Internal: faults in words.
#pragma once

#include "schema/program.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::schema {

/// "a string, \"abc\"", "an array of 3 items"; safe for a terminal, cut where it is long.
std::string found_words(const Node& value);
/// A value as JSON, cut where it is long.
std::string short_text(const Node& value);
/// "a string or null".
std::string type_words(std::uint8_t allowed);
/// "\"a\"", "one of \"a\", \"b\"".
std::string values_words(const std::vector<Node>& values);
/// "at most 10", "less than 3".
std::string bound_words(const Bound& bound);
/// "a", "a or b", "a, b or c"; each once.
std::string joined_or(const std::vector<std::string>& words);

}  // namespace whydrop::schema
