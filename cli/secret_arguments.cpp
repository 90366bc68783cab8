#include "cli/secret_arguments.hpp"

#include "base/secret_keys.hpp"
#include "base/subprotocol_secrets.hpp"
#include "base/text.hpp"
#include "capture/redactor.hpp"
#include "os/arguments.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

namespace whydrop::cli {
namespace {

/// What of an option's value may be secret.
enum class SecretPart {
  whole,         ///< all of it, unless it names a file
  named,         ///< what stands behind "="
  secret_named,  ///< the same, where the name means a secret
  password,      ///< what stands behind the first ":"
  header,        ///< the value of a field, as a recording hides it
  cookie,        ///< the values of cookies
  subprotocols,  ///< a credential among them
  url,           ///< userinfo and parameters, as a recording hides them
  message        ///< members, as a recording hides them
};

/// Every option that takes a secret, by its last name; a positional argument by the name that it is shown with.
constexpr std::array<std::pair<std::string_view, SecretPart>, 18> kSecretArguments{{
    {"--header", SecretPart::header},
    {"--cookie", SecretPart::cookie},
    {"--user", SecretPart::password},
    {"--proxy-user", SecretPart::password},
    {"--pass", SecretPart::whole},
    {"--client-secret", SecretPart::whole},
    {"--secret", SecretPart::named},
    {"--var", SecretPart::secret_named},
    {"--set", SecretPart::secret_named},
    {"--edit", SecretPart::secret_named},
    {"--protocol", SecretPart::subprotocols},
    {"--proxy", SecretPart::url},
    {"--url", SecretPart::url},
    {"--at", SecretPart::url},
    {"URL", SecretPart::url},
    {"MESSAGE", SecretPart::message},
    {"--execute", SecretPart::message},
    {"--data", SecretPart::message},
}};

/// `value` with as many x from `at` on.
std::string masked_from(std::string value, std::size_t at) {
  if (at < value.size() && value[at] != '@') {
    std::fill(value.begin() + static_cast<std::ptrdiff_t>(at), value.end(), 'x');
  }
  return value;
}

session::Event as_recorded(session::Body body) {
  capture::Redactor redactor({}, false);
  return redactor.redact({1, 0, 1, std::move(body)});
}

std::string masked_field(const std::string& name, const std::string& value) {
  session::Request request;
  request.headers.push_back({name, value, {}});
  const session::Event shown = as_recorded(std::move(request));
  return std::get<session::Request>(shown.body).headers.front().value;
}

std::string masked_header(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos || line.front() == '@') {
    return line;
  }
  return line.substr(0, colon + 1) + masked_field(line.substr(0, colon), line.substr(colon + 1));
}

std::string masked_url(const std::string& url) {
  session::Open open;
  open.url = url;
  const session::Event shown = as_recorded(std::move(open));
  std::string masked = std::get<session::Open>(shown.body).url;
  // A recording has no userinfo. RFC 3986 section 3.2.1.
  const std::size_t from = masked.find("://") == std::string::npos ? 0 : masked.find("://") + 3;
  const std::size_t at = masked.substr(0, masked.find_first_of("/?#", from)).rfind('@');
  const std::size_t colon = masked.find(':', from);
  if (at != std::string::npos && colon < at) {
    std::fill(
        masked.begin() + static_cast<std::ptrdiff_t>(colon + 1), masked.begin() + static_cast<std::ptrdiff_t>(at), 'x');
  }
  return masked;
}

std::string masked_message(const std::string& text) {
  capture::Redactor redactor({}, false);
  session::Frame frame;
  frame.header.opcode = wire::Opcode::text;
  frame.header.fin = true;
  frame.header.length = text.size();
  frame.payload = text;
  const session::Event event{1, 0, 1, frame};
  return std::string(std::get<session::Frame>(redactor.redact(event).body).payload);
}

/// "NAME=VALUE" or "/a/NAME=VALUE".
bool names_secret(std::string_view value) {
  const std::string_view name = value.substr(0, value.find('='));
  return is_secret_key(name.substr(name.rfind('/') + 1));
}

std::string masked(SecretPart part, const std::string& value, bool& credential_next) {
  const std::size_t equals = value.find('='), colon = value.find(':');
  switch (part) {
  case SecretPart::whole:
    return masked_from(value, 0);
  case SecretPart::secret_named:
  case SecretPart::named:
    return equals != std::string::npos && (part == SecretPart::named || names_secret(value))
               ? masked_from(value, equals + 1)
               : value;
  case SecretPart::password:
    return colon == std::string::npos ? value : masked_from(value, colon + 1);
  case SecretPart::header:
    return masked_header(value);
  case SecretPart::cookie:
    return masked_field("Cookie", value);
  case SecretPart::subprotocols: {
    const auto at = credential_in(value, credential_next);
    return at ? masked_from(value, *at) : value;
  }
  case SecretPart::url:
    return masked_url(value);
  case SecretPart::message:
    return masked_message(value);
  }
  return value;
}

/// The last word of what is hidden; empty where it is too short to be looked for elsewhere.
std::string hidden_part(const std::string& value, const std::string& shown) {
  constexpr std::size_t kShortest = 6;
  const auto begin = std::mismatch(value.begin(), value.end(), shown.begin()).first - value.begin();
  const auto end = value.rend() - std::mismatch(value.rbegin(), value.rend(), shown.rbegin()).first;
  std::string part = end <= begin ? std::string() : std::string(value.begin() + begin, value.begin() + end);
  part.erase(0, part.rfind(' ') + 1);  // "Bearer" stands before it
  return part.size() < kShortest ? std::string() : part;
}

/// Values that were hidden, and what stands for them in errors.
std::vector<std::pair<std::string, std::string>>& hidden() {
  static std::vector<std::pair<std::string, std::string>> values;
  return values;
}

}  // namespace

void hide_secrets(std::string_view option, const std::vector<std::string>& values) {
  const auto* row = std::find_if(
      kSecretArguments.begin(), kSecretArguments.end(), [&](const auto& it) { return it.first == option; });
  if (row == kSecretArguments.end()) {
    return;
  }
  bool credential_next = false;
  for (const std::string& value : values) {
    std::string shown = value.empty() ? value : masked(row->second, value, credential_next);
    if (shown != value && shown.size() == value.size()) {
      os::overwrite_argument(value, shown);
      os::hide_argument(hidden_part(value, shown));  // where it stands in an argument that was written in other words
      hidden().emplace_back(value, std::move(shown));
    }
  }
}

std::string without_secrets(std::string text) {
  for (const auto& [value, shown] : hidden()) {
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + shown.size())) {
      text.replace(at, value.size(), shown);
    }
  }
  return text;
}

}  // namespace whydrop::cli
