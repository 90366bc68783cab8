#pragma once

#include "base/result.hpp"
#include "capture/item.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::capture {

/// Reads a capture as a stream; memory does not grow with the file. Push bytes, pull items. Also reads the capture's
/// opinions. A newer major version, or a file that is no capture, is an Error from next().
class Reader {
 public:
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

/// True if a file that begins with `head` is a capture: its first line has a member "whydrop", in whatever order.
bool looks_like_capture(std::string_view head);
/// Reads a capture that `source` gives; `name` as of a Reader.
std::unique_ptr<ItemReader> read_capture(const std::string& name, ByteSource source);

}  // namespace whydrop::capture
