#include "script/replay_actor.hpp"

#include "base/error_text.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"
#include "replay/words.hpp"
#include "wire/close_code.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::script {
namespace {

using ActKind = replay::Act::Kind;

constexpr std::size_t kMostOfControl = 125;  // bytes. RFC 6455 section 5.5.
constexpr std::size_t kReplayHighWater = 256 * 1024;
// A drop that follows the last message is to be seen as one, not taken for an answer to our Close.
constexpr std::chrono::milliseconds kLinger{50};
// What a replay by the clock waits for messages that come late.
constexpr std::chrono::nanoseconds kGrace{std::chrono::seconds(1)};
// What an experiment waits at least for an answer to something that may have been left out.
constexpr std::chrono::milliseconds kHaste{50};
// How much later than in the recording an end may come.
constexpr std::chrono::seconds kSlack{1};
// Kinds that are counted one by one; a client that makes up names without end must not fill our memory.
constexpr std::size_t kMostKinds = 10'000;

template <typename Fact>
handshake::Head head_of(const Fact& fact) {
  handshake::Head head;
  head.start_line = fact.start_line;
  for (const session::Header& header : fact.headers) {
    head.fields.push_back({header.name, header.value});
  }
  return head;
}

}  // namespace

bool server_closed_first(const replay::Over& over) {
  return over.received && (!over.sent || over.received->seq < over.sent->seq);
}

std::string close_words(const session::CloseSeen& close) {
  return close.code ? fmt::format("closed with {}", *close.code) : "closed without a code";
}

ReplayActor::ReplayActor(engine::Timers& timers,
                         std::function<void(const std::string&)> talk,
                         OpenRecording open,
                         const replay::Plan& recorded,
                         ReplayActorSettings plan)
    : timers_(timers), talk_(std::move(talk)), open_(std::move(open)), recorded_(recorded), plan_(std::move(plan)) {}

ReplayActor::~ReplayActor() {
  timers_.cancel(timer_);
}

void ReplayActor::on_open(engine::Channel& channel) {
  channel_ = &channel;
  opened_ns_ = timers_.now_ns();
  auto recording = open_();
  if (!recording) {
    stop(recording.error());
    return;
  }
  recording_ = std::move(*recording);
  player_ = std::make_unique<replay::Player>(*recording_, recorded_, plan_.player);
  pump();
}

void ReplayActor::on_event(engine::Channel&, const session::Event& event) {
  if (const auto* request = std::get_if<session::Request>(&event.body)) {
    request_ = head_of(*request);
  } else if (const auto* response = std::get_if<session::Response>(&event.body)) {
    plan_.player.deflate = handshake::negotiate(request_, head_of(*response)).deflate;
  }
  const auto* message = std::get_if<session::Message>(&event.body);
  if (message != nullptr && message->from == session::Side::server && player_) {
    player_->heard(message->text, message->payload, event.t_ns - opened_ns_.value_or(0));
    pump();
  }
}

void ReplayActor::on_writable(engine::Channel&) {
  pump();
}

void ReplayActor::on_gone() {
  if (channel_ != nullptr) {
    gone_ns_ = timers_.now_ns();
  }
  channel_ = nullptr;
  timers_.cancel(std::exchange(timer_, 0));
}

std::optional<std::int64_t> ReplayActor::open_for() const {
  return opened_ns_ ? std::optional(gone_ns_.value_or(timers_.now_ns()) - *opened_ns_) : std::nullopt;
}

std::string ReplayActor::last_sent() const {
  const auto found = counts_.find(last_kind_);
  return found == counts_.end() ? std::string() : fmt::format("the {} {}", replay::ordinal(found->second), last_kind_);
}

