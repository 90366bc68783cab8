#include "profile/recogniser.hpp"

#include "base/text.hpp"
#include "codec/codec.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::profile {
namespace {

/// Messages of each side that are looked at.
constexpr unsigned kLookedAt = 4;
constexpr std::size_t kLongest = 64U << 10;

/// SignalR ends each of its messages with this byte; what stands behind the first belongs to the next.
std::string_view without_separator(std::string_view payload) {
  return payload.substr(0, payload.find('\x1e'));
}

}  // namespace

void Recogniser::see_url(std::string_view url, std::uint64_t seq) {
  add(dialects_->of_url(url), seq);
}

void Recogniser::see_subprotocols(std::string_view names, std::uint64_t seq) {
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    add(dialects_->of_subprotocol(trim(names.substr(0, comma))), seq);
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
}

/// What a message holds by a codec counts where all of it can be read.
void Recogniser::see_packets(Side from, bool text, std::string_view payload, std::uint64_t seq) {
  for (const codec::Codec& codec : codec::codecs()) {
    std::vector<DialectMatch> found;
    const auto fault = codec.make_decoder()->feed(from, text, payload, [&](std::string_view packet) {
      if (found.empty() && !parser().parse(packet)) {
        found = dialects_->of_value(from, parser().root(), codec.name);
      }
    });
    if (!fault) {
      add(std::move(found), seq, from);
    }
  }
}

json::Json& Recogniser::parser() {
  if (!parsed_) {
    parsed_ = std::make_unique<json::Json>();
  }
  return *parsed_;
}

std::optional<json::Value> Recogniser::see(Side from, bool text, std::string_view payload, std::uint64_t seq) {
  unsigned& count = looked_[static_cast<std::size_t>(from)];
  if (count >= kLookedAt) {
    return std::nullopt;
  }
  ++count;
  if (payload.size() > kLongest) {
    return std::nullopt;
  }
  see_packets(from, text, payload, seq);
  if (!text || parser().parse(without_separator(payload))) {
    return std::nullopt;
  }
  add(dialects_->of_value(from, parser().root()), seq, from);
  return parser().root();
}

void Recogniser::add(std::vector<DialectMatch> found, std::uint64_t seq, std::optional<Side> from) {
  for (DialectMatch& like : found) {
    DialectScore& sum = sums_[like.profile];
    const auto& known = sum.like.reasons;
    if (std::find(known.begin(), known.end(), like.reasons.front()) != known.end()) {
      continue;
    }
    // Mistaken forms are many and common: however many of them came, they prove no more than one.
    const unsigned score = like.misform && sum.like.misform ? 0 : like.score;
    sum.of_client += from == Side::client && !like.misform ? score : 0;
    sum.by_message = sum.by_message || (from && like.settles);
    sum.evidence.push_back(seq);
    if (known.empty()) {
      sum.like = std::move(like);
      continue;
    }
    sum.like.score += score;
    sum.like.settles = sum.like.settles || like.settles;
    sum.like.misform = sum.like.misform || like.misform;
    sum.like.reasons.push_back(std::move(like.reasons.front()));
  }
}

const DialectScore* Recogniser::best() const {
  const DialectScore* found = nullptr;
  for (const auto& [name, sum] : sums_) {
    if (found == nullptr ||
        std::pair(sum.like.score, sum.like.by_url) > std::pair(found->like.score, found->like.by_url)) {
      found = &sum;
    }
  }
  return found;
}

const DialectScore* Recogniser::settled() const {
  const DialectScore* found = nullptr;
  for (const auto& [name, sum] : sums_) {
    if (sum.like.settles && (found == nullptr || sum.like.score > found->like.score)) {
      found = &sum;
    }
  }
  return found;
}

/// Of a dialect that nobody is known to serve the client's own messages must say so, or the URL: what a server says
/// may be any protocol's.
const DialectScore* Recogniser::candidate() const {
  const DialectScore* found = best();
  if (found == nullptr) {
    return nullptr;
  }
  const bool told_of = found->like.status == Profile::Status::not_served && !found->like.by_url;
  return (told_of ? found->of_client : found->like.score) >= Dialects::kEnough ? found : nullptr;
}

}  // namespace whydrop::profile
