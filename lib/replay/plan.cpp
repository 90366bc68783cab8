#include "replay/plan.hpp"

#include "base/try.hpp"
#include "handshake/head.hpp"
#include "json/pointer.hpp"
#include "replay/edit.hpp"
#include "replay/links.hpp"
#include "replay/masking.hpp"
#include "replay/words.hpp"
#include "session/heads.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

/// Past so many the rest is only counted.
constexpr std::size_t kMostLost = 1000;
constexpr std::size_t kMostNeeded = 1000;

bool is_message(const Act& act) {
  return act.kind == Act::Kind::text || act.kind == Act::Kind::binary;
}

/// Collects a plan from the entries of one reading.
class Planner {
 public:
  /// `thorough`: messages are looked into from the first on. A recording in which the server says nothing needs none of
  /// that, and most of the others show it at once: see asks_for_more().
  Planner(
      Recording& recording, const profile::Profile* profile, const std::vector<Edit>& edits, bool raw, bool thorough);

  void take(const Entry& entry);
  /// So many messages, passed by unread.
  void pass_by(std::uint64_t messages);
  /// True where messages passed by unread that may have sent what came back later: it must be read again, thoroughly.
  bool asks_for_more() const { return asks_for_more_; }
  /// True while contents need not be read.
  bool skims() const { return !thorough_ && edits_.empty(); }
  Result<Plan> finish(bool silent_too);

 private:
  void take(const Called& call);
  void take(const Began& began);
  void take(const Opened& opened);
  void take(const Act& act);
  void take(const Heard& heard);
  void take(const Over& over);
  void look_into(const Act& act);
  void need(const session::RedactSpan& span, std::uint64_t seq, const std::string& place, bool from_server);
  void note_raw();
  tl::unexpected<Error> nothing_sent() const;
  void note_secret_key(std::string_view pointer);
  void note_what_is_not_told();
  void note(bool said, std::string sentence);

  Recording& recording_;
  Edits edits_;
  bool raw_, thorough_;
  bool unread_ = false, asks_for_more_ = false, too_many_ = false;
  LinkFinder finder_;
  Plan plan_;
  std::set<std::uint64_t> unmet_;  ///< edits whose message has not come
  std::int64_t opened_ns_ = 0;
  std::uint64_t compressed_ = 0, more_lost_ = 0;
};

Planner::Planner(
    Recording& recording, const profile::Profile* profile, const std::vector<Edit>& edits, bool raw, bool thorough)
    : recording_(recording), edits_(edits), raw_(raw), thorough_(thorough), finder_(profile) {
  const capture::CaptureHeader& header = recording.header();
  plan_.kind = recording.kind();
  plan_.profile = header.profile;
  plan_.run = recording.settings().selection.run;
  for (const auto& [name, value] : header.variables) {
    finder_.variable(name, value);
  }
  for (const Edit& edit : edits) {
    unmet_.insert(edit.seq);
  }
}

void Planner::take(const Entry& entry) {
  std::visit([this](const auto& what) { take(what); }, entry);
}

void Planner::need(const session::RedactSpan& span, std::uint64_t seq, const std::string& place, bool from_server) {
  auto& needed = plan_.needed;
  const auto known = std::find_if(needed.begin(), needed.end(), [&](const Needed& other) {
    return other.variable == span.variable && other.from_server == from_server;
  });
  if (known != needed.end()) {
    ++known->count;
  } else if (needed.size() < kMostNeeded) {
    needed.push_back({span.variable, seq, 1, from_server, place});
  } else {
    too_many_ = true;
  }
}

void Planner::take(const Called& call) {
  ++plan_.calls;
  finder_.called(call);
}

