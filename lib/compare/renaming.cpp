#include "compare/renaming.hpp"

#include <algorithm>

namespace whydrop::compare {
namespace {

constexpr std::size_t kMostKnown = 200'000;
constexpr std::size_t kLongest = 256;

std::string bounded(std::string_view id) {
  return std::string(id.substr(0, kLongest));
}

}  // namespace

void Renaming::join(const std::string& a, const std::string& b, const std::string& where) {
  if (by_a_.size() < kMostKnown && by_b_.size() < kMostKnown) {
    by_a_.try_emplace(a, Known{b, bounded(where)}).first->second.other = b;
    by_b_.try_emplace(b, Known{a, bounded(where)}).first->second.other = a;
  }
}

void Renaming::give(std::string_view id, bool in_b, const std::string& where) {
  Ids& ids = in_b ? by_b_ : by_a_;
  if (ids.size() < kMostKnown) {
    ids.try_emplace(bounded(id), Known{{}, bounded(where)});
  }
}

std::optional<Renaming::Broken> Renaming::meet(std::string_view a,
                                               std::string_view b,
                                               session::Side from,
                                               const std::string& where) {
  const std::string id_a = bounded(a), id_b = bounded(b);
  const auto known_a = by_a_.find(id_a), known_b = by_b_.find(id_b);
  const bool has_a = known_a != by_a_.end(), has_b = known_b != by_b_.end();
  if (has_a && !known_a->second.other.empty() && known_a->second.other != id_b) {
    return Broken{true, false, known_a->second.where};
  }
  if (has_b && !known_b->second.other.empty() && known_b->second.other != id_a) {
    return Broken{false, false, known_b->second.where};
  }
  // One was given where the other session has nothing: a client that sends the other made it up, or got it unseen.
  const bool of_client = from == session::Side::client && id_a != id_b;
  if (of_client && has_a && !has_b) {
    return Broken{true, true, known_a->second.where};
  }
  if (of_client && has_b && !has_a) {
    return Broken{false, true, known_b->second.where};
  }
  join(id_a, id_b, where);
  return std::nullopt;
}

}  // namespace whydrop::compare
