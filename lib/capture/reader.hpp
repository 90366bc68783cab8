#pragma once

#include "base/result.hpp"
#include "capture/writer.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace whydrop::capture {

/// A line that could not be read; reading goes on with the next.
struct Damage {
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  bool cut = false;    ///< the last line, without its end: the writer was stopped
  bool limit = false;  ///< a whole line that says that the writer stopped at its limit
  std::string why;
};

/// Reads a capture as a stream; memory does not grow with the file. Push bytes, pull items. Also reads the capture's
/// opinions. A newer major version, or a file that is no capture, is an Error from next().
class Reader {
 public:
  using Item = std::variant<CaptureHeader, session::Event, Damage>;
  explicit Reader(std::string name);  ///< `name` for messages: the path, or "-"
  ~Reader();
  void feed(std::string_view bytes);
  void end();
  /// The next item; null if more bytes are needed (or, after end(), if all is read). Views are valid until the next
  /// call of next() or feed().
  Result<std::optional<Item>> next();
  /// So many lines were read by somebody else, between two that were fed whole.
  void pass_over(std::uint64_t lines);
  /// Lines of kinds that this version does not know, passed over so far.
  std::uint64_t unknown_kinds() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::capture
