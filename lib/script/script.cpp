#include "script/script.hpp"

#include "base/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::script {
namespace {

constexpr std::size_t kMostHeard = 10'000;
constexpr std::size_t kMostHeardBytes = std::size_t{16} << 20;

}  // namespace

Script::Script(engine::Timers& timers, Stage& stage, Settings settings)
    : timers_(timers), stage_(stage), settings_(settings) {}

Script::~Script() {
  stop();
}

void Script::start(std::vector<Move> moves) {
  begin(std::move(moves), Session::open);
}

void Script::start_alone(std::vector<Move> moves) {
  begin(std::move(moves), Session::none);
}

void Script::begin(std::vector<Move> moves, Session session) {
  stop();
  frames_.clear();
  Frame all;
  all.moves = std::move(moves);
  frames_.push_back(std::move(all));
  session_ = session;
  end_.reset();
  running_ = true;
  advance();
}

void Script::stop() {
  running_ = false;
  waiting_ = Waiting::nothing;
  missing_.clear();
  heard_.clear();
  heard_bytes_ = 0;
  timers_.cancel(std::exchange(timer_, 0));
}

std::string Script::at() const {
  const Frame& last = frames_.back();
  if (last.at == last.moves.size()) {
    return "after the last step";
  }
  const check::Step& step = last.moves[last.at].step;
  if (last.between) {
    const Frame& below = frames_[frames_.size() - 2];
    return fmt::format(
        "step {} ({}), opening: {}", below.moves[below.at].step.number, below.moves[below.at].step.text, step.text);
  }
  const std::string turn = last.times > 1 ? fmt::format(" in turn {}", last.turn) : "";
  // What a command line asks for has no number.
  return step.number.empty() ? step.text : fmt::format("step {}{} ({})", step.number, turn, step.text);
}

const session::Verdict* Script::unasked_end() const {
  return session_ == Session::over && !end_asked_ && end_ && end_->verdict ? &*end_->verdict : nullptr;
}

void Script::opened(std::vector<Move> opening) {
  session_ = Session::open;
  end_.reset();
  if (!running_) {
    return;
  }
  frames_.back().since_ns = -1;
  if (!opening.empty()) {
    Frame frame;
    frame.moves = std::move(opening);
    frame.between = true;
    frame.turn = turn();
    frames_.push_back(std::move(frame));
  }
  resume();
}

void Script::ended(End end) {
  session_ = Session::over;
  end_ = std::move(end);
  end_asked_ = false;
  on_sent();
  resume();
}

void Script::called(Called called) {
  called_ = std::move(called);
  resume();
}

void Script::on_message(const session::Message& message) {
  if (!running_) {
    return;
  }
  for (const session::Message::Packet& packet : message.packets) {
    heard_.push_back(
        {packet.type.empty() ? stage_.name_of(message) : packet.type, packet.type, packet.json, message.text});
    heard_bytes_ += packet.json.size();
  }
  if (message.packets.empty()) {
    heard_.push_back({stage_.name_of(message), message.type, std::string(message.payload), message.text});
    heard_bytes_ += message.payload.size();
  }
  while (heard_.size() > kMostHeard || (heard_bytes_ > kMostHeardBytes && heard_.size() > 1)) {
    heard_bytes_ -= heard_.front().payload.size();
    heard_.pop_front();
  }
  resume();
}

void Script::on_pong(std::string_view payload) {
  pong_ = std::string(payload);
  resume();
}

void Script::on_sent() {
  if (waiting_ == Waiting::crossing) {
    waiting_ = Waiting::turn;
    resume();
  }
}

/// Posted, so that what has just come was judged by the profile before the next move is made.
void Script::resume() {
  if (waiting_ == Waiting::nothing || waiting_ == Waiting::crossing || std::exchange(posted_, true)) {
    return;
  }
  timers_.post([this] {
    posted_ = false;
    if (running_ && waiting_ != Waiting::crossing) {
      advance();
    }
  });
}

