#pragma once

#include "profile/profile.hpp"
#include "profile/rehearsal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// One line of an account of a profile, not wrapped. Without a label it goes on with the line before it.
struct AccountLine {
  unsigned indent = 0;  ///< 0: a heading
  std::string label, text;
  bool verbatim = false;  ///< to be copied: not to be broken into lines
};

/// What `profile` says, for people: variables and where they come from, calls, socket, messages, sequence, shape,
/// scenarios (of `rehearsal`, if there is one) and findings. What it does not have is left out.
std::vector<AccountLine> account(const Profile& profile, const Rehearsal* rehearsal);

/// "served", "retired", "generic", "not served": with what is served instead.
std::string status_words(std::string_view status, std::string_view instead);

}  // namespace whydrop::profile
