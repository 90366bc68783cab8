#include "engine/body_excerpt.hpp"

namespace whydrop::engine {
namespace {

/// Where the JSON string begins in which byte `most` stands; `most` where it stands in none.
std::size_t before_open_string(std::string_view body, std::size_t most) {
  std::size_t opened = 0;
  bool inside = false;
  for (std::size_t i = 0; i < most; ++i) {
    if (inside && body[i] == '\\') {
      ++i;
    } else if (body[i] == '"') {
      inside = !inside;
      opened = i;
    }
  }
  return inside ? opened : most;
}

}  // namespace

std::string body_excerpt(std::string_view body) {
  if (body.size() <= kBodyExcerpt) {
    return std::string(body);
  }
  // Quotes are escaped in a form, so that a text without one may be a form.
  const std::string_view front = body.substr(0, kBodyExcerpt);
  const std::size_t field = front.rfind('&');
  const bool form = front.find('"') == std::string_view::npos && field != std::string_view::npos;
  return std::string(front.substr(0, form ? field : before_open_string(body, kBodyExcerpt)));
}

}  // namespace whydrop::engine
