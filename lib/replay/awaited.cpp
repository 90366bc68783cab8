#include "replay/awaited.hpp"

#include "replay/words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::replay {
namespace {

constexpr std::size_t kMostKinds = 4096;

}  // namespace

Awaited::Kind& Awaited::kind(const std::string& name) {
  const std::string& known = index_.size() < kMostKinds || index_.count(name) != 0 ? name : "other messages";
  const auto [found, is_new] = index_.try_emplace(known, kinds_.size());
  if (is_new) {
    kinds_.push_back({known, 0, 0});
  }
  return kinds_[found->second];
}

void Awaited::expect(const std::string& name) {
  Kind& of = kind(name);
  const bool missing = ++of.recorded > of.live;
  (missing ? ++missing_ : --early_);
}

bool Awaited::came(const std::string& name) {
  Kind& of = kind(name);
  const bool awaited = ++of.live <= of.recorded;
  (awaited ? --missing_ : ++early_);
  return awaited || early_ <= any_;
}

void Awaited::give_up() {
  for (Kind& of : kinds_) {
    of.live = std::max(of.live, of.recorded);
  }
  missing_ = any_ = 0;
}

std::string Awaited::missing() const {
  for (const Kind& of : kinds_) {
    if (of.live < of.recorded) {
      const std::string which = of.recorded > 1 ? fmt::format("{} ({})", of.name, ordinal(of.live + 1)) : of.name;
      const std::uint64_t more = missing_ - 1 + (any_ > early_ ? any_ - early_ : 0);
      return more > 0 ? fmt::format("{} and {} more", which, grouped(more)) : which;
    }
  }
  return any_ > early_ ? "a message whose content is not in the recording" : std::string();
}

}  // namespace whydrop::replay
