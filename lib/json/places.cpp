#include "json/places.hpp"

#include "json/scanner.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::json {
namespace {

/// A name as a step of a pointer. RFC 6901 section 4.
std::string step_of(std::string_view raw) {
  Json parsed;
  const bool plain = raw.find('\\') == std::string_view::npos;
  const std::string_view name = plain               ? raw.substr(1, raw.size() < 2 ? 0 : raw.size() - 2)
                                : parsed.parse(raw) ? std::string_view()
                                                    : parsed.root().string();
  std::string step;
  for (const char c : name) {
    c == '~' ? step += "~0" : c == '/' ? step += "~1" : step += c;
  }
  return step;
}

}  // namespace

Places::Places(std::string_view text) : text_(text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  lines_.push_back(0);
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    lines_.push_back(at + 1);
  }
  Scanner scan(text, text.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0);
  add_value(scan, "");
  while (!open_.empty() && scan.peek() != '\0') {
    const char c = scan.peek();
    if (c == ']' || c == '}' || c == ',') {
      if (c != ',') {
        open_.pop_back();
      }
      scan.take();
      continue;
    }
    Open& open = open_.back();
    std::string pointer = open.pointer + '/';
    if (open.array) {
      pointer += std::to_string(open.items++);
    } else {
      pointer += step_of(scan.string());
      scan.take();
    }
    add_value(scan, std::move(pointer));
  }
}

/// Goes behind a scalar, or into an object or a list.
void Places::add_value(Scanner& scan, std::string pointer) {
  offsets_.insert_or_assign(pointer, scan.at());
  if (scan.peek() != '{' && scan.peek() != '[') {
    scan.value();
    return;
  }
  open_.push_back({std::move(pointer), 0, scan.peek() == '['});
  scan.take();
}

std::optional<Place> Places::find(const std::string& pointer) const {
  const auto found = offsets_.find(pointer);
  if (found == offsets_.end()) {
    return std::nullopt;
  }
  const auto line = std::upper_bound(lines_.begin(), lines_.end(), found->second);
  const auto number = static_cast<std::size_t>(line - lines_.begin());
  Place place = place_of(text_.substr(lines_[number - 1]), found->second - lines_[number - 1]);
  place.line = number;
  return place;
}

}  // namespace whydrop::json
