#pragma once

#include "rehearsal/server.hpp"
#include "target/headers.hpp"

#include <memory>
#include <string>
#include <vector>

namespace whydrop::cli {

class Options;

/// The flags of a rehearsal that plays a profile.
struct PlayFlags {
  std::string profile, scenario, rehearsal;
  std::vector<std::string> variables;  ///< "NAME=VALUE" or "NAME=@FILE"
};
void add_play_options(Options& options, PlayFlags& flags);

/// What the flags ask for. Errors: usage, for a profile, rehearsal, scenario or variable that there is not.
Result<std::shared_ptr<const rehearsal::Play>> make_play(const PlayFlags& flags);
/// Prints the scenarios of the profile's rehearsal.
Result<int> list_scenarios(const PlayFlags& flags);
/// Prints what is played, where it is, and how to meet it. `given`: the profile as it was given, name or file.
void print_play(const rehearsal::Play& play, const std::string& given, const rehearsal::Server& server);

}  // namespace whydrop::cli
