#pragma once

#include "base/result.hpp"

#include <string_view>

namespace whydrop {

/// Where bytes go: a file, standard output, a string in tests. Appends; never seeks.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
};

}  // namespace whydrop
