// Internal to rehearsal/.
#pragma once

#include "rehearsal/connection.hpp"

#include <string>

namespace whydrop::rehearsal {

// What a hostile server sends, each bounded in count; Connection::pour() bounds the time.
Connection::Source endless_headers();
Connection::Source huge_header();
Connection::Source empty_fragments();
Connection::Source inflating_bomb();
Connection::Source endless_pings();
Connection::Source deep_json();

/// The header of a frame of 2^63 - 1 bytes and the first of them.
std::string huge_frame();
/// The header of a frame of 2^64 - 1 bytes, which RFC 6455 section 5.2 forbids, and some bytes.
std::string overflowing_frame();

}  // namespace whydrop::rehearsal
