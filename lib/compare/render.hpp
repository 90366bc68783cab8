#pragma once

#include "compare/compare.hpp"
#include "report/report.hpp"

#include <string>

namespace whydrop::compare {

/// `report`: the lines that an HTML report holds besides those of both sessions (docs/report.md).
enum class View : std::uint8_t { text, ndjson, side_by_side, report };

/// The comparison for people or programs, ended by a line that sums it up. `style`: colour and width.
std::string render(const Comparison& comparison, const Options& options, View view, const report::Style& style);

}  // namespace whydrop::compare
