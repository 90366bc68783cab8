// Internal: which values differ from run to run without meaning anything.
#pragma once

#include "json/json.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace whydrop::compare {

/// The kind of a volatile value; `none` is compared as it is.
enum class ValueShape : std::uint8_t { none, time, epoch, uuid, token, hex, base64, masked, id, counter, span };
/// "an RFC 3339 time", "a UUID" …; empty for none.
std::string_view words(ValueShape form);

/// The form of a whole text that stands in a member (or header, or parameter) of this name. `redacted`: the message
/// holds masked bytes, so that a run of x is a value that was masked.
ValueShape shape_of(std::string_view text, std::string_view name, bool redacted);
/// The same of a JSON string or number.
ValueShape shape_of(json::Value value, std::string_view name, bool redacted);

/// True if two texts are equal but for volatile values of the same form. A masked text equals any other. The parts of
/// a text that stand between its punctuation are compared one by one: URLs, topics, "Bearer x".
bool same_shape(std::string_view a, std::string_view b, std::string_view name, bool redacted);
bool same_shape(ValueShape a, ValueShape b);
/// True for what names one thing, so that it must be the same wherever it is meant.
bool is_identity(ValueShape form);

/// Calls `each` with the whole of `text` if it names one thing, else with each of its parts that does.
void each_identity(std::string_view text,
                   std::string_view name,
                   bool redacted,
                   const std::function<void(std::string_view)>& each);

std::size_t mix(std::size_t hash, std::size_t value);
/// A hash that is the same for texts that same_shape holds to be equal, but where one of them is masked.
std::size_t shape_hash(std::string_view text, std::string_view name, bool redacted);
std::size_t shape_hash(json::Value value, std::string_view name, bool redacted);

}  // namespace whydrop::compare
