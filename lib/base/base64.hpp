#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace whydrop {

/// Appends the bytes in base64 with padding. On the capture path: linear, one growth of `out`. RFC 4648 section 4.
void append_base64(std::string& out, std::string_view bytes);
/// The bytes in base64 with padding. RFC 4648 section 4.
std::string base64_encode(std::string_view bytes);
/// Reads base64 with padding. Null for any other character, a wrong length, or bits set beyond the last byte.
/// RFC 4648 section 4.
std::optional<std::string> base64_decode(std::string_view text);
/// Reads base64url, with or without padding, as a JWT has it. RFC 4648 section 5.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace whydrop
