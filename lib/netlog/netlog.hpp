// Rule of this module: netlog/ reads what Chromium's network stack logs (chrome://net-export, --log-net-log). Numbers
// get their meaning from the log's own constants, never by themselves.
#pragma once

#include "base/byte_source.hpp"
#include "capture/item.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace whydrop::netlog {

/// True if a file that begins with `head` is a net log: a JSON object whose first member is "constants".
bool looks_like_net_log(std::string_view head);

/// Reads the WebSocket sessions of a net log as the items of a capture, a conn each, in the order in which they were
/// asked for. With raw bytes ("Include raw bytes", --net-log-capture-mode=Everything) every byte after TLS is in it,
/// and goes through the pipeline's own decoder; without them the heads, the headers of frames and the end of the
/// transport are. A log that stops before its end is read as far as it goes. `name` is for messages. Errors: local; the
/// log has no constants, or no session.
std::unique_ptr<capture::ItemReader> read_net_log(const std::string& name, ByteSource source);

}  // namespace whydrop::netlog
