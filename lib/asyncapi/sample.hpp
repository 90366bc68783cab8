// Internal: a value that a schema describes.
#pragma once

#include "asyncapi/sources.hpp"

#include <string>

namespace whydrop::asyncapi {

/// A small value of `schema` as JSON: what it requires or fixes, and no more. Total; whether it is valid is to be
/// checked, since patterns and what several keywords ask for together are not looked at.
std::string sample_of(Sources& sources, const Site& schema);

}  // namespace whydrop::asyncapi
