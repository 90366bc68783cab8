#include "replay/changes.hpp"

#include "json/json.hpp"
#include "replay/scalars.hpp"

#include <algorithm>

namespace whydrop::replay {
namespace {

bool is_json_number(std::string_view text) {
  json::Json json;
  return !json.parse(text) && json.root().is(json::Type::number);
}

}  // namespace

std::string written_at(std::string_view payload, std::size_t at, std::string_view value, bool is_json) {
  if (!is_json) {
    return std::string(value);
  }
  for (Scalars scalars(payload); scalars.next() && scalars.at() <= at;) {
    if (at >= scalars.at() + scalars.raw().size()) {
      continue;
    }
    const std::string quoted = json::quote(value);
    if (scalars.is_string() && at > scalars.at()) {
      return quoted.substr(1, quoted.size() - 2);
    }
    return scalars.is_number() && is_json_number(value) ? std::string(value) : quoted;
  }
  return std::string(value);
}

void sort_changes(std::vector<Change>& changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.at < b.at; });
  std::size_t end = 0;
  const auto overlaps = [&end](const Change& change) {
    const bool late = change.at < end;
    end = late ? end : change.at + change.length;
    return late;
  };
  changes.erase(std::remove_if(changes.begin(), changes.end(), overlaps), changes.end());
}

std::string with_changes(std::string_view payload, const std::vector<Change>& changes) {
  std::string out;
  std::size_t at = 0;
  for (const Change& change : changes) {
    out.append(payload.substr(at, change.at - at)).append(change.text);
    at = change.at + change.length;
  }
  return out.append(payload.substr(at));
}

std::size_t moved(std::size_t at, const std::vector<Change>& changes) {
  std::size_t place = at;
  for (const Change& change : changes) {
    if (change.at >= at) {
      break;
    }
    if (at < change.at + change.length) {
      return place - (at - change.at) + std::min(at - change.at, change.text.size());
    }
    place = place - change.length + change.text.size();
  }
  return place;
}

}  // namespace whydrop::replay
