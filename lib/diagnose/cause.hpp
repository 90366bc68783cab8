#pragma once

#include "diagnose/findings.hpp"
#include "diagnose/ledger.hpp"
#include "session/finding.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::diagnose {

/// True for a finding of this module that tells why a session ended, not how: it may lead the headline.
bool is_cause(std::string_view id);

/// True for a finding of this module that says how a session ended, not why: "no-close-fin", "upgrade-refused-403" …
bool says_only_how(std::string_view id);

/// True for one whose sentence the headline and the code say already, unless it leads: how it ended, the Close's
/// reason, that a Close was not answered.
bool repeats_headline(std::string_view id);

/// True if `finding` is known from a profile's knowledge, and tells why this connection ended, was refused or stayed
/// silent: a symptom, a fault of the client's that nothing was answered after, the token, the URL, the dialect.
bool says_why(const Ledger& ledger, const session::Finding& finding);

/// True if `finding` is judged by a profile that nobody named, but that was recognised.
bool rests_on_recognition(const Ledger& ledger, const session::Finding& finding);

/// Puts the finding that best tells why before all others, which keep their order. Returns it; null if there is none.
const session::Finding* lead(const Ledger& ledger, Judged& judged);

/// The same in the findings of a whole run, where `cause` is the last connection's.
void lead_with(const std::string& cause, std::vector<session::Finding>& findings);

/// The headline where `why` leads it: the cause, marked where it is inferred, and `how` it ended (see how_clause). A
/// cause that is hardly more than a guess follows `plain`, the headline without it.
std::string caused_headline(const Ledger& ledger,
                            const session::Finding& why,
                            const Judged& judged,
                            const std::string& how,
                            const std::string& plain);
/// What a profile found in a call, or before a Close of the client's own that needs no cause: a sentence for the
/// headline, with the blank before it; empty if there is nothing.
std::string beside_words(const Ledger& ledger, const std::vector<session::Finding>& findings);

}  // namespace whydrop::diagnose
