#pragma once

#include "diagnose/ledger.hpp"
#include "fieldguide/fieldguide.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace whydrop::diagnose {

/// What the answer to the upgrade says of who wrote it.
fieldguide::Hops hops_of(const Ledger& ledger);
/// The hop nearest to the client that an answer names, safe to show: Via, a header of a product's own, Server. Empty:
/// none.
std::string hop_name(const Ledger& ledger);
/// True if the answer's headers name this product.
bool is_named(const Ledger& ledger, const fieldguide::Product& product);
/// True if the answer has headers that only hops write: it may be a hop's own.
bool shows_a_hop(const Ledger& ledger);
/// True if the answer names software on the way: then the end that came is the way's, not the backend's.
bool came_through_a_proxy(const Ledger& ledger);

/// The entry whose text is the Close's reason; null if none is known, or the answer names other software.
const fieldguide::Entry* entry_of_reason(const Ledger& ledger);

/// Entries of a trigger whose default time is this one, that end as this session did, and that the answer's headers do
/// not contradict.
std::vector<const fieldguide::Entry*> entries_of_timer(const Ledger& ledger,
                                                       fieldguide::Trigger trigger,
                                                       double seconds);

/// The entries of a trigger of software that the answer names, that end as this session did.
std::vector<const fieldguide::Entry*> entries_named(const Ledger& ledger, fieldguide::Trigger trigger);

/// Entries of size limits that end as this session did, of software that the answer's headers do not contradict, whose
/// limit lies between what passed and what did not: the smallest first.
std::vector<const fieldguide::Entry*> entries_of_size(const Ledger& ledger,
                                                      std::uint64_t passed,
                                                      std::uint64_t dropped);

/// "nginx, HAProxy and h2o": the software of these entries, each once, at most three.
std::string names_of(const std::vector<const fieldguide::Entry*>& entries);

}  // namespace whydrop::diagnose
