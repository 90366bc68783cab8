#include "replay/live_value_binder.hpp"

#include "base/try.hpp"
#include "replay/words.hpp"
#include "session/spans.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

constexpr std::size_t kMostWaiting = 65536;
constexpr std::size_t kMostEarly = 4096;
constexpr std::size_t kLongest = 16U << 10;  ///< of a value that is kept

std::optional<std::string> text_at(const std::optional<json::Value>& root, const std::string& pointer) {
  const auto value = root ? root->at(pointer) : std::nullopt;
  if (!value || (!value->is(json::Type::string) && !value->is(json::Type::number))) {
    return std::nullopt;
  }
  std::string text = json::plain_text(*value);
  return text.size() <= kLongest ? std::optional(std::move(text)) : std::nullopt;
}

std::string message_name(const std::string& key, std::uint64_t n) {
  return n > 1 ? fmt::format("{} ({})", key, ordinal(n)) : key;
}

}  // namespace

LiveValueBinder::LiveValueBinder(const Plan& plan,
                                 const profile::Profile* profile,
                                 ValueOf value_of,
                                 OnSecret on_secret)
    : profile_(profile),
      value_of_(std::move(value_of)),
      on_secret_(std::move(on_secret)),
      links_(!plan.links.empty()),
      awaited_(kMostWaiting),
      early_(kMostEarly) {
  for (const Link& link : plan.links) {
    client_places_[link.client_key].insert(link.client_pointer);
    if (link.variable.empty()) {
      add_place(link.server_key, link.server_pointer, "");
    }
  }
  for (const MaskedPlace& masked : plan.masked) {
    add_place(masked.server_key, masked.server_pointer, masked.variable);
  }
}

void LiveValueBinder::add_place(const std::string& key, const std::string& pointer, const std::string& variable) {
  auto& places = kinds_[key].places;
  const bool known = std::any_of(places.begin(), places.end(), [&](const Place& place) {
    return place.pointer == pointer && place.variable == variable;
  });
  if (!known) {
    places.push_back({pointer, variable, static_cast<std::uint32_t>(places_.size())});
    places_.push_back(key);
  }
}

// ---- what the server said, then and now -----------------------------------------------------------------------------

void LiveValueBinder::recorded(const std::string& key, const Heard& heard, const std::optional<json::Value>& root) {
  const auto kind = kinds_.find(key);
  if (kind == kinds_.end()) {
    return;
  }
  const std::uint64_t n = ++kind->second.recorded;
  const std::string missing = message_name(key, n);
  for (const Place& place : kind->second.places) {
    if (!place.variable.empty()) {
      note_masked(place, {place.id, n}, missing, heard);
    } else if (const auto value = text_at(root, place.pointer)) {
      note_value({place.id, n}, missing, *value);
    }
    early_.take({place.id, n});
  }
}

void LiveValueBinder::note_value(const Slot& slot, const std::string& missing, std::string_view value) {
  if (!looks_generated(value, false)) {
    return;
  }
  const auto id = values_.find(value);
  if (id && known_[*id].live) {
    return;
  }
  expect(slot, {id ? *id : know(value, {std::nullopt, missing}), "", "", ""});
}

std::uint64_t LiveValueBinder::know(std::string_view value, Known known) {
  const std::uint64_t before = values_.oldest();
  const std::uint64_t id = values_.add(value);
  known_[id] = std::move(known);
  for (std::uint64_t gone = before; gone < values_.oldest(); ++gone) {
    known_.erase(gone);
  }
  return id;
}

