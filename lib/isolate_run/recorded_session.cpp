#include "isolate_run/recorded_session.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"
#include "handshake/head.hpp"
#include "json/json.hpp"
#include "replay/message_key.hpp"
#include "replay/scalars.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::isolate_run {
namespace {

using isolate::Change;
using isolate::Offer;
using isolate::Part;
using isolate::Trial;
using ActKind = replay::Act::Kind;

constexpr std::int64_t kShortGap = 50 * kMillisecond;  // gaps of less are one part, all of them
constexpr std::size_t kMostMembers = 20'000, kMostDepth = 8;
constexpr std::size_t kMostShown = 40;
// A silence is found to this, or to a part of itself.
constexpr std::int64_t kStep = 100 * kMillisecond;
constexpr std::int64_t kParts = 20;
// Below it the end follows something that was sent, not a silence.
constexpr std::int64_t kSilence = 200 * kMillisecond;
// Messages are sent apart by as much as fits into this, at most.
constexpr std::int64_t kLongest = 2 * kSecond, kMostApart = kSecond / 2, kLeastApart = 20 * kMillisecond;

std::int64_t step_of(std::int64_t silence) {
  return std::clamp<std::int64_t>(silence / kParts, kMillisecond, kStep);
}

bool is_message(const replay::Act& act) {
  return act.kind == ActKind::text || act.kind == ActKind::binary;
}

std::string_view name_of(ActKind kind) {
  switch (kind) {
  case ActKind::text:
  case ActKind::binary:
    return "message";
  case ActKind::ping:
    return "ping";
  case ActKind::pong:
    return "pong";
  case ActKind::close:
    return "Close";
  case ActKind::stray:
    return "stray bytes";
  }
  return {};
}

/// The parameters of a URL's query, as they stand.
std::vector<std::string> query_of(const std::string& target) {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::vector<std::string>() : split(target.substr(mark + 1), '&');
}

std::string key_of(const std::string& parameter) {
  return parameter.substr(0, parameter.find('='));
}

/// "a=1; b=2", taken apart. RFC 6265 section 4.2.1.
std::vector<std::string> cookies_of(const std::string& header) {
  std::vector<std::string> cookies;
  for (const std::string& cookie : split(header, ';')) {
    cookies.emplace_back(trim(cookie));
  }
  return cookies;
}

bool is_cookie(const handshake::HeaderField& field) {
  return handshake::same_token(field.name, "Cookie");
}

template <typename Range, typename Key>
void erase_nth(Range& range, std::size_t nth, const Key& is_it) {
  for (auto it = range.begin(); it != range.end(); ++it) {
    if (is_it(*it) && nth-- == 0) {
      range.erase(it);
      return;
    }
  }
}

}  // namespace

std::size_t RecordedSession::add(Part::Kind kind, std::string name, Place place, std::optional<std::size_t> within) {
  model_.parts.push_back({kind, within, std::move(name)});
  places_.push_back(std::move(place));
  return places_.size() - 1;
}

/// Takes the entries of one reading.
class RecordedSession::Reader {
 public:
  Reader(RecordedSession& session, const profile::Profile* profile) : session_(session), keys_(profile) {}

  void take(const replay::Entry& entry) {
    std::visit(overloaded{[this](const replay::Act& act) { take(act); },
                          [this](const replay::Heard& heard) { ref_ns_ = std::max(ref_ns_, heard.t_ns); },
                          [this](const replay::Opened& opened) { ref_ns_ = act_ns_ = opened_ns_ = opened.t_ns; },
                          [this](const replay::Over& over) { over_ns_ = over.t_ns; },
                          [](const auto&) {}},
               entry);
  }
  void finish() {
    if (!session_.after_short_gaps_.empty()) {
      session_.add(Part::Kind::gap, "the pauses of less than " + format_duration(kShortGap), {});
    }
    session_.reaction_ns_ = std::max<std::int64_t>(over_ns_ - act_ns_, 0);
    session_.duration_ns_ = std::max<std::int64_t>(over_ns_ - opened_ns_, 0);
  }

 private:
  void take(const replay::Act& act) {
    const std::int64_t gap = act.t_ns - ref_ns_;
    ref_ns_ = std::max(ref_ns_, act.t_ns);
    act_ns_ = act.t_ns;
    if (act.kind == ActKind::close) {
      return;
    }
    const std::string name = name_of(act);
    if (gap >= kShortGap) {
      Place place;
      place.seq = act.seq;
      place.ns = gap;
      session_.add(Part::Kind::gap, fmt::format("the pause of {} before {}", format_duration(gap), name), place);
    } else {
      session_.after_short_gaps_.push_back(act.seq);
    }
    Place place;
    place.seq = act.seq;
    place.json = json_known_;
    place.binary = act.kind == ActKind::binary;
    place.payload = is_message(act) ? act.payload : "";
    find_longest(place);
    session_.add(Part::Kind::message, name, std::move(place));
  }

