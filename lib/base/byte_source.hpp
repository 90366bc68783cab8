#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <functional>

namespace whydrop {

/// Gives the next bytes of a file: fills at most `size` at `to` and returns how many; 0 at its end.
using ByteSource = std::function<Result<std::size_t>(char* to, std::size_t size)>;

}  // namespace whydrop
