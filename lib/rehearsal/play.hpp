#pragma once

#include "profile/bindings.hpp"
#include "profile/rehearsal.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::rehearsal {

/// A profile's server: its REST calls and its socket on one port, played as a scenario of its rehearsal says.
struct Play {
  std::shared_ptr<const profile::Profile> profile;
  std::shared_ptr<const profile::Rehearsal> rehearsal;
  std::string scenario = "happy";
  /// Values of the profile's variables, as a person gave them: over those of the scenario.
  std::vector<std::pair<std::string, std::string>> variables{};
  profile::Outside outside;  ///< the clock and the random device
};

/// What the client of the scenario does, and with which values.
struct ClientPart {
  const profile::Scenario* scenario = nullptr;  ///< lives as long as the rehearsal
  /// The scenario's variables, filled: tokens are signed by this server.
  std::vector<std::pair<std::string, std::string>> variables;
};

/// One thing that the server of a profile answers.
struct Address {
  std::string call;    ///< its name in the profile; empty: the socket
  std::string method;  ///< "GET", "POST" …
  std::string url;     ///< at this server; what has no value, or a secret one, is left as {name}
};

}  // namespace whydrop::rehearsal
