// What the field guide has for people: the texts of `whydrop explain`.
#pragma once

#include "fieldguide/fieldguide.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::diagnose {

/// One row of the field guide, in words.
struct GuideRow {
  const fieldguide::Entry* entry = nullptr;
  std::string what;  ///< `FIN without a Close: no byte either way for 60 s`
  std::string text;  ///< the text on the wire in quotes, or empty
  std::string from;  ///< where it is from
};

/// What the field guide has for a key of `explain`.
struct GuidePage {
  const fieldguide::Product* product = nullptr;  ///< the key names it; else null
  std::vector<GuideRow> rows;      ///< of the product; of a close code; texts that stand for the key, or that it has
  std::vector<std::string> means;  ///< keys of `explain` that the rows of a pasted text stand for
};

/// By product, close code, what a text stands for, or text. Empty rows: nothing is known.
GuidePage guide_page(std::string_view key);

}  // namespace whydrop::diagnose
