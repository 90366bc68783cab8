#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::report {

/// Breaks `text` at spaces into lines of at most `columns` columns (a code point counts as one). A number stays with
/// its unit; a word that is longer than a line is cut. Never empty: the empty text is one empty line. The views point
/// into `text`.
std::vector<std::string_view> wrap(std::string_view text, std::size_t columns);

}  // namespace whydrop::report
