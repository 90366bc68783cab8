// Internal: formats of URIs and their kin.
#pragma once

#include <string_view>

namespace whydrop::schema {

/// With its scheme. RFC 3986 section 3.
bool is_uri(std::string_view text);
/// With its scheme, or relative. RFC 3986 section 4.1.
bool is_uri_reference(std::string_view text);
/// The same with letters of any script. RFC 3987 section 2.2.
bool is_iri(std::string_view text);
bool is_iri_reference(std::string_view text);
/// RFC 6570 section 2.
bool is_uri_template(std::string_view text);

}  // namespace whydrop::schema
