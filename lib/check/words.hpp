// Steps and predicates in words. Internal to check/.
#pragma once

#include "check/check.hpp"

#include <cstdint>
#include <string>

namespace whydrop::check {

/// What a step does, as a person reads it: "expect session_ack where /state = \"active\" within 5s".
std::string words_of(const Step::Act& act);

/// Whole milliseconds of a duration in ns; what is negative is none.
std::int64_t milliseconds(std::int64_t ns);

}  // namespace whydrop::check