void LiveValueBinder::note_masked(const Place& place,
                                  const Slot& slot,
                                  const std::string& missing,
                                  const Heard& heard) {
  for (Scalars scalars(heard.payload); scalars.next();) {
    if (scalars.is_far() || scalars.pointer() != place.pointer) {
      continue;
    }
    for (const session::RedactSpan& span : heard.redact) {
      if (span.variable != place.variable || !touches(span, scalars.at(), scalars.raw().size())) {
        continue;
      }
      const std::string_view raw = scalars.raw();
      const std::size_t quote = scalars.is_string() ? 1 : 0;
      const std::size_t from = std::max<std::size_t>(span.at, scalars.at() + quote) - scalars.at();
      const std::size_t to =
          std::min<std::size_t>(end_in(span, heard.payload.size()), scalars.at() + raw.size() - quote) - scalars.at();
      Awaited awaited;
      awaited.variable = place.variable;
      awaited.before = raw.substr(quote, from - quote);
      awaited.after = raw.substr(to, raw.size() - quote - to);
      awaited_variables_[place.variable] = missing;
      expect(slot, std::move(awaited));
    }
  }
}

void LiveValueBinder::expect(const Slot& slot, Awaited awaited) {
  const std::string* early = early_.find(slot);
  if (early != nullptr && resolve(awaited, *early)) {
    return;
  }
  if (auto* more = awaited_.find(slot)) {
    more->push_back(std::move(awaited));
  } else {
    awaited_.put(slot, {std::move(awaited)});
  }
}

void LiveValueBinder::live(const std::string& key, const std::optional<json::Value>& root) {
  const auto found = kinds_.find(key);
  if (found == kinds_.end()) {
    return;
  }
  Kind& kind = found->second;
  const std::uint64_t n = ++kind.live;
  for (const Place& place : kind.places) {
    const auto value = text_at(root, place.pointer);
    const auto waiting = awaited_.take({place.id, n});
    if (waiting) {
      for (const Awaited& awaited : *waiting) {
        if (!value || !resolve(awaited, *value)) {
          lack(awaited, fmt::format("{} in {}", place.pointer, message_name(key, n)));
        }
      }
    } else if (value && n > kind.recorded) {
      early_.put({place.id, n}, *value);
    }
  }
}

/// `value` is what the live message says where the recorded one said what is awaited. False if that is not in it.
bool LiveValueBinder::resolve(const Awaited& awaited, const std::string& value) {
  if (awaited.variable.empty()) {
    const auto known = known_.find(awaited.value);
    if (known != known_.end() && !known->second.live) {
      known->second.live = value;
    }
    return true;
  }
  const std::size_t around = awaited.before.size() + awaited.after.size();
  const bool same = value.size() >= around && value.compare(0, awaited.before.size(), awaited.before) == 0 &&
                    value.compare(value.size() - awaited.after.size(), awaited.after.size(), awaited.after) == 0;
  if (same) {
    std::string& given = given_[awaited.variable];
    given = value.substr(awaited.before.size(), value.size() - around);
    if (on_secret_ && !given.empty()) {
      on_secret_(awaited.variable, given);
    }
    awaited_variables_.erase(awaited.variable);
  }
  return same;
}

/// The message came and does not hold what is awaited: what is missing is now that part of it.
void LiveValueBinder::lack(const Awaited& awaited, std::string missing) {
  if (awaited.variable.empty()) {
    const auto known = known_.find(awaited.value);
    if (known != known_.end() && !known->second.live) {
      known->second.missing = std::move(missing);
    }
  } else if (const auto of = awaited_variables_.find(awaited.variable); of != awaited_variables_.end()) {
    of->second = std::move(missing);
  }
}

void LiveValueBinder::variable(const std::string& name, const std::string& value) {
  const auto now = value_of_ ? value_of_(name) : std::nullopt;
  if (now && looks_generated(value, false) && !values_.find(value)) {
    know(value, {now, ""});
  }
}

void LiveValueBinder::called(const Called& call) {
  for (const auto& [name, value] : given_by(call, profile_)) {
    variable(name, value);
  }
}

// ---- what the client says -------------------------------------------------------------------------------------------