  std::string name_of(const replay::Act& act) {
    const std::string name = fmt::format("{} #{}", isolate_run::name_of(act.kind), act.seq);
    json_known_ = act.kind == ActKind::text && !json_.parse(act.payload);
    if (!is_message(act)) {
      return name;
    }
    const std::string key = keys_.key_of(
        wire::Side::client, act.kind == ActKind::text, json_known_ ? std::optional(json_.root()) : std::nullopt);
    return key == "text" ? name : fmt::format("{} ({})", name, elide(escape_for_terminal(key), kMostShown));
  }

  /// Where what fills a message up to a size is put.
  static void find_longest(Place& place) {
    std::size_t longest = 0;
    place.outside = 0;
    for (replay::Scalars scalars(place.json ? std::string_view(place.payload) : ""); scalars.next();) {
      const bool fits = scalars.is_string() && !scalars.is_far() && scalars.raw().size() > longest;
      if (fits && !scalars.pointer().empty()) {
        longest = scalars.raw().size();
        place.filled = scalars.pointer();
        place.outside = place.payload.size() - longest + 2;
      }
    }
  }

  RecordedSession& session_;
  replay::KeyMaker keys_;
  json::Json json_;
  bool json_known_ = false;
  std::int64_t ref_ns_ = 0, act_ns_ = 0, opened_ns_ = 0, over_ns_ = 0;
};

Result<RecordedSession> RecordedSession::read(replay::Recording& recording,
                                              const replay::Plan& plan,
                                              const net::ConnectOptions& options,
                                              const profile::Profile* profile) {
  RecordedSession session;
  Reader reader(session, profile);
  while (true) {
    const auto entry = recording.next();
    WHYDROP_TRY(entry);
    if (*entry == nullptr) {
      break;
    }
    reader.take(**entry);
  }
  reader.finish();
  session.add_handshake(plan, options);
  // The later a message is, the nearer to the drop: members are many.
  for (std::size_t part = session.places_.size(); part-- > 0;) {
    if (session.places_[part].json) {
      session.add_members(part);
    }
  }
  session.add_offers();
  return session;
}

void RecordedSession::add_handshake(const replay::Plan& plan, const net::ConnectOptions& options) {
  std::map<std::string, std::size_t> seen;
  const auto named = [&](Part::Kind kind, std::string_view what, const std::string& name) {
    Place place;
    place.text = name;
    place.nth = seen[fmt::format("{} {}", what, lower_case(name))]++;
    add(kind, fmt::format("{} {}", what, escape_for_terminal(name)), std::move(place));
  };
  for (const std::string& parameter : query_of(options.url.target)) {
    named(Part::Kind::query, "the query's", key_of(parameter));
  }
  for (const handshake::HeaderField& field : options.headers) {
    const auto cookies = is_cookie(field) ? cookies_of(field.value) : std::vector<std::string>();
    if (cookies.size() < 2) {
      named(Part::Kind::header, "the header", field.name);
      continue;
    }
    for (const std::string& cookie : cookies) {
      named(Part::Kind::cookie, "the cookie", key_of(cookie));
    }
  }
  for (const std::string& subprotocol : options.subprotocols) {
    named(Part::Kind::subprotocol, "the subprotocol", subprotocol);
  }
  if (options.compression) {
    add(Part::Kind::compression, "the offer of permessage-deflate", {});
  }
  if (plan.fragmented + plan.odd > 0) {
    add(Part::Kind::framing, "its own framing (fragments, masks, reserved bits)", {});
  }
}

