#include "schema/kinds.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace whydrop::schema {
namespace {

using json::Type;
using json::Value;

/// Deeper than this no payload is looked for.
constexpr unsigned kDeepestObject = 12;

// Keywords of all drafts, annotations included: a member of any of these names may belong to a schema.
constexpr std::string_view kKeywords[] = {"$schema",
                                          "$id",
                                          "id",
                                          "$ref",
                                          "$comment",
                                          "$defs",
                                          "$anchor",
                                          "$dynamicRef",
                                          "$dynamicAnchor",
                                          "$recursiveRef",
                                          "$recursiveAnchor",
                                          "$vocabulary",
                                          "definitions",
                                          "title",
                                          "description",
                                          "default",
                                          "examples",
                                          "readOnly",
                                          "writeOnly",
                                          "deprecated",
                                          "type",
                                          "enum",
                                          "const",
                                          "multipleOf",
                                          "minimum",
                                          "maximum",
                                          "exclusiveMinimum",
                                          "exclusiveMaximum",
                                          "minLength",
                                          "maxLength",
                                          "pattern",
                                          "format",
                                          "items",
                                          "prefixItems",
                                          "additionalItems",
                                          "unevaluatedItems",
                                          "contains",
                                          "minContains",
                                          "maxContains",
                                          "minItems",
                                          "maxItems",
                                          "uniqueItems",
                                          "properties",
                                          "patternProperties",
                                          "additionalProperties",
                                          "unevaluatedProperties",
                                          "propertyNames",
                                          "required",
                                          "minProperties",
                                          "maxProperties",
                                          "dependencies",
                                          "dependentRequired",
                                          "dependentSchemas",
                                          "allOf",
                                          "anyOf",
                                          "oneOf",
                                          "not",
                                          "if",
                                          "then",
                                          "else",
                                          "contentEncoding",
                                          "contentMediaType",
                                          "contentSchema",
                                          "nullable",
                                          "discriminator"};

/// What a document is that has such a member.
struct KindRow {
  std::string_view member, what;
  std::string_view below;   ///< pointer to an object of schemas; or empty
  std::string_view holder;  ///< name of members that are schemas; or empty
};
constexpr KindRow kKinds[] = {
    {"/asyncapi", "an AsyncAPI {}document", "", "payload"},
    {"/openapi", "an OpenAPI {}document", "/components/schemas", "schema"},
    {"/swagger", "a Swagger {}document", "/definitions", "schema"},
    {"/whydrop_profile", "a profile of whydrop", "", "schema"},
    {"/whydrop_rehearsal", "a rehearsal of whydrop", "", ""},
    {"/whydrop_check", "a check of whydrop", "", ""},
    {"/log/entries", "a HAR", "", ""},
    {"/info/_postman_id", "a Postman collection", "", ""},
    {"/__schema", "the introspection of a GraphQL schema", "", ""},
    {"/data/__schema", "the introspection of a GraphQL schema", "", ""},
};

bool is_keyword(std::string_view name) {
  return std::find(std::begin(kKeywords), std::end(kKeywords), name) != std::end(kKeywords);
}

/// Pointer to the first object that is a member of this name, or empty.
std::string first_of_name(Value value, std::string_view name, const std::string& pointer, unsigned depth) {
  for (std::size_t i = 0; depth < kDeepestObject && value.is(Type::object) && i < value.size(); ++i) {
    const auto [key, member] = value.member(i);
    const std::string at = pointer + "/" + json::escape_step(key);
    if (key == name && member.is(Type::object)) {
      return at;
    }
    if (std::string found = first_of_name(member, name, at, depth + 1); !found.empty()) {
      return found;
    }
  }
  return {};
}

std::string entry_of(Value root, const KindRow& row) {
  const auto below = row.below.empty() ? std::nullopt : root.at(row.below);
  if (below && below->is(Type::object) && below->size() > 0) {
    return fmt::format("{}/{}", row.below, json::escape_step(below->member(0).first));
  }
  return row.holder.empty() ? "" : first_of_name(root, row.holder, "", 0);
}

bool has_keyword(Value root) {
  for (std::size_t i = 0; i < root.size(); ++i) {
    if (is_keyword(root.member(i).first)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<OtherKind> other_kind(Value root) {
  if (!root.is(Type::object)) {
    return std::nullopt;
  }
  for (const KindRow& row : kKinds) {
    if (const auto member = root.at(row.member)) {
      const std::string version = member->is(Type::string) ? std::string(member->string().substr(0, 20)) + " " : "";
      return OtherKind{fmt::format(fmt::runtime(row.what), version), entry_of(root, row), true};
    }
  }
  if (root.size() == 0 || has_keyword(root)) {
    return std::nullopt;
  }
  return OtherKind{"an object that has none of a schema's keywords, and as a schema would allow everything", "", false};
}

}  // namespace whydrop::schema
