#include "check/report.hpp"

#include <array>

namespace whydrop::check {
namespace {

constexpr std::array<std::string_view, 4> kNames{"passed", "failed", "error", "skipped"};

}  // namespace

std::string_view name(Outcome::Status status) {
  return kNames[static_cast<std::size_t>(status)];
}

}  // namespace whydrop::check
