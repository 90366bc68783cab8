#include "replay/player.hpp"

#include "replay/awaited.hpp"
#include "replay/edit.hpp"
#include "replay/message_key.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::replay {

struct Player::Impl {
  Impl(Recording& from, const Plan& of, Settings given)
      : recording(from), plan(of), settings(std::move(given)), edits(settings.edits), keys(settings.profile) {}

  Recording& recording;
  const Plan& plan;
  Settings settings;
  Edits edits;
  KeyMaker keys;
  json::Json json;
  Awaited awaited;
  std::optional<Act> act;    ///< the next one
  std::optional<Over> over;  ///< nothing follows
  std::int64_t opened_ns = 0;
  std::int64_t recorded_ref_ns = 0, live_ref_ns = 0;  ///< of the last thing that the next act waits for or follows

  Result<void> read_on();
  void take(Entry&& entry);
  void take_heard(const Heard& heard);
  bool matched() const { return settings.pace.kind == Pace::Kind::matched; }
  std::string key_of(wire::Side from, bool text, std::string_view payload);
  std::int64_t due_ns(std::int64_t recorded_ns) const;
  Result<Next> make_ready(std::int64_t t_ns);
};

std::string Player::Impl::key_of(wire::Side from, bool text, std::string_view payload) {
  const bool parsed = text && !json.parse(payload);
  return keys.key_of(from, text, parsed ? std::optional(json.root()) : std::nullopt);
}

/// Reads up to the next act that is to be done, or to the end.
Result<void> Player::Impl::read_on() {
  while (!act && !over) {
    auto entry = recording.next();
    if (!entry) {
      return tl::unexpected<Error>(entry.error());
    }
    if (!*entry) {
      over.emplace();
      break;
    }
    take(std::move(**entry));
  }
  return {};
}

void Player::Impl::take(Entry&& entry) {
  std::visit(overloaded{[this](Act& next_act) {
                          if (!edits.skips(next_act.seq)) {
                            act = std::move(next_act);
                          }
                        },
                        [this](Heard& heard) { take_heard(heard); },
                        [this](Opened& opened) { opened_ns = recorded_ref_ns = opened.t_ns; },
                        [this](Over& last) { over = std::move(last); },
                        [](auto&) {}},
             entry);
}

void Player::Impl::take_heard(const Heard& heard) {
  if (heard.seq < recording.settings().selection.from_seq) {
    // The session begins after it.
    opened_ns = recorded_ref_ns = heard.t_ns;
    return;
  }
  recorded_ref_ns = std::max(recorded_ref_ns, heard.t_ns);
  if (matched()) {
    awaited.expect(key_of(wire::Side::server, heard.text, heard.payload));
  }
}

std::int64_t Player::Impl::due_ns(std::int64_t recorded_ns) const {
  switch (settings.pace.kind) {
  case Pace::Kind::matched:
    return live_ref_ns + std::clamp<std::int64_t>(recorded_ns - recorded_ref_ns, 0, settings.pace.most_gap.count());
  case Pace::Kind::recorded:
    return static_cast<std::int64_t>(static_cast<double>(recorded_ns - opened_ns) / settings.pace.factor);
  case Pace::Kind::fast:
    return INT64_MIN;
  }
  return INT64_MIN;
}

Result<Player::Next> Player::Impl::make_ready(std::int64_t t_ns) {
  Ready ready;
  auto edited = edits.apply(act->seq, act->payload);
  if (!edited) {
    return tl::unexpected<Error>(edited.error());
  }
  ready.rebound = *edited;
  recorded_ref_ns = std::max(recorded_ref_ns, act->t_ns);
  live_ref_ns = std::max(live_ref_ns, t_ns);
  ready.act = std::move(*act);
  act.reset();
  return Next(std::move(ready));
}

Player::Player(Recording& recording, const Plan& plan, Settings settings)
    : impl_(std::make_unique<Impl>(recording, plan, std::move(settings))) {}
Player::~Player() = default;

void Player::heard(bool text, std::string_view payload, std::int64_t t_ns) {
  Impl& self = *impl_;
  if (self.matched() && self.awaited.came(self.key_of(wire::Side::server, text, payload))) {
    self.live_ref_ns = std::max(self.live_ref_ns, t_ns);
  }
}

Result<Player::Next> Player::next(std::int64_t t_ns) {
  Impl& self = *impl_;
  if (auto done = self.read_on(); !done) {
    return tl::unexpected<Error>(done.error());
  }
  if (!self.awaited.all_came()) {
    return Next(Wait{std::nullopt, self.awaited.missing()});
  }
  const std::int64_t due = self.due_ns(self.act ? self.act->t_ns : self.over->t_ns);
  if (t_ns < due) {
    return Next(Wait{due, {}});
  }
  if (!self.act) {
    return Next(Done{*self.over});
  }
  return self.make_ready(t_ns);
}

}  // namespace whydrop::replay
