#pragma once

#include "diagnose/ledger.hpp"

#include <string>

namespace whydrop::diagnose {

/// True if small segments arrived after full ones that did not, as SACK tells.
bool shows_large_packets_lost(const Ledger& ledger);
/// Sentences on what was not acknowledged: since when, and what cannot be told without SACK. Each begins with a blank.
std::string no_ack_words(const Ledger& ledger);

}  // namespace whydrop::diagnose