void ReplayActor::pump() {
  if (std::exchange(pumping_, true)) {
    return;
  }
  // Looked at once: what is sent in one turn of the timers leaves together.
  const std::int64_t now = now_ns();
  while (channel_ != nullptr && !done_ && channel_->backlog() < kReplayHighWater) {
    auto next = player_->next(now);
    if (!next) {
      stop(next.error());
      break;
    }
    if (const auto* ready = std::get_if<replay::Ready>(&*next)) {
      missing_.clear();
      waits_since_ns_ = now;
      if (!deliver(*ready)) {
        break;
      }
    } else if (const auto* wait = std::get_if<replay::Player::Wait>(&*next)) {
      wait_for(*wait);
      break;
    } else {
      finish(std::get<replay::Player::Done>(*next).over);
    }
  }
  pumping_ = false;
}

bool ReplayActor::deliver(const replay::Ready& ready) {
  const replay::Act& act = *ready.act;
  if (plan_.player.raw) {
    for (const std::string& frame : ready.frames) {
      channel_->send_raw(frame);
    }
  } else if (!deliver_lawful(act)) {
    return false;
  }
  closed_ = closed_ || act.kind == ActKind::close;
  if (act.kind == ActKind::text || act.kind == ActKind::binary) {
    ++sent_;
    note(act);
  }
  return true;
}

/// False where the endpoint would refuse it, and with it all that follows.
bool ReplayActor::deliver_lawful(const replay::Act& act) {
  const auto refuse = [&](const std::string& why) {
    stop({ErrorKind::usage, fmt::format("cannot send event {} again: {}", act.seq, why), "--raw sends it as it was"});
    return false;
  };
  const std::size_t most = act.kind == ActKind::close && act.close_code ? kMostOfControl - 2 : kMostOfControl;
  if (act.kind != ActKind::text && act.kind != ActKind::binary && act.kind != ActKind::stray &&
      act.payload.size() > most) {
    return refuse("with the values of now it is longer than a control frame may be");
  }
  switch (act.kind) {
  case ActKind::text:
    if (!is_utf8(act.payload)) {
      return refuse("it is a text that is not UTF-8");
    }
    channel_->send(engine::Payload::text, act.payload);
    return true;
  case ActKind::binary:
    channel_->send(engine::Payload::binary, act.payload);
    return true;
  case ActKind::ping:
    channel_->ping(act.payload);
    return true;
  case ActKind::pong:
    channel_->pong(act.payload);
    return true;
  case ActKind::close:
    if (act.close_code && !wire::is_sendable(*act.close_code)) {
      return refuse(fmt::format("no client may close with {}", *act.close_code));
    }
    channel_->close(act.close_code.value_or(0), act.payload);
    return true;
  case ActKind::stray:
    return refuse("it is no frame");
  }
  return true;
}

/// Of what kind the message was, for the summary of many runs.
void ReplayActor::note(const replay::Act& act) {
  if (plan_.keys == nullptr) {
    return;
  }
  const bool text = act.kind == ActKind::text;
  const bool is_json = text && !json_.parse(act.payload);
  last_kind_ = escape_for_terminal(
      plan_.keys->key_of(wire::Side::client, text, is_json ? std::optional(json_.root()) : std::nullopt));
  if (counts_.count(last_kind_) > 0 || counts_.size() < kMostKinds) {
    ++counts_[last_kind_];
  }
}

/// What a person may do where something did not come.
std::string ReplayActor::hint_for(const replay::Player::Wait& wait) const {
  if (wait.needed_by != 0) {
    return fmt::format("message {0} sends it back: --skip {0} leaves it out, --edit '{0}:=TEXT' sends another",
                       wait.needed_by);
  }
  const auto& edits = plan_.player.edits;
  const bool skips = std::any_of(
      edits.begin(), edits.end(), [](const replay::Edit& edit) { return edit.kind == replay::Edit::Kind::skip; });
  return skips ? "it may be the answer to what --skip left out; --pace recorded goes on without it"
               : "--patience gives it more time; --pace recorded goes on without it";
}

