// Which placeholders a template may hold: for files of profile/ and check/.
#pragma once

#include "profile/load.hpp"
#include "schema/mistakes.hpp"

#include <string>

namespace whydrop::profile {

using schema::did_you_mean;
using schema::MistakeList;
using schema::Names;
using schema::names_under;
using schema::under;

/// Which placeholders a template may hold.
struct Placeholders {
  Names variables;
  Names exact;     ///< "$uuid" …
  Names prefixes;  ///< "$epoch", "$/" …
};
/// Says which placeholders of the template, string or JSON, at `pointer` are not known.
void check_template(MistakeList& list, const std::string& pointer, const Placeholders& known);

}  // namespace whydrop::profile
