#pragma once

#include "run/host.hpp"

#include <memory>

namespace whydrop::run {

/// Standard input (terminal, pipe or file), read by one blocking thread that posts chunks to the loop: Asio cannot wait
/// on a regular file, and a non-blocking terminal outlives us.
class StdinFeed final : public InputFeed {
 public:
  explicit StdinFeed(engine::Loop& loop);
  ~StdinFeed() override;
  StdinFeed(const StdinFeed&) = delete;
  StdinFeed& operator=(const StdinFeed&) = delete;

  void start(std::function<void(std::string)> on_chunk, std::function<void()> on_end) override;
  void release() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::run
