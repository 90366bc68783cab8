#pragma once

#include "base/result.hpp"

#include <string_view>

namespace whydrop {

/// Where bytes go: a file, standard output, a string in tests. Appends; never seeks.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
  /// The same of bytes that stay as they are until the next call of this sink: it may still be writing them when this
  /// returns.
  virtual Result<void> write_lent(std::string_view bytes) { return write(bytes); }
};

}  // namespace whydrop
