#pragma once

#include "session/event.hpp"

#include <cstdint>

namespace whydrop::session {

/// True if the span covers a part of the `size` bytes at `from`. Right for whatever a file says of a span.
inline bool touches(const RedactSpan& span, std::uint64_t from, std::uint64_t size) {
  return span.at >= from ? span.at - from < size && span.length > 0 : from - span.at < span.length && size > 0;
}

/// Where the span ends in a field of `size` bytes.
inline std::uint64_t end_in(const RedactSpan& span, std::uint64_t size) {
  return span.at >= size || span.length > size - span.at ? size : span.at + span.length;
}

}  // namespace whydrop::session
