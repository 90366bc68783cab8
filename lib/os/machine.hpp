#pragma once

#include <cstdint>
#include <string>

namespace whydrop::os {

/// Nanoseconds since 1970 by the machine's clock, which a person can set.
std::int64_t wall_clock_ns();
/// A number from the machine's random device.
std::uint32_t random_number();
/// A random UUID. RFC 9562 section 5.4.
std::string random_uuid();

}  // namespace whydrop::os
