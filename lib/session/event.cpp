#include "session/event.hpp"

#include "base/result.hpp"

namespace whydrop::session {

std::string_view kind_name(const Body& body) {
  return kKindNames[body.index()];
}

bool is_opinion(const Body& body) {
  return std::visit(overloaded{[](const Message&) { return true; },
                               [](const State&) { return true; },
                               [](const Finding&) { return true; },
                               [](const Verdict&) { return true; },
                               [](const auto&) { return false; }},
                    body);
}

}  // namespace whydrop::session
