// Internal: schemas of a document, as a profile has them.
#pragma once

#include "asyncapi/sources.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::asyncapi {

/// The JSON Schema of a payload or of a message's traits: where it stands once what says its language is taken off.
/// Null, with a note, for Avro, Protobuf and other languages, and where there is none. `format`: of the message
/// (AsyncAPI 2).
std::optional<Site> schema_of(Sources& sources,
                              const Site& payload,
                              const std::string& format,
                              const std::string& what);

/// Writes schemas so that each $ref leads into the profile's `definitions`.
class SchemaWriter {
 public:
  explicit SchemaWriter(Sources& sources) : sources_(sources) {}

  /// The schema at `site` as JSON; what it refers to becomes a definition.
  std::string schema_at(const Site& site);
  /// All definitions that were referred to, as a JSON object; empty where there is none.
  std::string definitions();

 private:
  std::string map_of_schemas(const Site& site);
  std::string list_of_schemas(const Site& site);
  std::string reference(const Site& site);
  std::string define(const Site& target);

  Sources& sources_;
  std::map<std::pair<std::size_t, std::string>, std::string> names_;
  std::set<std::string> taken_;
  std::deque<std::pair<std::string, Site>> open_;
  std::vector<std::pair<std::string, std::string>> written_;
};

/// Values that a schema fixes, by pointer: only those may stand there, as JSON.
using Fixed = std::map<std::string, std::vector<std::string>>;

/// What tells the messages of one schema from those of others.
struct Traits {
  Fixed fixed;
  std::set<std::string> required;                ///< of the whole value's members
  std::optional<std::set<std::string>> allowed;  ///< its only members; null: any
};
Traits traits_of(Sources& sources, const Site& schema);
/// What holds of a value that is of one or of the other.
Traits either(Traits a, const Traits& b);

}  // namespace whydrop::asyncapi
