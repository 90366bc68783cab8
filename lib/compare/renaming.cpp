#include "compare/renaming.hpp"

#include <algorithm>

namespace whydrop::compare {
namespace {

constexpr std::size_t kMostKnown = 200'000;
constexpr std::size_t kLongest = 256;

}  // namespace

std::optional<Renaming::Broken> Renaming::meet(std::string_view a,
                                               std::string_view b,
                                               session::Side from,
                                               const std::string& where) {
  const std::string id_a(a.substr(0, kLongest)), id_b(b.substr(0, kLongest));
  const auto known_a = by_a_.find(id_a), known_b = by_b_.find(id_b);
  if (known_a != by_a_.end() && known_a->second.other != id_b) {
    return Broken{true, known_a->second.from, known_a->second.where};
  }
  if (known_b != by_b_.end() && known_b->second.other != id_a) {
    return Broken{false, known_b->second.from, known_b->second.where};
  }
  if (known_a == by_a_.end() && by_a_.size() < kMostKnown) {
    by_a_.emplace(id_a, Known{id_b, where, from});
    by_b_.emplace(id_b, Known{id_a, where, from});
  }
  return std::nullopt;
}

}  // namespace whydrop::compare
