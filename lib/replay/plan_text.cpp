#include "replay/plan.hpp"
#include "replay/words.hpp"

#include <fmt/format.h>

namespace whydrop::replay {

std::string plan_text(const Plan& plan) {
  return fmt::format("replays {} to {}\n", counted(plan.messages, "message"), plan.url);
}

}  // namespace whydrop::replay
