#pragma once

#include "profile/profile.hpp"
#include "session/finding.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// A finding of the checks that every profile has. The only list of their ids: `whydrop explain` shows it.
struct CheckRow {
  std::string_view id;  ///< "schema-required", "sequence-too-early", "shape-opcode" …
  std::string_view title, text;
  std::string_view fix;
  bool explains = true;  ///< a fault of the client's of this id can be the cause of an ending
  bool of_host = false;  ///< it is told of what URL and messages look like, whatever profile is in use
};
const std::vector<CheckRow>& check_rows();
const CheckRow* find_check(std::string_view id);

/// A Finding of `text`'s words; placeholders must be filled already. "(not verified)" is put behind what is not.
session::Finding make_finding(const FindingText& text, std::uint64_t evidence);

/// Every finding text of a profile: signals, symptoms, refusals, notes of calls, misforms, sames.
std::vector<const FindingText*> finding_texts(const Profile& profile);

}  // namespace whydrop::profile
