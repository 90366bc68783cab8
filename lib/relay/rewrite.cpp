#include "relay/rewrite.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace whydrop::relay {
namespace {

/// The next line with its end; what is behind the last line end is a line, too.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end);
  return line;
}

/// "GET http://host/path HTTP/1.1" as "GET /path HTTP/1.1"; the same where it is in another form.
std::string in_origin_form(std::string_view line) {
  const std::size_t begin = line.find(' ') + 1;
  const std::size_t scheme = line.find("://", begin);
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  if (begin == 0 || scheme >= end || line[begin] == '/') {
    return std::string(line);
  }
  const std::size_t path = std::min(line.find_first_of("/?", scheme + 3), end);
  const std::string_view slash = path < end && line[path] == '/' ? "" : "/";
  return fmt::format("{}{}{}", line.substr(0, begin), slash, line.substr(path));
}

bool is_named(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         handshake::same_token(line.substr(0, name.size()), name);
}

/// The line with another value; its name, blanks and end stay.
std::string with_value(std::string_view line, std::string_view value) {
  const std::size_t begin = std::min(line.find_first_not_of(" \t", line.find(':') + 1), line.size());
  const std::size_t end = std::min(line.find_first_of("\r\n", line.find(':')), line.size());
  return fmt::format("{}{}{}", line.substr(0, std::min(begin, end)), value, line.substr(end));
}

std::string_view value_of(std::string_view line) {
  return handshake::trim(line.substr(line.find(':') + 1, line.find_first_of("\r\n") - line.find(':') - 1));
}

}  // namespace

RewrittenHead rewrite(const handshake::Head& head, const RewriteRules& rules) {
  RewrittenHead made;
  std::string_view rest = head.raw;
  if (rules.of_proxy && !rest.empty()) {
    const std::string_view line = take_line(rest);
    made.raw = in_origin_form(line);
    if (made.raw != line) {
      made.changes.emplace_back("the request's target was in absolute-form, for a proxy");
    }
  }
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    const auto* value = rules.host && is_named(line, "Host")       ? &*rules.host
                        : rules.origin && is_named(line, "Origin") ? &*rules.origin
                                                                   : nullptr;
    if (value != nullptr && value_of(line) != *value) {
      made.changes.push_back(fmt::format("{}: {} became {}", line.substr(0, line.find(':')), value_of(line), *value));
      made.raw += with_value(line, *value);
    } else if (rules.of_proxy && (is_named(line, "Proxy-Connection") || is_named(line, "Proxy-Authorization"))) {
      made.changes.push_back(fmt::format("{} was for the proxy", line.substr(0, line.find(':'))));
    } else {
      made.raw += line;
    }
  }
  return made;
}

}  // namespace whydrop::relay
