#pragma once

#include "base/byte_source.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::json {

/// One part of a JSON text.
struct Part {
  std::string_view path;  ///< names and "[]" for an item, each after a slash: "/log/entries/[]"
  std::string_view text;  ///< of its value; empty where a value that is walked into ends
  std::uint64_t at = 0;   ///< where it begins in the whole, bytes
};

/// A JSON text that is too long to be held, a part at a time: values at some paths are walked into, all others given as
/// they are written. What is given is found by its brackets and strings only: whoever parses it learns whether it is
/// well formed. Memory holds one part.
class PartStream {
 public:
  /// Bytes of one part.
  static constexpr std::size_t kMost = std::size_t{128} << 20;

  /// `into`: paths of the objects and arrays that are walked into; the whole text's is "".
  PartStream(ByteSource source, std::vector<std::string_view> into);

  /// The next part, valid until the next call; null at the end, and where nothing more can be read. Errors: the
  /// source's.
  Result<std::optional<Part>> next();
  /// Why nothing more can be read; null at the end of what is well formed. RFC 8259.
  const std::optional<Fault>& fault() const { return fault_; }
  /// True where the fault is that the text stops before its end.
  bool cut() const { return cut_; }

 private:
  struct Level {
    bool object = false;
    bool begun = false;         ///< something of it came
    std::size_t path_size = 0;  ///< of its own path
  };

  Result<bool> more();
  Result<char> peek();
  std::optional<Part> stop(std::string why);
  Result<std::optional<Part>> step();
  Result<std::optional<Part>> value();
  Result<bool> key();
  Result<bool> find_end();
  bool is_walked_into() const;
  Part closed();

  ByteSource source_;
  std::vector<std::string_view> into_;
  std::string buffer_;
  std::size_t at_ = 0;      ///< in buffer_: of what comes next
  std::size_t end_ = 0;     ///< … and of where the value in hand ends
  std::uint64_t gone_ = 0;  ///< bytes before buffer_
  bool begun_ = false, ended_ = false, done_ = false, cut_ = false;
  std::string path_;
  std::vector<Level> levels_;
  std::optional<Fault> fault_;
};

}  // namespace whydrop::json
