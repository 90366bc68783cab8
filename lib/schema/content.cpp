#include "schema/content.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>

namespace whydrop::schema {
namespace {

/// With line ends, as a mail has it. RFC 2045 section 6.8.
std::optional<std::string> from_base64(std::string_view text) {
  std::string plain(text);
  plain.erase(std::remove_if(plain.begin(), plain.end(), [](char c) { return c == '\r' || c == '\n'; }), plain.end());
  return base64_decode(plain);
}

std::optional<std::string> as_it_is(std::string_view text) {
  return std::string(text);
}

std::optional<std::string> from_7bit(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii ? as_it_is(text) : std::nullopt;
}

constexpr std::array<ContentEncoding, 5> kEncodings{{
    {"base64", "base64", from_base64},
    {"base64url", "base64url", base64url_decode},
    {"7bit", "ASCII only", from_7bit},
    {"8bit", "text", as_it_is},
    {"binary", "text", as_it_is},
}};

bool is_json(std::string_view content) {
  json::Json parsed;
  return !parsed.parse(content);
}

constexpr ContentMedia kJson{"JSON", is_json};

}  // namespace

const ContentEncoding* find_content_encoding(std::string_view name) {
  const auto* const found = std::find_if(kEncodings.begin(), kEncodings.end(), [&](const ContentEncoding& encoding) {
    return same_caseless(encoding.name, name);
  });
  return found == kEncodings.end() ? nullptr : found;
}

const ContentMedia* find_content_media(std::string_view name) {
  return json::is_json_media_type(name) ? &kJson : nullptr;
}

}  // namespace whydrop::schema
