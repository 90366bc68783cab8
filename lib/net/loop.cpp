#include "net/loop.hpp"

#include "net/loop_impl.hpp"

#include <csignal>
#include <utility>

namespace whydrop::net {
namespace {

bool is_ignored(int number) {
  struct sigaction action {};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void Loop::Impl::await_signal() {
  signals.async_wait([this](const asio::error_code& error, int number) {
    if (error) {
      return;
    }
    signal_handler(number);
    await_signal();
  });
}

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() {
  // What that work owns may still cancel timers.
  impl_->context.discard();
}

std::int64_t Loop::now_ns() const {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - impl_->started)
      .count();
}

void Loop::post(std::function<void()> work) {
  asio::post(impl_->context, std::move(work));
}

TimerId Loop::after(std::chrono::nanoseconds delay, std::function<void()> work) {
  const TimerId id = ++impl_->last_timer;
  auto timer = std::make_unique<asio::steady_timer>(impl_->context, delay);
  timer->async_wait([impl = impl_.get(), id, work = std::move(work)](const asio::error_code&) {
    // A timer that was cancelled after it had run out still completes without an error: the map decides.
    if (impl->timers.erase(id) != 0) {
      work();
    }
  });
  impl_->timers.emplace(id, std::move(timer));
  return id;
}

void Loop::cancel(TimerId id) {
  impl_->timers.erase(id);
}

void Loop::on_signal(std::function<void(int)> handler) {
  const bool first = !impl_->signal_handler;
  impl_->signal_handler = std::move(handler);
  if (first) {
    impl_->signals.add(SIGINT);
    impl_->signals.add(SIGTERM);
    // Who has it ignored, as nohup does, wants to outlive the terminal.
    if (!is_ignored(SIGHUP)) {
      impl_->signals.add(SIGHUP);
    }
    impl_->await_signal();
  }
}

void Loop::before_wait(std::function<void()> hook) {
  impl_->hook = std::move(hook);
}

void Loop::run() {
  const auto guard = asio::make_work_guard(impl_->context);
  impl_->context.restart();
  while (!impl_->stopped) {
    if (impl_->context.poll() != 0) {
      continue;
    }
    if (impl_->hook) {
      impl_->hook();
    }
    impl_->context.run_one();
  }
  impl_->stopped = false;
}

void Loop::stop() {
  impl_->stopped = true;
  impl_->context.stop();
}

}  // namespace whydrop::net
