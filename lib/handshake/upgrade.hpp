#pragma once

#include "handshake/head.hpp"

namespace whydrop::handshake {

/// True if `request` is meant as one for the upgrade, however badly: it has one of the fields that belong to it. RFC
/// 6455 section 4.1.
bool asks_for_upgrade(const Head& request);

}  // namespace whydrop::handshake
