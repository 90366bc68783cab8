#pragma once

#include "json/json.hpp"

#include <optional>
#include <string>

namespace whydrop::schema {

/// A document that holds schemas, or none, and is no JSON Schema itself.
struct OtherKind {
  std::string what;   ///< "an AsyncAPI 3.0.0 document"
  std::string entry;  ///< JSON Pointer to a schema that it holds; empty where none is known
  bool known = true;  ///< false: only that it is no schema
};
/// What `root` is if it is no JSON Schema; null if it may be one. An object none of whose members means anything in a
/// schema would allow all, and is none either.
std::optional<OtherKind> other_kind(json::Value root);

}  // namespace whydrop::schema
