#pragma once

#include "diagnose/findings.hpp"
#include "diagnose/ledger.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <vector>

namespace whydrop::diagnose {

/// Concludes one connection from its ledger and what was found of it.
session::Verdict make_verdict(const Ledger& ledger, Judged judged, const std::vector<std::uint16_t>& expected_codes);

/// How the connection ended, as a clause without a capital and a stop: "the server closed with 1008 (policy
/// violation)". It follows a cause in the headline.
std::string how_clause(const Ledger& ledger, const session::Verdict& verdict);
/// The same as one sentence, with the moment: after which message, or after how long a silence.
std::string headline(const Ledger& ledger, const session::Verdict& verdict);
void add_sentences(const Ledger& ledger, session::Verdict& verdict);

}  // namespace whydrop::diagnose
