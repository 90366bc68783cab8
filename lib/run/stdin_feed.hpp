#pragma once

#include "net/loop.hpp"

#include <functional>
#include <memory>
#include <string>

namespace whydrop::run {

/// Standard input (terminal, pipe or file), read by one blocking thread that posts chunks to the loop: Asio cannot wait
/// on a regular file, and a non-blocking terminal outlives us. A few chunks are in flight at most: release() asks for
/// more.
class StdinFeed {
 public:
  explicit StdinFeed(net::Loop& loop);
  ~StdinFeed();
  StdinFeed(const StdinFeed&) = delete;
  StdinFeed& operator=(const StdinFeed&) = delete;

  /// Starts reading. Both are called on the loop's thread; `on_end` once, after the last chunk.
  void start(std::function<void(std::string)> on_chunk, std::function<void()> on_end);
  bool started() const;
  /// One chunk was dealt with.
  void release();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::run
