// Rule of this module: payload/ shows what a message holds. It is total on arbitrary bytes and never recurses on them.
#pragma once

#include "payload/ink.hpp"

#include <string>
#include <string_view>

namespace whydrop::payload {

inline constexpr unsigned kMaxJsonDepth = 1000;

/// Why `text` is not one JSON value: "not JSON: too deep", "not JSON: … at byte 12"; empty if it is. Iterative. RFC
/// 8259.
std::string json_fault(std::string_view text);

/// True for what looks like JSON but nests deeper than kMaxJsonDepth.
bool is_too_deep(std::string_view text);

/// True if the first byte that is not white space opens an object or an array.
bool looks_like_json(std::string_view text);

/// Appends `text` with keys, strings, numbers and literals in ink. Works on any text, also one that was cut; every byte
/// is kept. `text` must already be safe for a terminal.
void append_json(std::string& out, std::string_view text, const Brush& brush);

/// A JSON text with a line for each member and item, two spaces for each level. `text` must be JSON.
std::string pretty_json(std::string_view text);

/// `text` without white space outside its strings.
std::string compact_json(std::string_view text);

}  // namespace whydrop::payload
