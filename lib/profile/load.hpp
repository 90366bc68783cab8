#pragma once

#include "base/result.hpp"
#include "profile/profile.hpp"
#include "schema/mistakes.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

using schema::Mistake;

/// All mistakes of a profile: not JSON, against its schema (fixtures/schemas/profile-v1.json), names that lead nowhere,
/// schemas that do not compile. Empty: it loads.
std::vector<Mistake> check(std::string_view text);
/// Errors: usage, "<path>:line:column: <first mistake>", and how many more there are.
Result<std::shared_ptr<const Profile>> load(std::string text, const std::string& path);

/// The profiles that are part of the program, by name, in the order in which they are listed.
struct BuiltIn {
  std::string_view name, text;
  std::string_view rehearsal;  ///< text of fixtures/rehearsals/<name>.json; may be empty
  std::string_view heading;    ///< JSON object with its name, title, status, instead and fingerprint: cheap to read
};
const std::vector<BuiltIn>& built_in();
const BuiltIn* find_built_in(std::string_view name);
/// Loads one of them. It is not checked: the tests have done that.
Result<std::shared_ptr<const Profile>> load(const BuiltIn& profile);

/// A commented start for a profile of one's own: `whydrop profile new`. Loads as it is.
std::string skeleton(const std::string& name);

}  // namespace whydrop::profile
