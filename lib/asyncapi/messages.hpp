// Internal: the messages of a profile.
#pragma once

#include "asyncapi/model.hpp"
#include "asyncapi/schemas.hpp"

#include <optional>
#include <string>
#include <vector>

namespace whydrop::asyncapi {

/// What one JSON Pointer of a `match` asks for.
struct Condition {
  std::vector<std::string> values;  ///< JSON; empty: whether something stands there is asked
  bool exists = true;
};
using Match = std::map<std::string, Condition>;

/// A message as a profile has it.
struct Message {
  std::string name, about;
  Site site;  ///< in the document
  Match match;
  std::vector<Site> schemas;  ///< any of them; empty: anything
  bool any = false;           ///< one that it stands for has no schema
  std::string schema;         ///< as the profile has it, JSON; empty: anything will do
  std::string example;        ///< JSON; empty: none
  std::string id;             ///< pointer to its correlation id; empty: none
  bool correlated = false;
  Traits traits;
};

/// Messages of one side, such that the first whose match holds is a message's. Those that nothing tells apart are made
/// one.
std::vector<Message> messages_of(Sources& sources, const std::vector<const Channel*>& channels, wire::Side from);

/// True if `match` holds for `value`.
bool holds(const Match& match, json::Value value);

}  // namespace whydrop::asyncapi
