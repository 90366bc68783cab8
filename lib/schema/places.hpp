// Internal: where schemas stand. A pointer is put together only where one is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace whydrop::schema {

struct Place {
  std::uint32_t parent;  ///< itself: the root of a document
  std::uint32_t document, base;
  std::string step;
};

struct Places {
  std::vector<Place> all;
  std::vector<std::string> uris;  ///< of documents; the first is the one that was compiled

  std::string pointer_in_document(std::uint32_t place) const;
  /// Behind the document's URI and "#" where that is not the first.
  std::string pointer(std::uint32_t place) const;
};

}  // namespace whydrop::schema
