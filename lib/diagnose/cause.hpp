#pragma once

#include "diagnose/ledger.hpp"
#include "session/finding.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::diagnose {

/// True for a finding of this module that says how a session ended, not why: "no-close-fin", "upgrade-refused-403" …
bool says_only_how(std::string_view id);

/// True if `finding` is known from a profile's knowledge, and tells why this connection ended, was refused or stayed
/// silent: a symptom, a fault of the client's that nothing was answered after, the token, the URL, the dialect.
bool says_why(const Ledger& ledger, const session::Finding& finding);

/// Puts the finding that best tells why before all others, which keep their order. Returns it; null if there is none.
const session::Finding* lead(const Ledger& ledger, std::vector<session::Finding>& findings);

/// The same in the findings of a whole run, where `cause` is the last connection's.
void lead_with(const std::string& cause, std::vector<session::Finding>& findings);

/// A sentence for the headline: how sure `why` is, and what it says.
std::string why_words(const Ledger& ledger, const session::Finding& why);
/// What a profile found in a call, or before a Close of the client's own that needs no cause: a sentence for the
/// headline, with the blank before it; empty if there is nothing.
std::string beside_words(const Ledger& ledger, const std::vector<session::Finding>& findings);

}  // namespace whydrop::diagnose
