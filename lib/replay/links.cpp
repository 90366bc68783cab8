#include "replay/links.hpp"

#include "replay/words.hpp"
#include "session/spans.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

constexpr std::size_t kMostLinks = 1024;
constexpr std::size_t kMostPlaces = 65536;
constexpr std::size_t kMostMasked = 1024;
constexpr std::size_t kMostReplies = 32;

bool parts_value(char c) {
  return c != '\0' && std::string_view(" \t\r\n\"'`,;:/?&=#|()[]{}<>").find(c) != std::string_view::npos;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> given_by(const Called& call, const profile::Profile* profile) {
  std::vector<std::pair<std::string, std::string>> values;
  json::Json reply;
  if (profile == nullptr || reply.parse(call.body)) {
    return values;
  }
  std::map<std::string, std::string> strings;
  for (Scalars scalars(call.body); scalars.next();) {
    if (!is_masked(call.redact, scalars.at(), scalars.raw().size())) {
      strings.emplace(scalars.pointer(), scalars.content());
    }
  }
  for (const profile::Call& known : profile->calls) {
    for (const profile::Take& take : known.takes) {
      const auto found = strings.find(take.pointer);
      if (known.method == call.method && found != strings.end() && !found->second.empty()) {
        values.emplace_back(take.variable, found->second);
      }
    }
  }
  return values;
}

bool is_masked(const std::vector<session::RedactSpan>& spans, std::size_t at, std::size_t length) {
  return std::any_of(
      spans.begin(), spans.end(), [at, length](const session::RedactSpan& span) { return touches(span, at, length); });
}

LinkFinder::LinkFinder(const profile::Profile* profile) : profile_(profile), keys_(profile) {}

bool LinkFinder::parse(bool text, std::string_view payload) {
  return text && !json_.parse(payload);
}

std::string LinkFinder::key_of(wire::Side from, bool text, bool parsed) {
  return keys_.key_of(from, text, parsed ? std::optional(json_.root()) : std::nullopt);
}

std::uint32_t LinkFinder::place(Place&& place) {
  const auto [found, is_new] =
      place_ids_.try_emplace({place.key, place.pointer, place.variable}, static_cast<std::uint32_t>(places_.size()));
  if (is_new) {
    places_.push_back(std::move(place));
  }
  return found->second;
}

void LinkFinder::learn(std::string_view value, std::uint32_t place, std::uint64_t seq) {
  const std::uint64_t before = values_.oldest();
  const std::uint64_t id = values_.add(value);
  sources_[id] = {place, seq};
  for (std::uint64_t gone = before; gone < values_.oldest(); ++gone) {
    sources_.erase(gone);
  }
}

void LinkFinder::variable(const std::string& name, const std::string& value) {
  if (looks_generated(value, false) && !values_.find(value)) {
    learn(value, place({"", "", name, false}), 0);
  }
}

void LinkFinder::called(const Called& call) {
  for (const auto& [name, value] : given_by(call, profile_)) {
    variable(name, value);
  }
  if (!parse(true, call.body)) {
    return;
  }
  const std::string key = fmt::format("{} {}", call.method, call.url.substr(0, call.url.find('?')));
  for (Scalars scalars(call.body); scalars.next() && places_.size() < kMostPlaces;) {
    if (const auto value = made_value(scalars, call.redact); value && !values_.find(*value)) {
      learn(*value, place({key, scalars.pointer(), "", true}), call.seq);
    }
  }
}

/// What the scalar says, where that looks made by its sender and can be known again.
std::optional<std::string_view> LinkFinder::made_value(Scalars& scalar, const std::vector<session::RedactSpan>& spans) {
  const std::string_view value = scalar.content();
  const bool made = !value.empty() && looks_generated(value, scalar.is_number()) && !scalar.is_far() &&
                    !is_masked(spans, scalar.at(), scalar.raw().size());
  return made ? std::optional(value) : std::nullopt;
}

void LinkFinder::began(const Began& began) {
  std::string_view rest = began.open.url;
  while (!rest.empty()) {
    const auto end = std::find_if(rest.begin(), rest.end(), parts_value);
    const auto size = static_cast<std::size_t>(end - rest.begin());
    const auto known = looks_generated(rest.substr(0, size), false) ? values_.find(rest.substr(0, size)) : std::nullopt;
    if (const Place* from = known ? &places_[sources_[*known].place] : nullptr; from != nullptr && from->reply) {
      note_reply(*from, "in the URL");
    }
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
}

void LinkFinder::note_reply(const Place& from, const std::string& to) {
  std::string note =
      fmt::format("{} of the reply to {} came back {}: it is sent as recorded, since no variable takes it",
                  from.pointer,
                  from.key,
                  to);
  if (replies_.size() < kMostReplies && std::find(replies_.begin(), replies_.end(), note) == replies_.end()) {
    replies_.push_back(std::move(note));
  }
}

void LinkFinder::heard(const Heard& heard) {
  const bool parsed = parse(heard.text, heard.payload);
  if (!parsed) {
    return;
  }
  const std::string key = key_of(wire::Side::server, heard.text, parsed);
  note_masked(key, heard, parsed);
  for (Scalars scalars(heard.payload); scalars.next() && places_.size() < kMostPlaces;) {
    if (const auto value = made_value(scalars, heard.redact); value && !sent_.has(*value) && !values_.find(*value)) {
      learn(*value, place({key, scalars.pointer(), "", false}), heard.seq);
    }
  }
}

void LinkFinder::note_masked(const std::string& key, const Heard& heard, bool parsed) {
  if (heard.redact.empty() || !parsed) {
    return;
  }
  for (Scalars scalars(heard.payload); scalars.next();) {
    for (const session::RedactSpan& span : heard.redact) {
      if (touches(span, scalars.at(), scalars.raw().size()) && !scalars.is_far()) {
        note_masked_place({key, scalars.pointer(), span.variable});
      }
    }
  }
}

void LinkFinder::note_masked_place(MaskedPlace&& place) {
  const bool known = std::any_of(masked_.begin(), masked_.end(), [&place](const MaskedPlace& other) {
    return other.server_key == place.server_key && other.server_pointer == place.server_pointer &&
           other.variable == place.variable;
  });
  if (!known && masked_.size() < kMostMasked) {
    masked_.push_back(std::move(place));
  }
}

/// Only what stands at a place that is remembered can be had again.
bool LinkFinder::gives(const std::string& variable) const {
  return std::any_of(
      masked_.begin(), masked_.end(), [&](const MaskedPlace& place) { return place.variable == variable; });
}

void LinkFinder::acted(const Act& act) {
  const bool text = act.kind == Act::Kind::text;
  const bool parsed = parse(text, act.payload);
  const std::string key = key_of(wire::Side::client, text, parsed);
  if (!parsed) {
    return look_up(act.payload, act, key, nullptr);
  }
  for (Scalars scalars(act.payload); scalars.next();) {
    const std::string_view value = scalars.content();
    if (!value.empty() && !scalars.is_far() && !is_masked(act.redact, scalars.at(), scalars.raw().size())) {
      look_up(value, act, key, &scalars);
    }
  }
}

void LinkFinder::look_up(std::string_view value, const Act& act, const std::string& key, const Scalars* at) {
  const bool number = at != nullptr && at->is_number();
  if (const auto known = looks_generated(value, number) ? values_.find(value) : std::nullopt) {
    return link(*known, act, key, at != nullptr ? at->pointer() : "");
  }
  const auto hits = number ? std::vector<ValueIndex::Hit>() : values_.find_inside(value);
  for (const ValueIndex::Hit& hit : hits) {
    link(hit.id, act, key, at != nullptr ? at->pointer() : "");
  }
  sent(value);
}

/// Remembers a value of the client's own, and the words in it.
void LinkFinder::sent(std::string_view value) {
  sent_.add(value);
  while (!value.empty()) {
    const auto end = std::find_if(value.begin(), value.end(), parts_value);
    const auto size = static_cast<std::size_t>(end - value.begin());
    const std::string_view word = value.substr(0, size);
    if (looks_generated(word, false)) {
      sent_.add(word);
    }
    value.remove_prefix(std::min(size + 1, value.size()));
  }
}

void LinkFinder::link(std::uint64_t id, const Act& act, const std::string& key, const std::string& pointer) {
  const Source& source = sources_[id];
  if (const Place& from = places_[source.place]; from.reply) {
    return note_reply(from, pointer.empty() ? "in " + key : fmt::format("as {} of {}", pointer, key));
  }
  const auto found = links_.find({source.place, key, pointer});
  if (found != links_.end()) {
    ++found->second.count;
    return;
  }
  if (links_.size() == kMostLinks) {
    ++dropped_links_;
    return;
  }
  const Place& from = places_[source.place];
  links_[{source.place, key, pointer}] = {from.key, from.pointer, from.variable, key, pointer, source.seq, act.seq, 1};
}

std::string LinkFinder::place_of(const Act& act, const session::RedactSpan& span) {
  const bool text = act.kind == Act::Kind::text;
  const bool parsed = parse(text, act.payload);
  if (!parsed) {
    return act.kind == Act::Kind::close ? "the reason of the Close" : fmt::format("message {}", act.seq);
  }
  const std::string key = key_of(wire::Side::client, text, parsed);
  for (Scalars scalars(act.payload); scalars.next();) {
    if (touches(span, scalars.at(), scalars.raw().size()) && !scalars.is_far()) {
      return fmt::format("{} of {}", scalars.pointer(), key);
    }
  }
  return key;
}

std::vector<Link> LinkFinder::links() const {
  std::vector<Link> all;
  for (const auto& [place, link] : links_) {
    all.push_back(link);
  }
  std::stable_sort(all.begin(), all.end(), [](const Link& a, const Link& b) { return a.client_seq < b.client_seq; });
  return all;
}

std::vector<std::string> LinkFinder::notes() const {
  std::vector<std::string> notes = replies_;
  if (dropped_links_ > 0) {
    notes.push_back(
        fmt::format("only the first {} places that the server's values came back in are bound; {} elsewhere {} sent "
                    "as recorded",
                    grouped(kMostLinks),
                    counted(dropped_links_, "value"),
                    dropped_links_ == 1 ? "is" : "are"));
  }
  return notes;
}

}  // namespace whydrop::replay
