#include "replay/player.hpp"

#include "base/try.hpp"
#include "capture/limits.hpp"
#include "replay/awaited.hpp"
#include "replay/edit.hpp"
#include "replay/live_value_binder.hpp"
#include "replay/message_key.hpp"
#include "replay/raw_frames.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::replay {

struct Player::Impl {
  Impl(Recording& from, const Plan& plan, Settings given);

  Recording& recording;
  Settings settings;
  Edits edits;
  KeyMaker keys;
  json::Json json;
  Awaited awaited;
  LiveValueBinder binder;
  std::optional<wire::Deflater> deflater;
  Act* act = nullptr;        ///< the next one: the recording's
  std::optional<Over> over;  ///< nothing follows
  std::int64_t opened_ns = 0;
  std::int64_t recorded_ref_ns = 0, live_ref_ns = 0;  ///< of the last thing that the next act waits for or follows
  std::int64_t recorded_act_ns = 0;                   ///< of the last act, or the beginning
  std::int64_t live_act_ns = 0;

  Result<void> read_on();
  void take(Entry& entry);
  void take_heard(const Heard& heard);
  std::optional<json::Value> parse(bool text, std::string_view payload);
  std::int64_t due_ns(std::uint64_t seq, std::int64_t recorded_ns) const;
  std::int64_t gap_ns(std::uint64_t seq, std::int64_t recorded_ns) const;
  Result<Next> make_ready(std::int64_t t_ns);
  Result<LiveValueBinder::Bound> bind();
  void make_frames(Ready& ready, const std::string& payload, std::vector<Change> changes);
};

Player::Impl::Impl(Recording& from, const Plan& plan, Settings given)
    : recording(from),
      settings(std::move(given)),
      edits(settings.edits),
      keys(settings.profile),
      binder(plan, settings.profile, settings.value_of, settings.on_secret) {
  for (const auto& [name, value] : recording.header().variables) {
    binder.variable(name, value);
  }
  if (settings.deflate) {
    wire::Deflater::Options options;
    options.context_takeover = !settings.deflate->client_no_context_takeover;
    options.window_bits = settings.deflate->client_max_window_bits;
    deflater.emplace(options);
  }
}

/// The value is valid until the next call.
std::optional<json::Value> Player::Impl::parse(bool text, std::string_view payload) {
  return text && !json.parse(payload) ? std::optional(json.root()) : std::nullopt;
}

/// Reads up to the next act that is to be done, or to the end.
Result<void> Player::Impl::read_on() {
  while (act == nullptr && !over) {
    auto entry = recording.next();
    WHYDROP_TRY(entry);
    if (*entry == nullptr) {
      over.emplace();
      break;
    }
    take(**entry);
  }
  return {};
}

void Player::Impl::take(Entry& entry) {
  std::visit(overloaded{[this](Act& next_act) {
                          if (!edits.skips(next_act.seq)) {
                            act = &next_act;
                          }
                        },
                        [this](Heard& heard) { take_heard(heard); },
                        [this](Called& call) { binder.called(call); },
                        [this](Opened& opened) { opened_ns = recorded_ref_ns = recorded_act_ns = opened.t_ns; },
                        [this](Over& last) { over = std::move(last); },
                        [](Began&) {}},
             entry);
}

void Player::Impl::take_heard(const Heard& heard) {
  const auto root = parse(heard.text, heard.payload);
  const std::string key = keys.key_of(wire::Side::server, heard.text, root);
  binder.recorded(key, heard, root);
  if (heard.seq < recording.settings().selection.from_seq) {
    // The session begins after it.
    opened_ns = recorded_ref_ns = recorded_act_ns = heard.t_ns;
    return;
  }
  recorded_ref_ns = std::max(recorded_ref_ns, heard.t_ns);
  if (heard.text && heard.cut) {
    awaited.expect_any();  // half a message does not tell what it was
  } else {
    awaited.expect(key);
  }
}

/// What stands before the act of this number, or before the end (0), which was recorded at `recorded_ns`.
std::int64_t Player::Impl::gap_ns(std::uint64_t seq, std::int64_t recorded_ns) const {
  if (const auto given = settings.pace.gaps.find(seq); given != settings.pace.gaps.end()) {
    return given->second.count();
  }
  if (settings.pace.gap) {
    return settings.pace.gap->count();
  }
  return std::clamp<std::int64_t>(recorded_ns - recorded_ref_ns, 0, settings.pace.most_gap.count());
}

