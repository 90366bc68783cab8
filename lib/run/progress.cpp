#include "run/progress.hpp"

#include "report/progress.hpp"

#include <chrono>
#include <string>

namespace whydrop::run {
namespace {

constexpr std::chrono::milliseconds kEvery{500};

}  // namespace

ProgressLine::ProgressLine(engine::Timers& timers, ByteSink& out, unsigned width)
    : timers_(timers), out_(out), width_(width) {
  timers_.after(2 * kEvery, [this] { tick(); });
}

Result<void> ProgressLine::on_event(const session::Event& event) {
  if (std::holds_alternative<session::Frame>(event.body)) {
    ++frames_;
    last_ns_ = event.t_ns;
  }
  return {};
}

void ProgressLine::tick() {
  if (stopped_) {
    return;
  }
  report::Progress progress;
  progress.elapsed_ns = timers_.now_ns();
  progress.frames = frames_;
  if (last_ns_) {
    progress.since_last_ns = progress.elapsed_ns - *last_ns_;
  }
  shown_ = out_.write("\r\x1b[K" + report::progress_line(progress, width_)).has_value();
  timers_.after(kEvery, [this] { tick(); });
}

void ProgressLine::erase() {
  if (shown_) {
    shown_ = !out_.write("\r\x1b[K").has_value();
  }
}

void ProgressLine::stop() {
  stopped_ = true;
  erase();
}

}  // namespace whydrop::run
