#pragma once

#include "payload/ink.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace whydrop::report {

/// Appends what fits of a payload into `columns` (0: all of it) on one line, safe for a terminal: text with JSON in
/// ink, or hex for bytes. Reads no more of the payload than it shows.
void append_excerpt(
    std::string& out, std::string_view payload, bool text, std::size_t columns, const payload::Brush& brush);

/// Appends all of a message, each line behind `indent` spaces and safe for a terminal: JSON with a line for each
/// member, other text by its own lines, bytes as a hex dump behind `hex_indent` spaces.
void append_whole(
    std::string& out, std::string_view payload, bool text, std::size_t indent, std::size_t hex_indent, bool color);

}  // namespace whydrop::report
