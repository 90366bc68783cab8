// Causes of facts that carry words only: captures of earlier versions, records that others made.
#pragma once

#include "session/event.hpp"

namespace whydrop::session {

/// The cause that the stable words of `error` name; Cause::none where there is no error. Whoever makes a fact sets its
/// cause and needs none of these.
Cause cause_in_words(const Resolve& fact);
Cause cause_in_words(const Connect& fact);
Cause cause_in_words(const Tls& fact);

}  // namespace whydrop::session
