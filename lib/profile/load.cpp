#include "profile/load.hpp"

#include "base/text.hpp"
#include "profile/build.hpp"
#include "profile/embedded.hpp"

#include <algorithm>

namespace whydrop::profile {

Result<std::shared_ptr<const Profile>> load(std::string text, const std::string& path) {
  const auto mistakes = check(text);
  if (!mistakes.empty()) {
    return tl::unexpected(schema::first_of(mistakes, escape_for_terminal(path), "whydrop profile check"));
  }
  auto document = json::parse_file(text, path, ErrorKind::usage);
  if (!document) {
    return tl::unexpected(document.error());
  }
  return build(std::move(*document), std::move(text), path);
}

Result<std::shared_ptr<const Profile>> load(const BuiltIn& profile) {
  auto document = json::parse_file(profile.text, std::string(profile.name), ErrorKind::internal);
  if (!document) {
    return tl::unexpected(document.error());
  }
  return build(std::move(*document), std::string(profile.text), std::string(kBuiltInPath), true);
}

const BuiltIn* find_built_in(std::string_view name) {
  const auto& all = built_in();
  const auto found = std::find_if(all.begin(), all.end(), [&](const BuiltIn& row) { return row.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace whydrop::profile
