#include "schema/keys.hpp"

#include <utility>

namespace whydrop::schema {

bool KeyTable::place_all(std::size_t longest_chain) {
  slots_.assign(slots_.size(), Slot());
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    const Ends ends = ends_of(names_[i]);
    std::size_t at = place_of(ends), chain = 0;
    for (; slots_[at].index != kNone; at = (at + 1) & mask_) {
      if (++chain > longest_chain) {
        return false;
      }
    }
    slots_[at] = {ends, i};
  }
  return true;
}

void KeyTable::build(std::vector<std::string> names) {
  constexpr std::uint64_t kTries = 64;
  names_ = std::move(names);
  std::size_t size = names_.empty() ? 0 : 4;
  while (size < names_.size() * 3) {
    size *= 2;
  }
  slots_.resize(size);
  mask_ = size == 0 ? 0 : size - 1;
  // A seed with which no two names meet is found at once for the sizes that schemas have.
  for (seed_ = 0; seed_ < kTries && !place_all(0);) {
    ++seed_;
  }
  if (seed_ == kTries) {
    place_all(names_.size());
  }
}

}  // namespace whydrop::schema
