#include "capture/sniff.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <iterator>

namespace whydrop::capture {
namespace {

struct Magic {
  std::string_view bytes;
  std::string_view what;
};

constexpr Magic kMagics[] = {
    {"\x1F\x8B", "a gzip file"},
    {"PK\x03\x04", "a zip file"},
    {"\x28\xB5\x2F\xFD", "a zstd file"},
    {"\x0A\x0D\x0D\x0A", "a pcapng file"},
    {"\xD4\xC3\xB2\xA1", "a pcap file"},
    {"\xA1\xB2\xC3\xD4", "a pcap file"},
    {"\xFF\xFE", "UTF-16 text"},
    {"\xFE\xFF", "UTF-16 text"},
};

/// Files of other tools, by what stands in their first bytes.
constexpr Magic kMakers[] = {
    {"schema.getpostman.com/json/collection", "a Postman collection"},
    {"\"_postman_id\"", "a Postman collection"},
    {"\"_postman_variable_scope\"", "a Postman environment"},
    {"\"__export_format\"", "an Insomnia export"},
    {"collection.insomnia.rest/", "an Insomnia collection"},
    {"\"traceEvents\"", "a Chromium trace"},
    {"\"openapi\"", "an OpenAPI document"},
    {"\"swagger\"", "an OpenAPI document"},
    {"\"asyncapi\"", "an AsyncAPI document"},
    {"asyncapi: ", "an AsyncAPI document"},
    {"CLIENT_TRAFFIC_SECRET_0 ", "a TLS key log"},
    {"CLIENT_RANDOM ", "a TLS key log"},
    {"9:websocket", "a mitmproxy flow file"},
};

constexpr std::string_view kBlank = " \t\r\n";

std::string_view without_space(std::string_view text) {
  const std::size_t start = text.find_first_not_of(kBlank);
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

std::string_view without_bom(std::string_view text) {
  return text.substr(0, 3) == "\xEF\xBB\xBF" ? text.substr(3) : text;
}

/// Null for a file of none of them.
const Magic* find_maker(std::string_view head) {
  constexpr std::size_t kLook = 4096;
  const auto* found = std::find_if(std::begin(kMakers), std::end(kMakers), [head](const Magic& maker) {
    return head.substr(0, kLook).find(maker.bytes) != std::string_view::npos;
  });
  return found == std::end(kMakers) ? nullptr : found;
}

}  // namespace

bool looks_like_har(std::string_view head) {
  std::string_view text = without_space(without_bom(head));
  if (text.empty() || text.front() != '{') {
    return false;
  }
  text = without_space(text.substr(1));
  if (text.substr(0, 5) != "\"log\"") {
    return false;
  }
  text = without_space(text.substr(5));
  return !text.empty() && text.front() == ':';
}

std::string_view what_file(std::string_view head) {
  for (const Magic& magic : kMagics) {
    if (head.substr(0, magic.bytes.size()) == magic.bytes) {
      return magic.what;
    }
  }
  if (looks_like_har(head)) {
    return "a HAR";
  }
  if (const auto* maker = find_maker(head)) {
    return maker->what;
  }
  const std::string_view text = without_space(without_bom(head));
  if (!text.empty() && text.front() == '[') {
    return "a JSON array";
  }
  if (!text.empty() && text.front() == '{') {
    return "other JSON";
  }
  const std::size_t valid = utf8_valid_prefix(head);
  return head.size() - valid < 4 ? "text" : "binary data";
}

}  // namespace whydrop::capture
