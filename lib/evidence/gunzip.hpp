#pragma once

#include "capture/item.hpp"

#include <string>
#include <string_view>

namespace whydrop::evidence {

/// True for the first bytes of a gzip file. RFC 1952 section 2.3.1.
bool looks_like_gzip(std::string_view head);
/// What the gzip file that `source` gives holds. One that is cut gives what can be had of it. `name` is for messages.
/// Errors: local, for what is not gzip.
ByteSource gunzip(const std::string& name, ByteSource source);

}  // namespace whydrop::evidence
