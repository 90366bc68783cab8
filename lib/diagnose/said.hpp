#pragma once

#include "diagnose/last_words.hpp"
#include "diagnose/ledger.hpp"
#include "diagnose/reasons.hpp"

#include <optional>

namespace whydrop::diagnose {

/// One of the server's last messages, and the error or end that it tells.
struct Said {
  const SaidNote* note = nullptr;  ///< of the ledger
  SaidError error;
};

/// The last word of the server that tells of a failure, else the last that tells of an end, where the server then made
/// one. A word counts if nothing came after it, or if it came in the last 2 s.
std::optional<Said> last_words(const Ledger& ledger);

/// What the server itself named as the cause, in its Close's reason or its last words; null where it named none.
std::optional<Topic> named_topic(const Ledger& ledger);

/// True if the server itself named a cause that has nothing to do with signs of life: what was owed then is another
/// matter.
bool named_another(const Ledger& ledger);

/// How long a pong may take before it is owed.
std::int64_t pong_due_ns(const Ledger& ledger);

}  // namespace whydrop::diagnose
