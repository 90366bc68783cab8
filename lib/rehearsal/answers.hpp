// Internal to rehearsal/.
#pragma once

#include "handshake/head.hpp"

#include <string>
#include <string_view>

namespace whydrop::rehearsal {

/// A whole HTTP answer that refuses the upgrade, as an API would send it.
std::string refusal(int status);
/// True for the target that the 301 of refusal() leads to.
bool is_redirect_target(const handshake::Head& request);
std::string_view ssh_banner();

}  // namespace whydrop::rehearsal
