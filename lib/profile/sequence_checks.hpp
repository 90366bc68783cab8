#pragma once

#include "profile/examination.hpp"
#include "profile/sequence.hpp"

namespace whydrop::profile {

/// What a message of the client's breaks by its place: sequence-too-early, sequence-too-late, sequence-unexpected.
void check_place(const Profile& profile,
                 const SequenceMachine& machine,
                 const Standing& standing,
                 const Seen& seen,
                 Findings& findings);
/// Moves on, if `seen` leads anywhere.
void follow(const SequenceMachine& machine, Standing& standing, const Seen& seen);
/// What never came until the end, though its time went by: sequence-too-late.
void check_deadline_at_end(const Profile& profile,
                           const SequenceMachine& machine,
                           const Standing& standing,
                           std::int64_t t_ns,
                           std::uint64_t seq,
                           Findings& findings);

}  // namespace whydrop::profile
