// Internal: as much of RFC 3986 as a $ref needs.
#pragma once

#include <string>
#include <string_view>

namespace whydrop::schema {

/// The parts of a URI, each with its delimiter, so that they can be put together again. RFC 3986 section 3.
struct UriParts {
  std::string_view scheme, authority, path, query, fragment;
};
UriParts parts_of(std::string_view uri);

/// `reference` seen from `base`. RFC 3986 section 5.2. A base without scheme gives a reference without one.
std::string resolve_uri(std::string_view base, std::string_view reference);
/// Everything before '#'.
std::string_view without_fragment(std::string_view uri);
/// What is behind '#', percent-decoded; empty without one.
std::string fragment_of(std::string_view uri);

}  // namespace whydrop::schema