void Planner::take(const Began& began) {
  plan_.conn = began.conn;
  session::Open open = began.open;
  Masking().mask(open);
  plan_.url = std::move(open.url);
  plan_.request = began.request;
  finder_.began(began);
  for (const auto& span : began.open.redact) {
    need(span, 0, "the URL", false);
  }
  for (const auto& header : began.request.headers) {
    for (const auto& span : header.redact) {
      need(span, 0, "the header " + header.name, false);
    }
    if (handshake::same_token(header.name, "Sec-WebSocket-Extensions")) {
      auto& offered = plan_.extensions;
      offered = offered ? *offered + ", " + header.value : header.value;
    }
  }
  const auto head = session::head_of(began.request);
  for (const std::string_view subprotocol : handshake::list_values(head, "Sec-WebSocket-Protocol")) {
    plan_.subprotocols.emplace_back(subprotocol);
  }
}

void Planner::take(const Opened& opened) {
  opened_ns_ = opened.t_ns;
  thorough_ = thorough_ || finder_.knows_values();
}

void Planner::take(const Heard& heard) {
  ++plan_.heard;
  asks_for_more_ = unread_;
  thorough_ = true;
  finder_.heard(heard);
}

void Planner::take(const Act& act) {
  unmet_.erase(act.seq);
  if (edits_.skips(act.seq)) {
    return;
  }
  plan_.messages += is_message(act) ? 1 : 0;
  plan_.pings += act.kind == Act::Kind::ping ? 1 : 0;
  plan_.closes += act.kind == Act::Kind::close ? 1 : 0;
  if (edits_.replaces(act.seq)) {
    return;
  }
  plan_.odd += act.odd ? 1 : 0;
  plan_.fragmented += act.fragments > 1 ? 1 : 0;
  compressed_ += act.compressed ? 1 : 0;
  if (!act.unreplayable.empty()) {
    if (plan_.lost.size() < kMostLost) {
      plan_.lost.emplace_back(act.seq, act.unreplayable);
    } else {
      ++more_lost_;
    }
  }
  if (is_message(act) || !act.redact.empty()) {
    look_into(act);
  }
}

void Planner::look_into(const Act& act) {
  for (const auto& span : act.redact) {
    need(span, act.seq, finder_.place_of(act, span), finder_.gives(span.variable));
  }
  if (thorough_) {
    finder_.acted(act);
  } else {
    unread_ = true;
  }
}

void Planner::pass_by(std::uint64_t messages) {
  plan_.messages += messages;
  unread_ = unread_ || messages > 0;
}

void Planner::take(const Over& over) {
  plan_.over = over;
  plan_.duration_ns = over.t_ns - opened_ns_;
}

void Planner::note(bool said, std::string sentence) {
  if (said) {
    plan_.notes.push_back(std::move(sentence));
  }
}

/// The last member on the way; an item of an array has its array's.
void Planner::note_secret_key(std::string_view pointer) {
  std::string key;
  for (json::Steps steps(pointer); steps.next();) {
    const std::string_view step = steps.step();
    key = step.find_first_not_of("0123456789") == std::string_view::npos ? key : std::string(step);
  }
  auto& keys = plan_.secret_keys;
  if (!key.empty() && std::find(keys.begin(), keys.end(), key) == keys.end()) {
    keys.push_back(std::move(key));
  }
}

void Planner::note_what_is_not_told() {
  note(!plan_.kind.is_lines() && !plan_.kind.tells_frames(),
       "a HAR has no frames, pings or Closes, and does not show how the session ended");
  note(plan_.kind.is_lines(), "a file of messages has no times and nothing of the server");
  note(!raw_ && plan_.fragmented > 0,
       fmt::format("{} went in fragments; without --raw each goes in one frame", counted(plan_.fragmented, "message")));

  note(!raw_ && plan_.odd > 0 && plan_.kind.tells_frames(),
       fmt::format(
           "{} {} framed against RFC 6455 (RSV bits, no mask, or not the shortest length); without --raw {} sent "
           "as it wants",
           counted(plan_.odd, "event"),
           plan_.odd == 1 ? "was" : "were",
           plan_.odd == 1 ? "it is" : "they are"));
  note(plan_.over.absent > 0,
       fmt::format("{} {} not in the file, the first is #{}: what the client sent there is not sent again",
                   counted(plan_.over.absent, "event"),
                   plan_.over.absent == 1 ? "is" : "are",
                   plan_.over.first_absent));
  note(more_lost_ > 0, fmt::format("{} cannot be sent again", counted(more_lost_, "more message")));
}