Result<std::optional<std::string>> LiveValueBinder::masked_value(const session::RedactSpan& span,
                                                                 const Act& act,
                                                                 std::string& missing) {
  if (const auto given = given_.find(span.variable); given != given_.end()) {
    return std::optional<std::string>(given->second);
  }
  if (const auto awaited = awaited_variables_.find(span.variable); awaited != awaited_variables_.end()) {
    missing = awaited->second;
    return std::optional<std::string>();
  }
  auto value = value_of_ ? value_of_(span.variable) : std::nullopt;
  if (!value) {
    return fail(ErrorKind::usage,
                fmt::format("cannot send message {}: the value of {} is not known", act.seq, span.variable),
                fmt::format("--var {}=VALUE gives it", span.variable));
  }
  return value;
}

Result<LiveValueBinder::Bound> LiveValueBinder::bind(const Act& act, const std::string& key, bool parsed) {
  Bound bound;
  bound.parsed = parsed;
  for (const session::RedactSpan& span : act.redact) {
    if (span.at > act.payload.size() || span.length > act.payload.size() - span.at) {
      continue;
    }
    const auto value = masked_value(span, act, bound.missing);
    WHYDROP_TRY(value);
    if (*value) {
      bound.changes.push_back({span.at, span.length, written_at(act.payload, span.at, **value, parsed)});
    }
  }
  if (const auto pointers = client_places_.find(key); pointers != client_places_.end()) {
    bind_links(pointers->second, act, bound);
  }
  sort_changes(bound.changes);
  return bound;
}

void LiveValueBinder::bind_links(const std::set<std::string>& pointers, const Act& act, Bound& bound) {
  if (!bound.parsed && pointers.count("") != 0) {
    for (const ValueIndex::Hit& hit : values_.find_inside(act.payload)) {
      bind_value(hit.id, act.payload, {hit.at, hit.length, {}}, bound);
    }
  }
  for (Scalars scalars(act.payload); bound.parsed && scalars.next();) {
    if (!scalars.is_far() && pointers.count(scalars.pointer()) != 0) {
      bind_scalar(scalars, act, bound);
    }
  }
}

void LiveValueBinder::bind_scalar(Scalars& scalar, const Act& act, Bound& bound) {
  const std::string_view content = scalar.content();
  const bool plain = content.data() >= act.payload.data() && content.data() < act.payload.data() + act.payload.size();
  const std::size_t quote = scalar.is_string() ? 1 : 0;
  if (content.empty() || is_masked(act.redact, scalar.at(), scalar.raw().size())) {
    return;
  }
  if (const auto id = values_.find(content)) {
    return bind_value(*id, act.payload, {scalar.at() + quote, scalar.raw().size() - 2 * quote, {}}, bound);
  }
  if (scalar.is_number()) {
    return;
  }
  // Found in what the string says; where that is written with escapes, in how it is written.
  for (const ValueIndex::Hit& hit : values_.find_inside(plain ? content : scalar.raw())) {
    const std::size_t in_payload = plain ? scalar.at() + quote + hit.at : scalar.at() + hit.at;
    bind_value(hit.id, act.payload, {in_payload, hit.length, {}}, bound);
  }
}

void LiveValueBinder::bind_value(std::uint64_t id, std::string_view payload, Change change, Bound& bound) {
  const auto known = known_.find(id);
  if (known == known_.end()) {
    return;
  }
  if (!known->second.live) {
    bound.missing = known->second.missing;
    return;
  }
  change.text = written_at(payload, change.at, *known->second.live, bound.parsed);
  if (change.text != payload.substr(change.at, change.length)) {
    bound.changes.push_back(std::move(change));
  }
}

std::vector<std::string> LiveValueBinder::notes() const {
  const std::uint64_t dropped = awaited_.dropped() + early_.dropped();
  if (dropped == 0 && values_.oldest() == 0) {
    return {};
  }
  return {fmt::format("{} of the server's {} forgotten: more than {} waited to be paired",
                      counted(dropped + values_.oldest(), "value"),
                      dropped + values_.oldest() == 1 ? "was" : "were",
                      grouped(kMostWaiting))};
}

}  // namespace whydrop::replay