void RecordedSession::add_members(std::size_t message) {
  json::Json json;
  if (json.parse(places_[message].payload)) {
    return;
  }
  const std::uint64_t seq = places_[message].seq;
  const std::string of = " of " + model_.parts[message].name;
  // Level by level, so that each stands after what it stands in.
  struct Node {
    json::Value value;
    std::size_t part;
    std::string pointer;
  };
  std::vector<Node> level{{json.root(), message, ""}}, next;
  for (std::size_t depth = 0; depth < kMostDepth && !level.empty(); ++depth, level = std::exchange(next, {})) {
    for (const Node& node : level) {
      const bool array = node.value.is(json::Type::array);
      for (std::size_t i = 0; i < node.value.size() && places_.size() < kMostMembers; ++i) {
        const json::Value child = array ? node.value.item(i) : node.value.member(i).second;
        const std::string step = array ? std::to_string(i) : json::escape_step(node.value.member(i).first);
        Place place;
        place.seq = seq;
        place.text = node.pointer + "/" + step;
        const std::string name = elide(escape_for_terminal(place.text), kMostShown, Elide::middle) + of;
        const std::size_t part = add(Part::Kind::member, name, place, node.part);
        next.push_back({child, part, place.text});
      }
    }
  }
}

void RecordedSession::add_offers() {
  std::int64_t messages = 0;
  for (std::size_t part = 0; part < places_.size(); ++part) {
    const Place& place = places_[part];
    const Part::Kind kind = model_.parts[part].kind;
    if (kind == Part::Kind::gap && place.seq != 0) {
      model_.offers.push_back({Change::Kind::pause, part, 0, place.ns, step_of(place.ns)});
    }
    if (kind != Part::Kind::message || place.payload.empty()) {
      continue;
    }
    ++messages;
    const auto size = static_cast<std::int64_t>(place.payload.size());
    const auto least = static_cast<std::int64_t>(std::max<std::size_t>(place.outside, 1));
    if (size > least) {
      model_.offers.push_back({Change::Kind::size, part, least, size, 1, true});
    }
    if (place.json && !json::is_compact(place.payload)) {
      model_.offers.push_back({Change::Kind::compact, part});
    }
    if (place.binary && utf8_valid_prefix(place.payload) == place.payload.size()) {
      model_.offers.push_back({Change::Kind::text, part});
    }
  }
  if (messages > 0) {
    const std::int64_t apart = std::clamp(kLongest / messages, kLeastApart, kMostApart);
    model_.offers.push_back({Change::Kind::apart, 0, apart, 0, step_of(apart)});
  }
  if (reaction_ns_ >= kSilence) {
    model_.offers.push_back(
        {Change::Kind::pings, 0, reaction_ns_ / 4, reaction_ns_ + reaction_ns_ / 4, step_of(reaction_ns_)});
  }
}

std::vector<std::size_t> RecordedSession::left_out(const Trial& trial) const {
  std::vector<std::size_t> parts;
  for (const Change& change : trial) {
    if (change.kind == Change::Kind::without) {
      parts.push_back(change.part);
    }
  }
  return parts;
}

bool RecordedSession::changes_handshake(const Trial& trial) const {
  const auto parts = left_out(trial);
  return std::any_of(parts.begin(), parts.end(), [this](std::size_t part) {
    const Part::Kind kind = model_.parts[part].kind;
    return kind != Part::Kind::gap && kind != Part::Kind::message && kind != Part::Kind::member;
  });
}

bool RecordedSession::is_hasty(const Trial& trial) const {
  const auto keeps_pace = [](const Change& change) {
    return change.kind != Change::Kind::apart && change.kind != Change::Kind::pings &&
           change.kind != Change::Kind::pause;
  };
  const auto is_gap = [this](std::size_t part) { return model_.parts[part].kind == Part::Kind::gap; };
  const auto parts = left_out(trial);
  std::size_t gaps = 0;
  for (std::size_t part = 0; part < places_.size(); ++part) {
    gaps += is_gap(part) ? 1 : 0;
  }
  return static_cast<std::size_t>(std::count_if(parts.begin(), parts.end(), is_gap)) == gaps &&
         std::all_of(trial.begin(), trial.end(), keeps_pace);
}

void RecordedSession::apply_gap(const Place& gap, std::int64_t ns, replay::Pace& pace) const {
  const std::chrono::nanoseconds length(ns);
  if (gap.seq != 0) {
    pace.gaps[gap.seq] = length;
    return;
  }
  for (const std::uint64_t seq : after_short_gaps_) {
    pace.gaps[seq] = length;
  }
  // Before the end, too: how long it is waited for is told otherwise.
  pace.gaps[0] = length;
}

