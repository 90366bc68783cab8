#include "os/background_sink.hpp"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>

namespace whydrop::os {
namespace {

/// A piece for which a thread is worth waking.
constexpr std::size_t kMuch = 48U << 10;

}  // namespace

struct BackgroundSink::Impl {
  explicit Impl(ByteSink& given) : to(given) {}

  void run();
  void await(std::unique_lock<std::mutex>& lock) {
    changed.wait(lock, [this] { return !busy; });
  }
  Result<void> outcome() const { return failed ? tl::unexpected(*failed) : Result<void>(); }
  /// Of the one thread whose turn it is.
  void put(std::string_view bytes) {
    if (auto written = to.write(bytes); !written) {
      failed = written.error();
    }
  }

  ByteSink& to;
  std::mutex mutex;
  std::condition_variable changed;
  std::string_view piece;
  bool busy = false;  ///< the piece is on its way
  bool stopping = false;
  std::optional<Error> failed;
  std::thread thread;
};

void BackgroundSink::Impl::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return busy || stopping; });
    if (!busy) {
      return;
    }
    lock.unlock();
    put(piece);
    lock.lock();
    busy = false;
    changed.notify_all();
  }
}

BackgroundSink::BackgroundSink(ByteSink& to) : impl_(std::make_unique<Impl>(to)) {}

BackgroundSink::~BackgroundSink() {
  if (!impl_->thread.joinable()) {
    return;
  }
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  impl_->thread.join();
}

Result<void> BackgroundSink::write(std::string_view bytes) {
  std::unique_lock lock(impl_->mutex);
  impl_->await(lock);
  if (!impl_->failed) {
    impl_->put(bytes);
  }
  return impl_->outcome();
}

Result<void> BackgroundSink::write_lent(std::string_view bytes) {
  Impl& self = *impl_;
  if (bytes.size() < kMuch) {
    return write(bytes);
  }
  std::unique_lock lock(self.mutex);
  self.await(lock);
  if (self.failed) {
    return self.outcome();
  }
  self.piece = bytes;
  self.busy = true;
  if (!self.thread.joinable()) {
    self.thread = std::thread([&self] { self.run(); });
  }
  self.changed.notify_all();
  return {};
}

Result<void> BackgroundSink::settle() {
  std::unique_lock lock(impl_->mutex);
  impl_->await(lock);
  return impl_->outcome();
}

}  // namespace whydrop::os
