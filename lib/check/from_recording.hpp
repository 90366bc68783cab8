#pragma once

#include "base/result.hpp"
#include "profile/profile.hpp"
#include "replay/plan.hpp"
#include "replay/recording.hpp"

#include <string>

namespace whydrop::check {

/// A recorded session as the text of a check file to edit: what the client sent, what the server answered by kind and
/// telling members, what it made and the client sent back as takes, masked values as variables, how it ended. It loads
/// as it is. `other_url`, where it is not empty, takes the recorded one's place. Errors: those of reading; usage, where
/// neither a URL nor a profile is known.
Result<std::string> from_recording(replay::Recording& recording,
                                   const replay::Plan& plan,
                                   const profile::Profile* profile,
                                   const std::string& other_url = {});

}  // namespace whydrop::check
