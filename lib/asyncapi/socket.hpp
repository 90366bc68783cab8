// Internal: where a profile connects, and with what.
#pragma once

#include "asyncapi/model.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::asyncapi {

/// A variable of a profile.
struct Variable {
  std::string name, about;
  std::optional<std::string> default_value{};  ///< a template
  std::vector<std::string> choices{};
  bool secret = false;
};

/// `variables` and `socket` of a profile.
struct Socket {
  std::vector<Variable> variables;
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> subprotocols, scopes;
  std::string token;  ///< a variable's name, or empty
};

/// The socket of `channels`, which share a path, at `server`; without one its place is a variable.
Socket make_socket(Sources& sources, const Server* server, const std::vector<const Channel*>& channels);

}  // namespace whydrop::asyncapi
