#pragma once

#include <string>
#include <string_view>

namespace whydrop {

/// True for a byte that no URL needs to escape: letters, digits, - . _ ~. RFC 3986 section 2.3.
bool is_unreserved(char c);
/// `text` with its escapes read; a % that begins none stays. RFC 3986 section 2.1.
std::string percent_decoded(std::string_view text);
/// True if every % of `text` begins an escape.
bool has_whole_escapes(std::string_view text);
/// `text` with each byte escaped for which `stays` is false.
std::string percent_encoded(std::string_view text, bool (*stays)(char));

}  // namespace whydrop
