#include "profile/url_parts.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace whydrop::profile {

namespace {

/// Cuts `text` at the first of `marks` and returns what stood before; the mark itself stays.
std::string_view take_until(std::string_view& text, std::string_view marks) {
  const std::size_t end = std::min(text.size(), text.find_first_of(marks));
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(end);
  return front;
}

void split_authority(std::string_view authority, UrlParts& parts) {
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    parts.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  if (authority.size() >= 2 && authority.front() == '[' && authority.back() == ']') {
    authority = authority.substr(1, authority.size() - 2);
  }
  parts.host = lower_case(authority);
}

}  // namespace

Query split_query(std::string_view text) {
  Query query;
  while (!text.empty()) {
    const std::string_view pair = take_until(text, "&");
    text.remove_prefix(std::min<std::size_t>(text.size(), 1));
    const std::size_t equals = std::min(pair.size(), pair.find('='));
    if (!pair.empty()) {
      query.emplace_back(pair.substr(0, equals), pair.substr(std::min(pair.size(), equals + 1)));
    }
  }
  return query;
}

const std::string* find_in(const Query& query, std::string_view name) {
  const auto found = std::find_if(query.begin(), query.end(), [name](const auto& pair) { return pair.first == name; });
  return found == query.end() ? nullptr : &found->second;
}

UrlParts split_url(std::string_view url) {
  UrlParts parts;
  url = url.substr(0, url.find('#'));
  const std::size_t mark = url.find("://");
  if (mark != std::string_view::npos && url.find_first_of("/?") > mark) {
    parts.scheme = lower_case(url.substr(0, mark));
    url.remove_prefix(mark + 3);
    split_authority(take_until(url, "/?"), parts);
  }
  parts.path = take_until(url, "?");
  if (parts.path.empty()) {
    parts.path = "/";
  }
  parts.query = split_query(url.substr(std::min<std::size_t>(url.size(), 1)));
  return parts;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.substr(0, 4) == "127." ||
         (host.size() > 10 && host.substr(host.size() - 10) == ".localhost");
}

}  // namespace whydrop::profile
