// Internal: what `contentEncoding` and `contentMediaType` assert.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::schema {

/// A way to write bytes as text.
struct ContentEncoding {
  std::string_view name, expected;
  std::optional<std::string> (*decode)(std::string_view text);  ///< null where the text is none
};
/// Null for one that is not checked. RFC 2045 section 6.1 and RFC 4648 name them, in any case.
const ContentEncoding* find_content_encoding(std::string_view name);

/// A kind of document.
struct ContentMedia {
  std::string_view expected;
  bool (*holds)(std::string_view content);
};
/// Null for one that is not checked. RFC 6838; a suffix as in RFC 6839.
const ContentMedia* find_content_media(std::string_view name);

}  // namespace whydrop::schema
