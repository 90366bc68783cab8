// Internal: a profile as its file has it.
#pragma once

#include "asyncapi/messages.hpp"
#include "asyncapi/socket.hpp"

#include <array>
#include <string>
#include <vector>

namespace whydrop::asyncapi {

/// What an import found, by the members of a profile.
struct ProfileParts {
  std::string title, about;
  Socket socket;
  std::array<std::vector<Message>, 2> messages;  ///< of the client, of the server
  std::string definitions;                       ///< JSON; empty: none
  std::string correlate_client, correlate_server;

  std::vector<Message>& of(wire::Side side) { return messages[static_cast<std::size_t>(side)]; }
  const std::vector<Message>& of(wire::Side side) const { return messages[static_cast<std::size_t>(side)]; }
};

/// Its text, for people: fixtures/schemas/profile-v1.json.
std::string profile_text(const ProfileParts& parts);

}  // namespace whydrop::asyncapi
