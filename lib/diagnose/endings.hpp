#pragma once

#include "session/event.hpp"

#include <string_view>
#include <vector>

namespace whydrop::diagnose {

/// What an `ending.how` means.
struct EndingWordsRow {
  session::EndingHow how;
  std::string_view title, text, fix;
};
/// One row for every EndingHow.
const std::vector<EndingWordsRow>& ending_words();

}  // namespace whydrop::diagnose
