#include "net/request_head.hpp"

#include "base/base64.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace whydrop::net {

using handshake::HeaderField;

namespace {

bool same_name(const HeaderField& a, const HeaderField& b) {
  return handshake::same_token(a.name, b.name);
}

std::vector<HeaderField> default_fields(const ConnectOptions& options, const std::string& key) {
  std::vector<HeaderField> fields{
      {"Host", options.url.host_header()},
      {"User-Agent", options.user_agent},
      {"Upgrade", "websocket"},
      {"Connection", "Upgrade"},
      {"Sec-WebSocket-Key", key},
      {"Sec-WebSocket-Version", "13"},
      {"Sec-WebSocket-Extensions", options.compression ? "permessage-deflate; client_max_window_bits" : ""},
      {"Sec-WebSocket-Protocol", fmt::format("{}", fmt::join(options.subprotocols, ", "))},
      {"Origin", options.origin},
      {"Cookie", options.cookie},
      {"Authorization", basic_authorization(options.basic_user, options.basic_password)}};
  return fields;
}

void append(std::string& head, const HeaderField& field) {
  head += fmt::format("{}: {}\r\n", field.name, field.value);
}

}  // namespace

std::string basic_authorization(const std::string& user, const std::string& password) {
  if (user.empty() && password.empty()) {
    return {};
  }
  return "Basic " + base64_encode(fmt::format("{}:{}", user, password));
}

std::string request_head(const ConnectOptions& options, const std::string& key) {
  const std::vector<HeaderField> defaults = default_fields(options, key);
  std::string head = fmt::format("GET {} HTTP/1.1\r\n", options.url.target);
  for (const HeaderField& ours : defaults) {
    bool replaced = false;
    for (const HeaderField& theirs : options.headers) {
      if (same_name(ours, theirs)) {
        append(head, theirs);
        replaced = true;
      }
    }
    if (!replaced && !ours.value.empty()) {
      append(head, ours);
    }
  }
  for (const HeaderField& theirs : options.headers) {
    if (std::none_of(
            defaults.begin(), defaults.end(), [&](const HeaderField& ours) { return same_name(ours, theirs); })) {
      append(head, theirs);
    }
  }
  return head + "\r\n";
}

}  // namespace whydrop::net