replay::Edit RecordedSession::edit_of(const Change& change) const {
  using EditKind = replay::Edit::Kind;
  const Place& place = places_[change.part];
  if (change.kind == Change::Kind::size) {
    const auto wanted = static_cast<std::size_t>(change.value);
    const std::string filling(wanted - std::min(wanted, place.outside), 'x');
    return place.filled.empty() ? replay::Edit{EditKind::whole, place.seq, "", filling}
                                : replay::Edit{EditKind::set, place.seq, place.filled, json::quote(filling)};
  }
  if (model_.parts[change.part].kind == Part::Kind::member) {
    return {EditKind::remove, place.seq, place.text};
  }
  return {change.kind == Change::Kind::compact ? EditKind::compact
          : change.kind == Change::Kind::text  ? EditKind::text
                                               : EditKind::skip,
          place.seq};
}

void RecordedSession::apply(const Trial& trial, script::ReplayActorSettings& replaying) const {
  replay::Player::Settings& player = replaying.player;
  const std::vector<std::size_t> parts = left_out(trial);
  // From the last on: what stands in an array moves up where something before it goes.
  for (auto it = trial.rbegin(); it != trial.rend(); ++it) {
    const Change& change = *it;
    if (change.kind == Change::Kind::apart) {
      player.pace.apart = std::chrono::nanoseconds(change.value);
      continue;
    }
    if (change.kind == Change::Kind::pings) {
      continue;
    }
    const Part& part = model_.parts[change.part];
    const bool goes_anyway = part.within && isolate::goes_with(model_.parts, parts, *part.within);
    const bool sent = part.kind == Part::Kind::message || part.kind == Part::Kind::member;
    if (part.kind == Part::Kind::gap) {
      apply_gap(places_[change.part], change.value, player.pace);
    } else if (part.kind == Part::Kind::framing) {
      player.raw = false;
    } else if (sent && !goes_anyway) {
      player.edits.push_back(edit_of(change));
    }
  }
}

namespace {

void leave_out_of_query(std::string& target, const std::string& key, std::size_t nth) {
  std::vector<std::string> parameters = query_of(target);
  erase_nth(parameters, nth, [&](const std::string& it) { return key_of(it) == key; });
  target = target.substr(0, target.find('?'));
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    target += (i == 0 ? "?" : "&") + parameters[i];
  }
}

void leave_out_cookie(std::vector<handshake::HeaderField>& headers, const std::string& key, std::size_t nth) {
  for (handshake::HeaderField& field : headers) {
    std::vector<std::string> cookies = is_cookie(field) ? cookies_of(field.value) : std::vector<std::string>();
    const std::size_t before = cookies.size();
    erase_nth(cookies, nth, [&](const std::string& it) { return key_of(it) == key; });
    if (cookies.size() < before) {
      field.value = fmt::format("{}", fmt::join(cookies, "; "));
      return;
    }
  }
}

}  // namespace

void RecordedSession::apply(const Trial& trial, net::ConnectOptions& options) const {
  // From the last on: of several of one name the first keep their number.
  for (auto it = trial.rbegin(); it != trial.rend(); ++it) {
    if (it->kind == Change::Kind::pings) {
      options.ping_interval = std::chrono::nanoseconds(it->value);
    }
    if (it->kind != Change::Kind::without) {
      continue;
    }
    const Place& place = places_[it->part];
    const Part::Kind kind = model_.parts[it->part].kind;
    if (kind == Part::Kind::query) {
      leave_out_of_query(options.url.target, place.text, place.nth);
    } else if (kind == Part::Kind::header) {
      erase_nth(options.headers, place.nth, [&](const auto& field) { return same_caseless(field.name, place.text); });
    } else if (kind == Part::Kind::cookie) {
      leave_out_cookie(options.headers, place.text, place.nth);
    } else if (kind == Part::Kind::subprotocol) {
      erase_nth(options.subprotocols, place.nth, [&](const std::string& name) { return name == place.text; });
    } else if (kind == Part::Kind::compression) {
      options.compression = false;
    }
  }
}

std::string RecordedSession::words_of(const Change& change) const {
  const auto part = [&] { return model_.parts[change.part].name; };
  switch (change.kind) {
  case Change::Kind::apart:
    return fmt::format("with at least {} between messages", format_duration(change.value));
  case Change::Kind::pings:
    return fmt::format("with a ping every {}", format_duration(change.value));
  case Change::Kind::pause:
    return fmt::format("with {} in place of {}", format_duration(change.value), part());
  case Change::Kind::size:
    return fmt::format("with {} of {} bytes", part(), change.value);
  case Change::Kind::compact:
    return fmt::format("with {} as compact JSON", part());
  case Change::Kind::text:
    return fmt::format("with {} as text", part());
  case Change::Kind::without:
    return "without " + part();
  }
  return {};
}

}  // namespace whydrop::isolate_run
