#pragma once

#include "base/byte_source.hpp"
#include "base/result.hpp"
#include "capture/writer.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace whydrop::capture {

/// A part of a file that could not be read; reading goes on behind it.
struct Damage {
  std::uint64_t line = 0;  ///< 0: the file is not made of lines
  std::uint64_t column = 0;
  bool cut = false;    ///< the file's last part, without its end: the writer was stopped
  bool limit = false;  ///< a whole line that says that the writer stopped at its limit
  std::string why;
  bool note = false;  ///< nothing is wrong with the file: it says what the record does not hold
};

/// What a file of recorded sessions is made of: a header with each run, and the facts of the run.
using Item = std::variant<CaptureHeader, session::Event, Damage>;

/// Reads recorded sessions, whatever recorded them, as the items of a capture; a stream whose memory does not grow with
/// the file. A CaptureHeader comes first.
class ItemReader {
 public:
  virtual ~ItemReader() = default;
  /// The next item; null at the file's end. Views in it are valid until the next call. Errors: local; none follows.
  virtual Result<std::optional<Item>> next() = 0;
};

}  // namespace whydrop::capture
