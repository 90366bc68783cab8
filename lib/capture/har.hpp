#pragma once

#include "capture/item.hpp"

#include <memory>
#include <string>

namespace whydrop::capture {

/// Reads the WebSocket sessions of a browser's HAR (entries with _webSocketMessages, as Chrome, Playwright and Firefox
/// write them) as the events of a capture, one conn a session. A HAR knows no frames, masks, control frames or endings:
/// each message is one frame of the shortest form, a client's counts as masked (a browser always masks), and each
/// session ends in capture_ended. Memory holds one entry. `name` is for messages. Errors: the file is no HAR, or has no
/// such session.
std::unique_ptr<ItemReader> read_har(const std::string& name, ByteSource source);

}  // namespace whydrop::capture
