// Text that a CI server reads without doing anything. Internal to check/.
#pragma once

#include <string>
#include <string_view>

namespace whydrop::check {

/// `text`, in which a peer may have written, without the marks by which CI servers know attachments and commands: each
/// is broken by a space.
std::string inert(std::string_view text);

}  // namespace whydrop::check
