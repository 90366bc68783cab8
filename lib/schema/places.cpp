#include "schema/places.hpp"

#include "json/json.hpp"

namespace whydrop::schema {

std::string Places::pointer_in_document(std::uint32_t place) const {
  std::vector<const std::string*> steps;
  for (; all[place].parent != place; place = all[place].parent) {
    steps.push_back(&all[place].step);
  }
  std::string out;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    out += "/" + json::escape_step(**step);
  }
  return out;
}

std::string Places::pointer(std::uint32_t place) const {
  const std::uint32_t document = all[place].document;
  return (document == 0 ? "" : uris[document] + "#") + pointer_in_document(place);
}

}  // namespace whydrop::schema