void Planner::note_raw() {
  const bool bound = !plan_.links.empty() || !plan_.needed.empty() || !edits_.empty();
  note(raw_ && bound, "a frame whose content changes has its length made anew, and fragments keep their share of it");
  note(raw_ && compressed_ > 0,
       fmt::format("{} compressed anew as the new session agrees: a capture does not hold compressed bytes",
                   counted(compressed_, "message is", "messages are")));
}

/// Of which part of the file something is said.
std::string part_words(const Selection& selection, const Plan& plan) {
  const bool from = selection.from_seq > 0, to = selection.to_seq < UINT64_MAX;
  const std::string conn = plan.conns > 1 ? fmt::format("on connection {}", plan.conn) : "in it";
  return !from && !to ? conn
         : !to        ? fmt::format("from event {} on", selection.from_seq)
         : !from      ? fmt::format("up to event {}", selection.to_seq)
                      : fmt::format("from event {} to event {}", selection.from_seq, selection.to_seq);
}

tl::unexpected<Error> Planner::nothing_sent() const {
  const std::string& name = recording_.settings().name;
  const Selection& selection = recording_.settings().selection;
  const std::string others =
      plan_.conns > 1 && !selection.conn
          ? fmt::format("--conn N takes another of its {}; ", counted(plan_.conns, "WebSocket connection"))
          : "";
  return fail(ErrorKind::usage,
              fmt::format("cannot replay {}: the client sent nothing {}", name, part_words(selection, plan_)),
              fmt::format("{}whydrop inspect {} shows what it holds", others, name));
}

Result<Plan> Planner::finish(bool silent_too) {
  const std::string& name = recording_.settings().name;
  if (!unmet_.empty()) {
    return fail(ErrorKind::usage,
                fmt::format("edit {}: the client sent no message of this number", *unmet_.begin()),
                fmt::format("whydrop inspect {} --only client shows the numbers", name));
  }
  if (too_many_) {
    return fail(ErrorKind::usage,
                fmt::format("cannot replay {}: more than {} variables are masked in it", name, grouped(kMostNeeded)));
  }
  const auto held = recording_.count();
  WHYDROP_TRY(held);
  plan_.runs = held->runs;
  plan_.conns = held->conns;
  if (!silent_too && plan_.messages + plan_.pings + plan_.closes == 0 && plan_.lost.empty()) {
    return nothing_sent();
  }
  plan_.links = finder_.links();
  for (MaskedPlace& place : finder_.masked()) {
    note_secret_key(place.server_pointer);
    const bool wanted = std::any_of(plan_.needed.begin(), plan_.needed.end(), [&place](const Needed& needed) {
      return needed.from_server && needed.variable == place.variable;
    });
    if (wanted) {
      plan_.masked.push_back(std::move(place));
    }
  }
  plan_.notes = finder_.notes();
  note_what_is_not_told();
  note_raw();
  return std::move(plan_);
}

/// Unless it asks for more.
Result<void> read_all(Recording& recording, Planner& planner) {
  while (!planner.asks_for_more()) {
    planner.pass_by(planner.skims() ? recording.skim() : 0);
    const auto entry = recording.next();
    WHYDROP_TRY(entry);
    if (*entry == nullptr) {
      break;
    }
    planner.take(**entry);
  }
  return {};
}

}  // namespace

Result<Plan> make_plan(
    Recording& recording, const profile::Profile* profile, const std::vector<Edit>& edits, bool raw, bool silent_too) {
  for (bool thorough = false;; thorough = true) {
    Planner planner(recording, profile, edits, raw, thorough);
    WHYDROP_TRY(read_all(recording, planner));
    if (!planner.asks_for_more()) {
      return planner.finish(silent_too);
    }
    WHYDROP_TRY(recording.rewind());
  }
}

}  // namespace whydrop::replay
