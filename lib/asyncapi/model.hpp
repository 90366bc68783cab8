// Internal: what both versions of AsyncAPI say, in one form.
#pragma once

#include "asyncapi/sources.hpp"
#include "wire/opcode.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::asyncapi {

/// One way to prove who one is: an item of a `security` list.
struct Credential {
  Site scheme;
  std::vector<std::string> scopes;
};

struct Server {
  std::string name;
  Site site;
  std::string protocol;  ///< in lower case: "wss"
  std::string address;   ///< host and path, with {variables} of AsyncAPI
  std::vector<Credential> security;
};

/// A message of a channel, and who sends it.
struct Use {
  std::string name;
  Site site;
  wire::Side from = wire::Side::client;
  bool correlated = false;  ///< it is a request or a reply of an operation that has both
};

struct Channel {
  std::string name;
  Site site;
  std::string path;                  ///< of the URL, with {parameters}; empty: it has none of its own
  std::vector<std::string> servers;  ///< names; empty: all
  std::vector<Use> uses;
  std::vector<std::pair<Site, std::string>> notes;  ///< that matter where it is the profile's
};

struct Model {
  std::string version;  ///< "3.0.0"
  std::vector<Server> servers;
  std::vector<Channel> channels;
};

/// Notes that an operation's own security has no place in a profile.
void note_security(Sources& sources, const Site& operation, const std::string& name, Channel& channel);

/// Reads AsyncAPI 2 and 3. What has no place in the model is noted.
Model read_v2(Sources& sources, Described described);
Model read_v3(Sources& sources, Described described);

}  // namespace whydrop::asyncapi
