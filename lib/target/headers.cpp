#include "target/headers.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "handshake/head.hpp"
#include "os/environment.hpp"

#include <algorithm>
#include <array>

namespace whydrop::target {
namespace {

constexpr std::array<std::string_view, 4> kFixed = {
    "connection", "upgrade", "sec-websocket-key", "sec-websocket-version"};

bool holds_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

tl::unexpected<Error> wrong(const std::string& header, const std::string& why) {
  return fail(ErrorKind::usage, "header '" + header + "': " + why, "-H 'Name: value'");
}

void take_away(const std::string& name, net::ConnectOptions& options) {
  if (name == "user-agent") {
    options.user_agent.clear();
  } else if (name == "origin") {
    options.origin.clear();
  } else if (name == "cookie") {
    options.cookie.clear();
  } else if (name == "authorization") {
    options.basic_user.clear();
    options.basic_password.clear();
  } else if (name == "sec-websocket-extensions") {
    options.compression = false;
  } else if (name == "sec-websocket-protocol") {
    options.subprotocols.clear();
  }
  auto& headers = options.headers;
  headers.erase(
      std::remove_if(headers.begin(), headers.end(), [&](const auto& field) { return lower_case(field.name) == name; }),
      headers.end());
}

Result<void> apply_one(const std::string& header, net::ConnectOptions& options) {
  if (holds_line_break(header)) {
    return wrong(header.substr(0, header.find_first_of(":\r\n")), "it holds a line break");  // the value may be secret
  }
  const std::size_t colon = header.find(':');
  const bool empty = colon == std::string::npos && !header.empty() && header.back() == ';';
  if (colon == std::string::npos && !empty) {
    return wrong(header, "no ':' in it");
  }
  const std::string name = empty ? header.substr(0, header.size() - 1) : header.substr(0, colon);
  if (!handshake::is_token(name)) {
    return wrong(header, "'" + name + "' is not a header name");
  }
  const std::string key = lower_case(name);
  if (std::find(kFixed.begin(), kFixed.end(), key) != kFixed.end()) {
    return wrong(name, "the upgrade sets it itself");
  }
  const std::string value = empty ? "" : std::string(trim(std::string_view(header).substr(colon + 1)));
  if (value.empty() && !empty) {
    if (key == "host") {
      return wrong(name, "the upgrade needs it");
    }
    take_away(key, options);
  } else {
    options.headers.push_back({name, value});
  }
  return {};
}

Result<std::vector<std::string>> lines_of(const std::string& path, const os::FileReader& read) {
  const auto content = read(path);
  WHYDROP_TRY(content);
  std::vector<std::string> lines;
  for (const std::string& line : split(*content, '\n')) {
    const std::string_view text = trim(line);
    if (!text.empty() && text[0] != '#') {
      lines.emplace_back(text);
    }
  }
  return lines;
}

}  // namespace

Result<void> check_header_values(const net::ConnectOptions& options) {
  for (const auto& [name, value] : {std::pair("--origin", options.origin),
                                    std::pair("--user-agent", options.user_agent),
                                    std::pair("--cookie", options.cookie)}) {
    if (holds_line_break(value)) {
      return fail(
          ErrorKind::usage, std::string("option ") + name + ": it holds a line break", "whydrop connect --help");
    }
  }
  for (const std::string& subprotocol : options.subprotocols) {
    if (!handshake::is_token(subprotocol)) {
      return fail(ErrorKind::usage,
                  "option --subprotocol: '" + subprotocol + "' is not a subprotocol's name",
                  "letters, digits and !#$%&'*+-.^_`|~; -s once for each");
    }
  }
  return {};
}

Result<void> apply_headers(const std::vector<std::string>& given,
                           const os::FileReader& read,
                           net::ConnectOptions& options) {
  for (const std::string& header : given) {
    const bool file = !header.empty() && header[0] == '@';
    const auto headers = file ? lines_of(header.substr(1), read) : std::vector<std::string>{header};
    WHYDROP_TRY(headers);
    for (const std::string& one : *headers) {
      if (const auto applied = apply_one(one, options); !applied) {
        return applied;
      }
    }
  }
  return {};
}

}  // namespace whydrop::target