void Script::advance() {
  timers_.cancel(std::exchange(timer_, 0));
  waiting_ = Waiting::nothing;
  missing_.clear();
  while (running_) {
    Frame& frame = frames_.back();
    if (frame.at == frame.moves.size()) {
      if (!leave()) {
        break;
      }
      continue;
    }
    const StepResult result = make(frame.moves[frame.at]);
    if (result == StepResult::waits) {
      return;
    }
    if (result == StepResult::done) {
      ++frame.at;
      frame.renew();
    }
  }
  if (std::exchange(running_, false)) {
    stage_.played();
  }
}

/// The moves of the last frame are made: once more, or on with those below. False: there is nothing below.
bool Script::leave() {
  Frame& frame = frames_.back();
  if (frame.turn < frame.times && !frame.between) {
    ++frame.turn;
    frame.at = 0;
    return true;
  }
  if (frames_.size() == 1) {
    return false;
  }
  const bool between = frame.between;
  frames_.pop_back();
  if (between) {
    frames_.back().since_ns = -1;
  } else {
    ++frames_.back().at;
    frames_.back().renew();
  }
  return true;
}

void Script::Frame::renew() {
  said = 0;
  begun = false;
  since_ns = -1;
  unmatched = {};
}

std::uint64_t Script::turn() const {
  return frames_.back().turn;
}

void Script::Unmatched::add(const std::string& name) {
  constexpr std::size_t kMostNames = 8;
  ++count;
  const auto known = std::find_if(others.begin(), others.end(), [&](const auto& row) { return row.first == name; });
  if (known != others.end()) {
    ++known->second;
  } else if (others.size() < kMostNames) {
    others.emplace_back(name, 1);
  }
}

std::string Script::Unmatched::words() const {
  std::string text = nearest.empty() ? "" : fmt::format("{} came, but {}", nearest, why_not);
  if (count == 0) {
    return text.empty() ? "no message came" : text;
  }
  text += text.empty() ? "" : "; ";
  text += fmt::format("{} other message{} came: ", count, count == 1 ? "" : "s");
  std::uint64_t told = 0;
  for (const auto& [name, times] : others) {
    text += fmt::format("{}{}{}", told == 0 ? "" : ", ", name, times > 1 ? fmt::format(" ({} times)", times) : "");
    told += times;
  }
  return told < count ? text + ", …" : text;
}

Script::StepResult Script::wait_for(Waiting what, std::string missing, const std::string& within) {
  const auto limit = within.empty() ? Result<std::chrono::nanoseconds>(settings_.patience) : stage_.duration_of(within);
  if (!limit) {
    return fail(limit.error());
  }
  waiting_ = what;
  missing_ = std::move(missing);
  std::int64_t& since = frames_.back().since_ns;
  since = since < 0 ? timers_.now_ns() : since;
  if (limit->count() > 0 || !within.empty()) {
    set_timer(since + limit->count(), [this, limit = *limit] {
      unmet_step(fmt::format("waited {}; {}", format_duration(limit.count()), late_words()));
    });
  }
  return StepResult::waits;
}

void Script::set_timer(std::int64_t at_ns, std::function<void()> then) {
  const std::chrono::nanoseconds left(std::max<std::int64_t>(at_ns - timers_.now_ns(), 0));
  timer_ = timers_.after(left, [this, then = std::move(then)] {
    timer_ = 0;
    then();
  });
}

std::string Script::late_words() const {
  const Unmatched& unmatched = frames_.back().unmatched;
  return waiting_ == Waiting::message ? unmatched.words()
                                      : missing_ + (unmatched.count > 0 ? "; " + unmatched.words() : "");
}

Script::StepResult Script::fail(Error error, bool ended) {
  Failure failure{at(), std::move(error), ended};
  stop();
  stage_.stuck(std::move(failure));
  return StepResult::waits;
}

Script::StepResult Script::unmet_step(std::string says, bool ended) {
  return fail({ErrorKind::refused, std::move(says), ""}, ended);
}

}  // namespace whydrop::script
