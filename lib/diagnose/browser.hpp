#pragma once

#include "diagnose/ledger.hpp"
#include "session/event.hpp"

#include <vector>

namespace whydrop::diagnose {

/// Sets what a page in Chromium would have seen of this end: CloseEvent.code, wasClean, and the console's text.
/// tests/fieldguide/browser.py holds it against the browser.
void set_browser(const Ledger& ledger, const std::vector<session::Finding>& findings, session::Verdict& verdict);

}  // namespace whydrop::diagnose