std::int64_t Player::Impl::due_ns(std::uint64_t seq, std::int64_t recorded_ns) const {
  switch (settings.pace.kind) {
  case Pace::Kind::matched:
    return std::max(live_ref_ns + gap_ns(seq, recorded_ns), live_act_ns + (seq != 0 ? settings.pace.apart.count() : 0));
  case Pace::Kind::recorded:
    return static_cast<std::int64_t>(std::min(static_cast<double>(recorded_ns - opened_ns) / settings.pace.factor,
                                              static_cast<double>(capture::kMaxTimeNs)));
  case Pace::Kind::fast:
    return INT64_MIN;
  }
  return INT64_MIN;
}

Result<LiveValueBinder::Bound> Player::Impl::bind() {
  if (edits.replaces(act->seq) || !binder.concerns(*act)) {
    return LiveValueBinder::Bound();
  }
  const bool text = act->kind == Act::Kind::text;
  const auto root = parse(text, act->payload);
  return binder.bind(*act, keys.key_of(wire::Side::client, text, root), root.has_value());
}

Result<Player::Next> Player::Impl::make_ready(std::int64_t t_ns) {
  if (!act->unreplayable.empty() && !edits.replaces(act->seq)) {
    return fail(ErrorKind::usage, fmt::format("cannot send message {}: {}", act->seq, act->unreplayable));
  }
  auto bound = bind();
  WHYDROP_TRY(bound);
  if (!bound->missing.empty()) {
    return Next(Wait{std::nullopt, bound->missing, 0, act->seq});
  }
  std::string payload = bound->changes.empty() ? std::string() : with_changes(act->payload, bound->changes);
  Ready ready;
  ready.rebound = !bound->changes.empty();
  if (!edits.empty()) {
    if (!ready.rebound) {
      payload = act->payload;
    }
    const auto edited = edits.apply(act->seq, payload);
    WHYDROP_TRY(edited);
    ready.rebound = ready.rebound || *edited;
    bound->changes = *edited ? std::vector<Change>() : std::move(bound->changes);
  }
  recorded_act_ns = act->t_ns;
  recorded_ref_ns = std::max(recorded_ref_ns, act->t_ns);
  live_ref_ns = std::max(live_ref_ns, t_ns);
  live_act_ns = t_ns;
  Act& given = *std::exchange(act, nullptr);
  ready.act = &given;
  if (settings.raw) {
    make_frames(ready, payload, std::move(bound->changes));
  }
  if (given.kind == Act::Kind::binary && edits.has(given.seq, Edit::Kind::text)) {
    given.kind = Act::Kind::text;
  }
  if (ready.rebound) {
    given.payload = std::move(payload);
    given.redact.clear();
    given.unreplayable.clear();
  }
  return Next(std::move(ready));
}

void Player::Impl::make_frames(Ready& ready, const std::string& payload, std::vector<Change> changes) {
  Rewrite rewrite;
  rewrite.act = ready.act;
  rewrite.payload = ready.rebound ? &payload : nullptr;
  rewrite.changes = std::move(changes);
  rewrite.deflater = deflater ? &*deflater : nullptr;
  ready.frames = raw_frames(rewrite);
}

Player::Player(Recording& recording, const Plan& plan, Settings settings)
    : impl_(std::make_unique<Impl>(recording, plan, std::move(settings))) {}
Player::~Player() = default;

void Player::heard(bool text, std::string_view payload, std::int64_t t_ns) {
  Impl& self = *impl_;
  const auto root = self.parse(text, payload);
  const std::string key = self.keys.key_of(wire::Side::server, text, root);
  self.binder.live(key, root);
  if (self.awaited.came(key)) {
    self.live_ref_ns = std::max(self.live_ref_ns, t_ns);
  }
}

std::vector<std::string> Player::notes() const {
  return impl_->binder.notes();
}

void Player::give_up() {
  impl_->awaited.give_up();
}

Result<Player::Next> Player::next(std::int64_t t_ns) {
  Impl& self = *impl_;
  WHYDROP_TRY(self.read_on());
  if (!self.awaited.all_came()) {
    return Next(Wait{std::nullopt, self.awaited.missing(), self.recorded_ref_ns - self.recorded_act_ns});
  }
  const std::int64_t due =
      self.act != nullptr ? self.due_ns(self.act->seq, self.act->t_ns) : self.due_ns(0, self.over->t_ns);
  if (t_ns < due) {
    return Next(Wait{due, {}, 0});
  }
  if (self.act == nullptr) {
    return Next(Done{*self.over});
  }
  return self.make_ready(t_ns);
}

}  // namespace whydrop::replay
