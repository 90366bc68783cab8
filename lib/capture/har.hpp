#pragma once

#include "base/result.hpp"
#include "capture/reader.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace whydrop::capture {

/// Gives the next bytes of a file: fills at most `size` at `to` and returns how many; 0 at its end.
using ByteSource = std::function<Result<std::size_t>(char* to, std::size_t size)>;

/// Reads the WebSocket sessions of a browser's HAR (entries with _webSocketMessages, as Chrome, Playwright and Firefox
/// write them) as the events of a capture, one conn a session. A HAR knows no frames, masks, control frames or endings:
/// each message is one frame of the shortest form, a client's counts as masked (a browser always masks), and each
/// session ends in capture_ended. Memory holds one entry. `name` is for messages. Error: the file is no HAR, or has no
/// such session.
Result<void> read_har(const std::string& name,
                      const ByteSource& source,
                      const std::function<void(const Reader::Item&)>& emit);

}  // namespace whydrop::capture
