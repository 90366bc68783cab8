// Internal: the schemas of schemas, part of the program (cmake/EmbedTexts.cmake makes the source of
// fixtures/schemas).
#pragma once

#include <optional>
#include <string_view>

namespace whydrop::schema {

extern const std::string_view kDraft4Text, kDraft7Text;

/// By its URI without fragment; null for any other.
inline std::optional<std::string_view> metaschema(std::string_view uri) {
  if (uri == "http://json-schema.org/draft-04/schema") {
    return kDraft4Text;
  }
  const bool draft7 = uri == "http://json-schema.org/draft-07/schema" || uri == "http://json-schema.org/schema";
  return draft7 ? std::optional<std::string_view>(kDraft7Text) : std::nullopt;
}

}  // namespace whydrop::schema
