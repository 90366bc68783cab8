#include "profile/check.hpp"

namespace whydrop::profile {

std::vector<Mistake> check(std::string_view text) {
  json::Json document;
  if (const auto fault = document.parse(text)) {
    return {{json::place_of(text, fault->offset), "not JSON: " + fault->why}};
  }
  return {};
}

}  // namespace whydrop::profile
