#include "cli/conversation.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::cli {
namespace {

constexpr std::size_t kHighWater = 512 * 1024;
constexpr std::size_t kEchoLimit = std::size_t{64} << 20;
constexpr std::uint16_t kPolicyViolation = 1008;

}  // namespace

Result<std::unique_ptr<Conversation>> Conversation::make(net::Loop& loop, ConversationPlan plan) {
  std::unique_ptr<Conversation> made(new Conversation(loop, std::move(plan)));
  for (const std::string& text : made->plan_.expect) {
    if (const auto added = made->expectations_.add(text); !added) {
      return tl::unexpected<Error>(added.error());
    }
  }
  return made;
}

Conversation::Conversation(net::Loop& loop, ConversationPlan plan)
    : loop_(loop), plan_(std::move(plan)), replies_(plan_.replies), feed_(loop) {
  if (plan_.input) {
    input_.emplace(*plan_.input, "standard input");
    input_ended_ = false;
  }
}

void Conversation::on_open(engine::Channel& channel) {
  channel_ = &channel;
  last_heard_ns_ = loop_.now_ns();
  for (const auto& message : plan_.opening) {
    channel.send(message.kind, message.payload);
    if (!said_opening_) {
      replies_.sent();
    }
  }
  if (!std::exchange(said_opening_, true) && plan_.stay_open) {
    after(*plan_.stay_open);
  }
  if (input_ && !feed_.started()) {
    feed_.start(
        [this](std::string chunk) {
          pending_.push_back(std::move(chunk));
          pump();
        },
        [this] {
          input_ended_ = true;
          pump();
        });
  }
  if (finished_) {
    channel.close(plan_.close_code, plan_.close_reason);
    return;
  }
  if (opened_) {
    opened_();
  }
  pump();
}

void Conversation::on_gone() {
  channel_ = nullptr;
}

void Conversation::on_writable(engine::Channel&) {
  pump();
}

void Conversation::on_event(engine::Channel&, const session::Event& event) {
  const auto* message = std::get_if<session::Message>(&event.body);
  if (message != nullptr && message->from == session::Side::server) {
    on_message(*message, event.t_ns);
  }
}

void Conversation::on_message(const session::Message& message, std::int64_t t_ns) {
  last_heard_ns_ = t_ns;
  replies_.received();
  if (expectations_.size() > 0) {
    expectations_.offer(message.payload);
  }
  if (plan_.echo) {
    echo(message);
  }
  settle();
}

void Conversation::echo(const session::Message& message) {
  if (channel_ == nullptr || finished_) {
    return;
  }
  if (channel_->backlog() > kEchoLimit) {
    finished_ = true;
    channel_->close(kPolicyViolation, "echoes are not read");
    return;
  }
  channel_->send(message.text ? engine::Payload::text : engine::Payload::binary, message.payload);
}

void Conversation::pump() {
  const auto emit = [this](const engine::Outgoing& out) { say(out); };
  while (channel_ != nullptr && !finished_ && !pending_.empty() && channel_->backlog() < kHighWater) {
    const std::string chunk = std::move(pending_.front());
    pending_.pop_front();
    take(input_->feed(chunk, emit));
    feed_.release();
  }
  if (channel_ != nullptr && !finished_ && input_ && input_ended_ && pending_.empty()) {
    take(input_->finish(emit));
    input_.reset();
  }
  settle();
}

void Conversation::take(const Result<void>& read) {
  if (!read && !input_error_) {
    input_error_ = read.error();
    close();
  }
}

void Conversation::say(const engine::Outgoing& out) {
  using Kind = engine::Outgoing::Kind;
  if (finished_ || channel_ == nullptr) {
    return;
  }
  switch (out.kind) {
  case Kind::text:
  case Kind::binary:
    replies_.sent();
    channel_->send(out.kind == Kind::text ? engine::Payload::text : engine::Payload::binary, out.payload);
    break;
  case Kind::ping:
    channel_->ping(out.payload);
    break;
  case Kind::pong:
    channel_->pong(out.payload);
    break;
  case Kind::close:
    finished_ = true;
    channel_->close(out.close_code, out.payload);
    break;
  }
}

void Conversation::settle() {
  const bool all_said = channel_ != nullptr && input_ended_ && !input_ && pending_.empty();
  if (finished_ || !all_said || plan_.awaits_close || plan_.stay_open) {
    return;
  }
  if (plan_.stay_after_send) {
    if (!std::exchange(timer_set_, true)) {
      after(*plan_.stay_after_send);
    }
  } else if (expectations_.size() > 0) {
    if (expectations_.done()) {
      close();
    }
  } else if (replies_.satisfied() && !plan_.stays) {
    if (plan_.linger.count() == 0) {
      close();
    } else if (!std::exchange(lingering_, true)) {
      after(plan_.linger);
    }
  } else if (!plan_.stays && !std::exchange(timer_set_, true)) {
    wait_for_silence();
  }
}

/// Closes once nothing was heard for plan_.wait. One timer that looks again, not one a message.
void Conversation::wait_for_silence() {
  const std::chrono::nanoseconds silence(loop_.now_ns() - last_heard_ns_);
  if (silence >= plan_.wait) {
    close();
    return;
  }
  loop_.after(plan_.wait - silence, [this] { wait_for_silence(); });
}

void Conversation::after(std::chrono::nanoseconds delay) {
  loop_.after(delay, [this] { close(); });
}

void Conversation::close() {
  if (!std::exchange(finished_, true) && channel_ != nullptr) {
    channel_->close(plan_.close_code, plan_.close_reason);
  }
}

}  // namespace whydrop::cli
