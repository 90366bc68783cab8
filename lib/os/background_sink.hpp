#pragma once

#include "base/byte_sink.hpp"

#include <memory>
#include <string_view>

namespace whydrop::os {

/// Writes what is lent to it on a thread of its own, while the caller makes more: at most one piece is on its way.
/// Little is written at once; the thread begins with the first large piece. `to` is written by one thread at a time.
class BackgroundSink final : public ByteSink {
 public:
  /// Not owned; it must outlive this.
  explicit BackgroundSink(ByteSink& to);
  /// Waits for what is on its way.
  ~BackgroundSink() override;
  BackgroundSink(const BackgroundSink&) = delete;
  BackgroundSink& operator=(const BackgroundSink&) = delete;

  /// Both wait until the piece before is written. The error of an earlier piece is told by each later call, which
  /// writes nothing.
  Result<void> write(std::string_view bytes) override;
  Result<void> write_lent(std::string_view bytes) override;
  /// Waits until all is written; an error of any piece.
  Result<void> settle();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::os
