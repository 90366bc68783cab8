// Turns a profile's document into the struct. Internal to profile/.
#pragma once

#include "profile/profile.hpp"

#include <memory>
#include <string>

namespace whydrop::profile {

/// Total: what is wrong with `document` is left out.
std::shared_ptr<const Profile> build(std::shared_ptr<const json::Json> document,
                                     std::string text,
                                     std::string path,
                                     bool built_in = false);

/// Only what BuiltIn::heading holds, to recognise a dialect by. Keeps nothing of `root`.
std::shared_ptr<const Profile> build_heading(json::Value root);

}  // namespace whydrop::profile
