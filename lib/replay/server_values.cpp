#include "replay/server_values.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

namespace whydrop::replay {
namespace {

constexpr std::size_t kMostValues = 65536;
constexpr std::size_t kMostOfOneFront = 16;
constexpr std::size_t kLeast = 6;             ///< bytes of a string
constexpr std::size_t kMost = 16U << 10;      ///< … what is longer is content
constexpr std::size_t kLeastDigits = 4;       ///< of a number: 1000
constexpr std::size_t kFront = 16;            ///< a value of so many bytes is found inside others
constexpr std::size_t kLeastBase64 = 16;      ///< of a string without a digit
constexpr std::size_t kSentWords = 1U << 17;  ///< 1 MiB

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_word(char c) {
  return is_digit(c) || is_upper(c) || is_lower(c);
}
bool is_space(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}
bool is_base64(char c) {
  return is_word(c) || (c != '\0' && std::strchr("+/=-_.", c) != nullptr);
}

template <typename Is>
bool any(std::string_view text, Is is) {
  return std::any_of(text.begin(), text.end(), is);
}
template <typename Is>
bool all(std::string_view text, Is is) {
  return std::all_of(text.begin(), text.end(), is);
}

/// One word with a digit in it: uuids, hex, counters, times, most tokens.
bool has_digit(std::string_view text) {
  return any(text, is_digit);
}

/// Base64 without a digit: letters of both cases mixed, longer than names are.
bool is_mixed(std::string_view text) {
  return text.size() >= kLeastBase64 && all(text, is_base64) && any(text, is_upper) && any(text, is_lower) &&
         any(text.substr(1), is_upper);
}

constexpr std::array<bool (*)(std::string_view), 2> kForms{has_digit, is_mixed};

std::uint64_t hash_of(std::string_view value) {
  return std::hash<std::string_view>()(value);
}

/// Of kFront bytes; never 0.
std::uint64_t front_of(const char* bytes) {
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), bytes, kFront);
  const std::uint64_t mixed = (words[0] ^ 0x9E3779B97F4A7C15U) * 0xFF51AFD7ED558CCDU + words[1] * 0xC4CEB9FE1A85EC53U;
  return mixed | 1;
}

}  // namespace

bool looks_generated(std::string_view text, bool number) {
  if (number) {
    const std::string_view digits = text.substr(text.front() == '-' ? 1 : 0);
    return digits.size() >= kLeastDigits && all(digits, is_digit);
  }
  return text.size() >= kLeast && text.size() <= kMost && !any(text, is_space) &&
         any_of(kForms.begin(), kForms.end(), [text](auto form) { return form(text); });
}

void ValueIndex::forget() {
  const Value& value = values_.front();
  ids_.erase(value.hash);
  if (const auto same = fronts_.find(value.front); same != fronts_.end()) {
    auto& of = same->second;
    of.erase(std::remove(of.begin(), of.end(), oldest_), of.end());
    if (of.empty()) {
      fronts_.erase(same);
    }
  }
  values_.pop_front();
  ++oldest_;
}

std::uint64_t ValueIndex::add(std::string_view value) {
  if (values_.size() == kMostValues) {
    forget();
  }
  const std::uint64_t id = oldest_ + values_.size();
  Value known{hash_of(value), value.size() >= kFront ? front_of(value.data()) : 0, value.size()};
  ids_[known.hash] = id;
  if (known.front != 0 && fronts_[known.front].size() < kMostOfOneFront) {
    fronts_[known.front].push_back(id);
  }
  values_.push_back(known);
  return id;
}

std::optional<std::uint64_t> ValueIndex::find(std::string_view value) const {
  const auto found = ids_.find(hash_of(value));
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

/// The longest value that stands at `at`.
std::optional<ValueIndex::Hit> ValueIndex::hit_at(std::string_view text, std::size_t at) const {
  std::optional<Hit> hit;
  const auto same = fronts_.find(front_of(text.data() + at));
  if (same == fronts_.end()) {
    return hit;
  }
  for (const std::uint64_t id : same->second) {
    const Value& value = values_[id - oldest_];
    const std::size_t end = at + value.length;
    const bool fits = end <= text.size() && (end == text.size() || !is_word(text[end]));
    const bool longer = !hit || hit->length < value.length;
    if (fits && longer && hash_of(text.substr(at, value.length)) == value.hash) {
      hit = Hit{at, value.length, id};
    }
  }
  return hit;
}

std::vector<ValueIndex::Hit> ValueIndex::find_inside(std::string_view text) const {
  std::vector<Hit> hits;
  for (std::size_t at = 0; !fronts_.empty() && at + kFront <= text.size();) {
    const bool begins = is_word(text[at]) && (at == 0 || !is_word(text[at - 1]));
    const auto hit = begins ? hit_at(text, at) : std::nullopt;
    at += hit ? hit->length : 1;
    if (hit) {
      hits.push_back(*hit);
    }
  }
  return hits;
}

BloomFilter::BloomFilter() : bits_(kSentWords) {}

void BloomFilter::add(std::string_view value) {
  const std::uint64_t hash = hash_of(value);
  bits_[hash % kSentWords] |= std::uint64_t{1} << (hash >> 20 & 63);
  bits_[(hash >> 32) % kSentWords] |= std::uint64_t{1} << (hash >> 26 & 63);
}

bool BloomFilter::has(std::string_view value) const {
  const std::uint64_t hash = hash_of(value);
  return (bits_[hash % kSentWords] >> (hash >> 20 & 63) & 1) != 0 &&
         (bits_[(hash >> 32) % kSentWords] >> (hash >> 26 & 63) & 1) != 0;
}

}  // namespace whydrop::replay
