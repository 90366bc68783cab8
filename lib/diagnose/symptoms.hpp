#pragma once

#include "diagnose/ledger.hpp"
#include "session/finding.hpp"

#include <vector>

namespace whydrop::diagnose {

/// What the profile in use makes of the session's end. `found`: all else that was found; a symptom may ask for it.
std::vector<session::Finding> symptoms(const Ledger& ledger, const std::vector<session::Finding>& found);

/// True if `finding` is a symptom of the profile in use.
bool is_symptom(const Ledger& ledger, const session::Finding& finding);

}  // namespace whydrop::diagnose
