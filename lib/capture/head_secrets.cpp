#include "capture/head_secrets.hpp"

#include "base/secret_keys.hpp"
#include "base/text.hpp"
#include "capture/dialect_secrets.hpp"

#include <algorithm>
#include <string>

namespace whydrop::capture {
namespace {

bool is_header(std::string_view name, std::string_view wanted) {
  return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
  });
}

}  // namespace

bool is_preference(std::string_view cookie) {
  constexpr std::string_view kPreferences[] = {
      "theme", "lang", "language", "locale", "timezone", "tz", "currency", "country", "consent", "cookie_consent"};
  return std::any_of(
      std::begin(kPreferences), std::end(kPreferences), [cookie](auto name) { return is_header(cookie, name); });
}

std::vector<Found> header_secrets(std::string_view name, std::string_view value, bool& next_too) {
  if (is_header(name, "sec-websocket-protocol")) {
    return subprotocol_secrets(value, next_too);
  }
  if (!is_secret_header(name)) {
    return {};
  }
  const bool one = is_header(name, "set-cookie");
  if (!one && !is_header(name, "cookie")) {
    const std::size_t at = scheme_length(value);
    return {{at, value.size() - at, std::string(name)}};
  }
  std::vector<Found> found;
  for (std::size_t at = 0; at < value.size() && !(one && !found.empty());) {
    const std::size_t end = std::min(value.find(';', at), value.size());
    const std::size_t equals = value.substr(at, end - at).find('=');
    const std::size_t begin =
        equals != std::string_view::npos ? at + equals + 1 : std::min(value.find_first_not_of(' ', at), end);
    const std::string_view cookie = value.substr(at, equals == std::string_view::npos ? 0 : equals);
    found.push_back({begin, end - begin, cookie.empty() ? std::string(name) : std::string(trim(cookie))});
    at = end + 1;
  }
  return found;
}

std::vector<Found> raw_head_secrets(std::string_view raw) {
  std::vector<Found> fields;
  std::string_view name;
  bool next_too = false;
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t end = std::min(raw.size(), raw.find_first_of("\r\n", at));
    const std::string_view line = raw.substr(at, end - at);
    const bool folded = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    const std::size_t colon = folded ? 0 : std::min(line.size(), line.find(':'));
    name = folded ? name : colon < line.size() ? line.substr(0, colon) : std::string_view();
    const std::size_t value = std::min(line.size(), line.find_first_not_of(" \t", colon + (folded ? 0 : 1)));
    for (const Found& found : header_secrets(name, line.substr(value), next_too)) {
      fields.push_back({at + value + found.at, found.length, ""});
    }
    at = std::max(end + 1, std::min(raw.size(), raw.find_first_not_of("\r\n", end)));
  }
  return fields;
}

}  // namespace whydrop::capture
