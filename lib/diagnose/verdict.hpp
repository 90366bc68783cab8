#pragma once

#include "diagnose/ledger.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <vector>

namespace whydrop::diagnose {

/// Concludes one connection from its ledger and its ranked findings.
session::Verdict make_verdict(const Ledger& ledger,
                              std::vector<session::Finding> findings,
                              const std::vector<std::uint16_t>& expected_codes);

/// One sentence: who ended it, how, after which message.
std::string headline(const Ledger& ledger, const session::Verdict& verdict);
void add_sentences(const Ledger& ledger, session::Verdict& verdict);

}  // namespace whydrop::diagnose
