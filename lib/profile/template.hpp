#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// One stretch of a template: plain text, or the name of a placeholder.
struct Piece {
  bool name = false;
  std::string text;        ///< braces undoubled; of a placeholder what stands between its braces
  std::size_t offset = 0;  ///< in the template
};

/// A template in its pieces. A brace that belongs to no placeholder stands for itself.
std::vector<Piece> pieces_of(std::string_view text);

/// Names of the placeholders in the strings of a JSON text, or in any other text, in order, each once.
std::vector<std::string> placeholders_of(std::string_view text);

/// The variable of the placeholder "$number:NAME", whose value stands as a JSON number; null for any other.
std::optional<std::string_view> number_of(std::string_view placeholder);

/// One string literal of a JSON text: from its opening quote to behind its closing one.
struct Literal {
  std::size_t begin = 0, end = 0;
};
/// The first string literal of `json` from `from` on; begin is npos where there is none.
Literal next_literal(std::string_view json, std::size_t from);

}  // namespace whydrop::profile
