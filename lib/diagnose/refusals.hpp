#pragma once

#include "diagnose/ledger.hpp"

#include <string_view>

namespace whydrop::diagnose {

/// Id of the finding that says what a refused call's status and body mean whatever the API; empty where none does, or
/// where a profile has said it.
std::string_view refusal_of(const Ledger& ledger);

}  // namespace whydrop::diagnose
