#include "run/stdin_feed.hpp"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace whydrop::run {
namespace {

constexpr std::size_t kChunk = 64 * 1024;
constexpr int kInFlight = 4;
/// How soon it is noticed that the process came to the foreground.
constexpr int kPatienceMs = 1000;

}  // namespace

struct StdinFeed::Impl {
  explicit Impl(engine::Loop& l) : loop(l) {}

  void read_all();
  bool take_credit();
  bool readable() const;
  bool stopped_within(int patience_ms) const;
  std::optional<std::string> read_chunk() const;

  engine::Loop& loop;
  std::function<void(std::string)> on_chunk;
  std::function<void()> on_end;
  std::array<int, 2> wake{-1, -1};  ///< a pipe; closing its write end ends the thread's wait
  std::mutex mutex;
  std::condition_variable changed;
  int credit = kInFlight;
  bool stopping = false;
  std::thread thread;
};

bool StdinFeed::Impl::take_credit() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return credit > 0 || stopping; });
  --credit;
  return !stopping;
}

/// Waits until a read will not block; false if the feed is being stopped.
bool StdinFeed::Impl::readable() const {
  std::array<pollfd, 2> entries{{{STDIN_FILENO, POLLIN, 0}, {wake[0], POLLIN, 0}}};
  while (::poll(entries.data(), entries.size(), -1) < 0 && errno == EINTR) {
  }
  return entries[1].revents == 0;
}

/// True if the feed was stopped meanwhile.
bool StdinFeed::Impl::stopped_within(int patience_ms) const {
  pollfd entry{wake[0], POLLIN, 0};
  return ::poll(&entry, 1, patience_ms) > 0;
}

/// Null where it may not read now: a terminal gives nothing to a process in the background.
std::optional<std::string> StdinFeed::Impl::read_chunk() const {
  std::string chunk(kChunk, '\0');
  ssize_t count = 0;
  do {
    count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0 && errno == EIO && ::isatty(STDIN_FILENO) == 1) {
    return std::nullopt;
  }
  chunk.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return chunk;
}

void StdinFeed::Impl::read_all() {
  while (take_credit() && readable()) {
    auto chunk = read_chunk();
    while (!chunk) {
      if (stopped_within(kPatienceMs)) {
        return;
      }
      chunk = read_chunk();
    }
    if (chunk->empty()) {
      loop.post([this] { on_end(); });
      return;
    }
    loop.post([this, chunk = std::move(*chunk)]() mutable { on_chunk(std::move(chunk)); });
  }
}

StdinFeed::StdinFeed(engine::Loop& loop) : impl_(std::make_unique<Impl>(loop)) {}

StdinFeed::~StdinFeed() {
  if (!impl_->thread.joinable()) {
    return;
  }
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_one();
  ::close(impl_->wake[1]);
  impl_->thread.join();
  ::close(impl_->wake[0]);
}

void StdinFeed::start(std::function<void(std::string)> on_chunk, std::function<void()> on_end) {
  impl_->on_chunk = std::move(on_chunk);
  impl_->on_end = std::move(on_end);
  if (::pipe2(impl_->wake.data(), O_CLOEXEC) != 0) {
    impl_->loop.post([this] { impl_->on_end(); });  // a reader that cannot be woken is worse than none
    return;
  }
  impl_->thread = std::thread([this] { impl_->read_all(); });
}

void StdinFeed::release() {
  {
    const std::lock_guard lock(impl_->mutex);
    ++impl_->credit;
  }
  impl_->changed.notify_one();
}

}  // namespace whydrop::run
