#include "rehearsal/target.hpp"

#include "base/percent.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::rehearsal {
namespace {

std::string decoded_field(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decoded(spaced);
}

Query decoded(Query query) {
  for (auto& [name, value] : query) {
    name = decoded_field(name);
    value = decoded_field(value);
  }
  return query;
}

/// Text before the first placeholder and after the last; null where there is none.
std::optional<std::pair<std::string_view, std::string_view>> around_placeholders(std::string_view pattern) {
  const std::size_t first = pattern.find('{');
  const std::size_t last = pattern.rfind('}');
  if (first == std::string_view::npos || last == std::string_view::npos || last < first) {
    return std::nullopt;
  }
  return std::pair(pattern.substr(0, first), pattern.substr(last + 1));
}

bool can_become(std::string_view pattern, std::string_view text) {
  const auto around = around_placeholders(pattern);
  if (!around) {
    return pattern == text;
  }
  const auto& [before, after] = *around;
  return text.size() > before.size() + after.size() && text.substr(0, before.size()) == before &&
         text.substr(text.size() - after.size()) == after;
}

std::string_view take_segment(std::string_view& path) {
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(std::min(path.size(), segment.size() + 1));
  return segment;
}

}  // namespace

std::string_view local_part(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || url.find_first_of("/?") < scheme) {
    return url;  // a URL in the query is no host's
  }
  const std::size_t path = url.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : url.substr(path);
}

Target read_target(std::string_view text) {
  profile::UrlParts parts = profile::split_url(text);
  return {percent_decoded(parts.path), decoded(std::move(parts.query))};
}

Target read_template(std::string_view url) {
  profile::UrlParts parts = profile::split_url(url);
  return {std::move(parts.path), std::move(parts.query)};
}

Query read_form(std::string_view body) {
  return decoded(profile::split_query(body));
}

bool same_path(std::string_view pattern, std::string_view path) {
  if (std::count(pattern.begin(), pattern.end(), '/') != std::count(path.begin(), path.end(), '/')) {
    return false;
  }
  while (!pattern.empty() || !path.empty()) {
    if (!can_become(take_segment(pattern), take_segment(path))) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> missing_query(const Target& pattern, const Target& target) {
  for (const auto& [name, value] : pattern.query) {
    const std::string* const given = target.find(name);
    const bool fixed = !around_placeholders(value);
    if (given == nullptr || (fixed && *given != value)) {
      return name;
    }
  }
  return std::nullopt;
}

std::optional<std::string> value_in(std::string_view pattern, std::string_view name, std::string_view filled) {
  const std::string placeholder = "{" + std::string(name) + "}";
  const std::size_t at = pattern.find(placeholder);
  if (at == std::string_view::npos || !can_become(pattern, filled)) {
    return std::nullopt;
  }
  const std::size_t after = pattern.size() - at - placeholder.size();
  return std::string(filled.substr(at, filled.size() - at - after));
}

}  // namespace whydrop::rehearsal
