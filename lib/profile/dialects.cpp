#include "profile/dialects.hpp"

#include "profile/build.hpp"
#include "profile/glob.hpp"
#include "profile/load.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::profile {

namespace {

constexpr unsigned kUrlScore = 70;
/// A message that has one member with a value of its own; of a word that any protocol may use, less; more members,
/// more.
constexpr unsigned kMemberScore = 35, kCommonScore = 20, kMoreScore = 15;

/// Values that tell little: many protocols have such messages.
constexpr std::string_view kCommonWords[] = {"\"connect\"",
                                             "\"connected\"",
                                             "\"message\"",
                                             "\"error\"",
                                             "\"ping\"",
                                             "\"pong\"",
                                             "\"start\"",
                                             "\"auth\"",
                                             "\"subscribe\"",
                                             "\"keepalive\"",
                                             "\"routing\""};

bool is_common(const std::string& value) {
  return std::find(std::begin(kCommonWords), std::end(kCommonWords), value) != std::end(kCommonWords);
}

unsigned score_of(const std::vector<Where>& conditions) {
  unsigned score = 0, most = 0;
  for (const Where& row : conditions) {
    const bool value = row.op == Where::Op::is || row.op == Where::Op::has;
    const unsigned worth = value && !is_common(row.values.front()) ? kMemberScore : kCommonScore;
    score += std::min(worth, kMoreScore);
    most = std::max(most, worth - std::min(worth, kMoreScore));
  }
  return score + most;
}

/// "type", of "/type".
std::string_view bare(std::string_view pointer) {
  return pointer.substr(pointer.empty() ? 0 : 1);
}

/// "type=startChat", "class is one of …", "version".
std::string words(const Where& row) {
  switch (row.op) {
  case Where::Op::is:
    return fmt::format("{}={}", bare(row.pointer), row.values.front());
  case Where::Op::in:
    return fmt::format("{} in {}", bare(row.pointer), fmt::join(row.values, ", "));
  case Where::Op::has:
    return fmt::format("{} with {} in it", bare(row.pointer), row.values.front());
  case Where::Op::absent:
    return fmt::format("no {}", bare(row.pointer));
  case Where::Op::exists:
  case Where::Op::at_least:
  case Where::Op::at_most:
    break;
  }
  return std::string(bare(row.pointer));
}

std::string words(const std::vector<Where>& conditions) {
  std::vector<std::string> each;
  std::transform(
      conditions.begin(), conditions.end(), std::back_inserter(each), [](const Where& row) { return words(row); });
  return fmt::format("{}", fmt::join(each, ", "));
}

void sort(std::vector<DialectMatch>& found) {
  std::stable_sort(
      found.begin(), found.end(), [](const DialectMatch& a, const DialectMatch& b) { return a.score > b.score; });
}

}  // namespace

struct Dialects::Impl {
  std::vector<std::shared_ptr<const Profile>> own;
  std::vector<std::shared_ptr<const Profile>> all;
  bool ready = false;

  /// Headings are read when the first thing is to be recognised, not before.
  const std::vector<std::shared_ptr<const Profile>>& profiles();
  void put(const std::shared_ptr<const Profile>& profile);
};

void Dialects::Impl::put(const std::shared_ptr<const Profile>& profile) {
  const auto same = std::find_if(all.begin(), all.end(), [&](const auto& row) { return row->name == profile->name; });
  if (same == all.end()) {
    all.push_back(profile);
  } else {
    *same = profile;
  }
}

const std::vector<std::shared_ptr<const Profile>>& Dialects::Impl::profiles() {
  if (!ready) {
    ready = true;
    json::Json document;
    for (const BuiltIn& row : built_in()) {
      if (!document.parse(row.heading)) {
        put(build_heading(document.root()));
      }
    }
    std::for_each(own.begin(), own.end(), [this](const auto& profile) { put(profile); });
  }
  return all;
}

