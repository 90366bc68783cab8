#include "compare/compare.hpp"

#include <array>

namespace whydrop::compare {
namespace {

constexpr std::array<std::string_view, 11> kNames{
    "request", "response", "negotiated", "missing", "extra", "changed", "order", "timing", "frames", "close", "ending"};

}  // namespace

std::string_view name(Difference::Kind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace whydrop::compare
