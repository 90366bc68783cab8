// Texts of software with holes in them: "Frame size of {size} bytes exceeds maximum accepted frame size".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace whydrop::fieldguide {

/// The numbers that a text had in its holes.
struct Holes {
  std::optional<std::uint64_t> limit, size;
};

/// Matches the whole of `text`. `{limit}` and `{size}` stand for a number (commas in it are skipped), `{*}` for any
/// text, also none. Case counts. Null: it is another text.
std::optional<Holes> match(std::string_view pattern, std::string_view text);

/// How many characters of a pattern are no hole.
std::size_t literal_length(std::string_view pattern);

}  // namespace whydrop::fieldguide
