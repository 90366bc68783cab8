// Internal to rehearsal/.
#pragma once

#include "profile/url_parts.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::rehearsal {

using profile::Query;

/// What a URL or a request's target names, scheme and host left out.
struct Target {
  std::string path;
  Query query;  ///< names and values

  const std::string* find(std::string_view name) const { return profile::find_in(query, name); }
};

/// Path and query of a URL or of a template of one, as they are written.
std::string_view local_part(std::string_view url);
/// Of a request's target, or of a URL: percent escapes are decoded. A `+` of a query is a space.
Target read_target(std::string_view text);
/// Of a URL template: {placeholders} stay.
Target read_template(std::string_view url);
/// Fields of an application/x-www-form-urlencoded body.
Query read_form(std::string_view body);

/// True if `path` is one that the template's path can become: {name} stands for some text of one segment.
bool same_path(std::string_view pattern, std::string_view path);
/// The first name that `pattern` asks for and `target` lacks, or whose fixed value differs; null if there is none.
std::optional<std::string> missing_query(const Target& pattern, const Target& target);
/// The text for which `{name}` stands in `pattern`; null if `filled` is nothing that `pattern` can become.
std::optional<std::string> value_in(std::string_view pattern, std::string_view name, std::string_view filled);

}  // namespace whydrop::rehearsal