std::int64_t ReplayActor::patience_for(const replay::Player::Wait& wait) const {
  if (plan_.linger) {
    return std::min<std::int64_t>(plan_.patience.count(), kHaste.count() + 3 * wait.recorded_ns);
  }
  // What took long in the recording may take as long again.
  return plan_.player.pace.kind == replay::Pace::Kind::recorded ? std::min(plan_.patience, kGrace).count()
                                                                : plan_.patience.count() + wait.recorded_ns;
}

void ReplayActor::wait_for(const replay::Player::Wait& wait) {
  const std::int64_t now = now_ns();
  if (wait.missing != missing_) {
    missing_ = wait.missing;
    waits_since_ns_ = now;
  }
  const bool goes_on = plan_.linger || plan_.player.pace.kind == replay::Pace::Kind::recorded;
  const std::int64_t patience = patience_for(wait);
  const std::int64_t given_up = waits_since_ns_ + patience;
  if (!missing_.empty() && now >= given_up && goes_on && wait.needed_by == 0) {
    talk_(fmt::format("{} did not come: going on without it", missing_));
    player_->give_up();
    look_again_at(now);
    return;
  }
  if (!missing_.empty() && now >= given_up) {
    stop({ErrorKind::refused,
          fmt::format("waited for {}: it did not come within {}", missing_, format_duration(patience)),
          hint_for(wait)});
    return;
  }
  look_again_at(!missing_.empty() ? std::min(wait.until_ns.value_or(given_up), given_up) : wait.until_ns.value_or(now));
}

/// One timer that looks again, not one a message.
void ReplayActor::look_again_at(std::int64_t t_ns) {
  if (timer_ != 0 && timer_at_ns_ <= t_ns) {
    return;
  }
  timers_.cancel(timer_);
  timer_at_ns_ = t_ns;
  timer_ = timers_.after(std::chrono::nanoseconds(std::max<std::int64_t>(0, t_ns - now_ns())), [this] {
    timer_ = 0;
    pump();
  });
}

/// All is sent. What is left is the end, as the recording has it.
void ReplayActor::finish(const replay::Over& over) {
  done_ = true;
  timers_.cancel(std::exchange(timer_, 0));
  for (const std::string& note : player_->notes()) {
    talk_("note: " + note);
  }
  if (!over.cut.empty()) {
    talk_(fmt::format("the recording ends here: {}", over.cut));
  } else if (!over.ending && recorded_.kind.tells_frames()) {
    talk_("the recording ends here, before the end of the session");
  }
  if (closed_ || plan_.awaits_close) {
    return;
  }
  if (plan_.linger) {
    await_end(*plan_.linger, "");
    return;
  }
  if (server_closed_first(over)) {
    await_end(plan_.patience,
              fmt::format("in the recording the server {}; it did not within {}: closing",
                          close_words(*over.received),
                          format_duration(plan_.patience.count())));
    return;
  }
  if (!over.ending || over.ending->how == session::EndingHow::capture_ended) {
    await_end(kLinger, "");
    return;
  }
  const std::chrono::nanoseconds left(std::max<std::int64_t>(0, recorded_.duration_ns - now_ns()));
  await_end(std::min(plan_.patience, left + std::chrono::nanoseconds(kSlack)),
            fmt::format("in the recording the session ended here without a Close ({}); it did not this time: closing",
                        session::name(over.ending->how)));
}

/// Closes after `most`, where the session has not ended by then, and says `otherwise`.
void ReplayActor::await_end(std::chrono::nanoseconds most, std::string otherwise) {
  timer_ = timers_.after(most, [this, otherwise = std::move(otherwise)] {
    timer_ = 0;
    if (!otherwise.empty() && channel_ != nullptr && channel_->open()) {
      talk_(otherwise);
    }
    close();
  });
}

void ReplayActor::stop(Error error) {
  error_ = std::move(error);
  done_ = true;
  talk_(error_text(*error_));
  close();
}

void ReplayActor::close() {
  if (!std::exchange(closed_, true) && channel_ != nullptr) {
    channel_->close(plan_.close_code, plan_.close_reason);
  }
}

}  // namespace whydrop::script