namespace {

DialectMatch likeness(const Profile& profile, unsigned score, std::string reason) {
  return {profile.name, profile.title, profile.status, profile.instead, score, {std::move(reason)}};
}

DialectMatch settling(const Profile& profile, std::string reason) {
  DialectMatch made = likeness(profile, kUrlScore, std::move(reason));
  made.settles = true;
  return made;
}

std::string query_words(const std::vector<std::string>& names) {
  return fmt::format("the URL's query has {}", fmt::join(names, " and "));
}

bool has_all(const Query& query, const std::vector<std::string>& names) {
  return !names.empty() &&
         std::all_of(names.begin(), names.end(), [&](const auto& name) { return find_in(query, name) != nullptr; });
}

/// The best of what one message fits, if it fits anything.
std::optional<DialectMatch> like(const Profile& profile, wire::Side side, json::Value value) {
  const auto& settles = profile.fingerprint.settles;
  for (const auto& row : side == wire::Side::client ? settles.client : settles.server) {
    if (holds(row, value)) {
      return settling(profile, fmt::format("a message of the {} has {}", name(side), words(row)));
    }
  }
  std::optional<DialectMatch> best;
  const auto take = [&](const std::vector<Where>& conditions, bool misform) {
    if (conditions.empty() || !holds(conditions, value)) {
      return;
    }
    const unsigned score = score_of(conditions);
    if (!best || score > best->score) {
      best = likeness(profile,
                      score,
                      fmt::format("a message of the {} has {}{}",
                                  name(side),
                                  words(conditions),
                                  misform ? ", a mistaken form of its own" : ""));
      best->misform = misform;
    }
  };
  for (const auto& row : side == wire::Side::client ? profile.fingerprint.client : profile.fingerprint.server) {
    take(row, false);
  }
  if (side == wire::Side::client) {
    for (const auto& row : profile.fingerprint.misforms) {
      take(row.client, true);
    }
  }
  return best;
}

std::vector<DialectMatch> all_like(const std::vector<std::shared_ptr<const Profile>>& profiles,
                                   wire::Side side,
                                   json::Value value,
                                   std::string_view codec) {
  std::vector<DialectMatch> found;
  for (const auto& profile : profiles) {
    if (auto alike = profile->codec == codec ? like(*profile, side, value) : std::nullopt) {
      found.push_back(std::move(*alike));
    }
  }
  sort(found);
  return found;
}

}  // namespace

Dialects::Dialects() : impl_(std::make_shared<Impl>()) {}

void Dialects::add(std::shared_ptr<const Profile> profile) {
  if (impl_->ready) {
    impl_->put(profile);
  }
  impl_->own.push_back(std::move(profile));
}

std::vector<DialectMatch> Dialects::of_url(std::string_view url) const {
  const UrlParts parts = split_url(url);
  std::vector<DialectMatch> found;
  for (const auto& profile : impl_->profiles()) {
    const auto& misforms = profile->fingerprint.misforms;
    const auto& settles = profile->fingerprint.settles;
    const bool settled = fits_url(parts, settles.urls);
    if (fits_url(parts, profile->fingerprint.urls)) {
      found.push_back(likeness(*profile, kUrlScore, "the URL is one of its own"));
    } else if (std::any_of(
                   misforms.begin(), misforms.end(), [&](const auto& row) { return fits_url(parts, row.urls); })) {
      found.push_back(likeness(*profile, kUrlScore, "the URL is a mistaken form of its own"));
    } else if (settled || has_all(parts.query, settles.query)) {
      found.push_back(
          likeness(*profile, kUrlScore, settled ? "the URL's path is its own" : query_words(settles.query)));
    } else {
      continue;
    }
    found.back().settles = settled || has_all(parts.query, settles.query);
    found.back().by_url = true;
  }
  return found;
}

std::vector<DialectMatch> Dialects::of_subprotocol(std::string_view subprotocol) const {
  std::vector<DialectMatch> found;
  for (const auto& profile : impl_->profiles()) {
    const auto& known = profile->fingerprint.settles.subprotocols;
    if (std::find(known.begin(), known.end(), subprotocol) != known.end()) {
      found.push_back(settling(*profile, fmt::format("the subprotocol is {}", subprotocol)));
    }
  }
  return found;
}

std::vector<DialectMatch> Dialects::of_value(wire::Side side, json::Value value, std::string_view codec) const {
  return all_like(impl_->profiles(), side, value, codec);
}

std::vector<DialectMatch> Dialects::of_message(wire::Side side, std::string_view payload) const {
  json::Json parsed;
  if (parsed.parse(payload)) {
    return {};
  }
  std::vector<DialectMatch> found = of_value(side, parsed.root());
  found.erase(
      std::remove_if(found.begin(), found.end(), [](const DialectMatch& row) { return row.score < kMemberScore; }),
      found.end());
  return found;
}

std::shared_ptr<const Profile> Dialects::whole(std::string_view profile) const {
  const auto& own = impl_->own;
  const auto found = std::find_if(own.begin(), own.end(), [profile](const auto& row) { return row->name == profile; });
  const BuiltIn* built = find_built_in(profile);
  return found != own.end() ? *found : built != nullptr ? load(*built).value_or(nullptr) : nullptr;
}

const Profile* Dialects::heading(std::string_view profile) const {
  const auto& all = impl_->profiles();
  const auto found = std::find_if(all.begin(), all.end(), [profile](const auto& row) { return row->name == profile; });
  return found == all.end() ? nullptr : found->get();
}

std::vector<std::string_view> Dialects::names() const {
  std::vector<std::string_view> names;
  for (const auto& profile : impl_->profiles()) {
    names.emplace_back(profile->name);
  }
  return names;
}

}  // namespace whydrop::profile
