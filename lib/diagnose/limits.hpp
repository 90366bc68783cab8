#pragma once

#include "diagnose/ledger.hpp"

#include <string>

namespace whydrop::diagnose {

/// What was waited for in vain, as a clause: "no reply came within 2 s (--wait)"; empty if nothing was.
std::string wait_words(const Ledger& ledger);

}  // namespace whydrop::diagnose
