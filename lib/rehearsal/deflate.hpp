#pragma once

#include <string>

namespace whydrop::rehearsal {

/// A compressed payload that inflates to `mebibytes` MiB of 'a', at about a thousandth of that.
std::string inflate_bomb(unsigned mebibytes);

}  // namespace whydrop::rehearsal
