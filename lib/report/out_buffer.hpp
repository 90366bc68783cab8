#pragma once

#include "base/byte_sink.hpp"

#include <cstddef>
#include <string>

namespace whydrop::report {

/// Text on its way to a sink: given on when it is large, and at flush().
class OutBuffer {
 public:
  explicit OutBuffer(ByteSink& sink) : sink_(sink) {}

  std::string& text() { return text_; }
  /// Gives the text on if it has grown large.
  Result<void> drain() { return text_.size() < kLarge ? Result<void>{} : flush(); }
  Result<void> flush() {
    if (text_.empty()) {
      return {};
    }
    Result<void> written = sink_.write(text_);
    text_.clear();
    return written;
  }

 private:
  static constexpr std::size_t kLarge = 64 * 1024;
  ByteSink& sink_;
  std::string text_;
};

}  // namespace whydrop::report
