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

Result<HeaderLine> parse_header(const std::string& header) {
  if (holds_line_break(header)) {
    return wrong(header.substr(0, header.find_first_of(":\r\n")), "it holds a line break");  // the value may be secret
  }
  const std::size_t colon = header.find(':');
  const bool empty = colon == std::string::npos && !header.empty() && header.back() == ';';
  if (colon == std::string::npos && !empty) {
    return wrong(header, "no ':' in it");
  }
  HeaderLine line;
  line.name = empty ? header.substr(0, header.size() - 1) : header.substr(0, colon);
  if (!handshake::is_token(line.name)) {
    return wrong(header, "'" + line.name + "' is not a header name");
  }
  const std::string key = lower_case(line.name);
  if (std::find(kFixed.begin(), kFixed.end(), key) != kFixed.end()) {
    return wrong(line.name, "the upgrade sets it itself");
  }
  line.value = empty ? "" : std::string(trim(std::string_view(header).substr(colon + 1)));
  line.removes = line.value.empty() && !empty;
  if (line.removes && key == "host") {
    return wrong(line.name, "the upgrade needs it");
  }
  return line;
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

Result<std::vector<HeaderLine>> parse_headers(const std::vector<std::string>& given, const os::FileReader& read) {
  std::vector<HeaderLine> lines;
  for (const std::string& header : given) {
    const bool file = !header.empty() && header[0] == '@';
    const auto texts = file ? lines_of(header.substr(1), read) : std::vector<std::string>{header};
    WHYDROP_TRY(texts);
    for (const std::string& text : *texts) {
      auto line = parse_header(text);
      WHYDROP_TRY(line);
      lines.push_back(std::move(*line));
    }
  }
  return lines;
}

Result<HeaderLine> header_line(const std::string& name, const std::string& value) {
  return parse_header(value.empty() ? name + ";" : name + ": " + value);
}

void apply_headers(const std::vector<HeaderLine>& lines, net::ConnectOptions& options) {
  for (const HeaderLine& line : lines) {
    if (line.removes) {
      take_away(lower_case(line.name), options);
    } else {
      options.headers.push_back({line.name, line.value});
    }
  }
}

}  // namespace whydrop::target
