#include "compare/render.hpp"

namespace whydrop::compare {

std::string render(const Comparison& comparison, const Options&, View, const report::Style&) {
  std::string out;
  for (const Difference& difference : comparison.differences) {
    out += difference.says + "\n";
  }
  return out;
}

}  // namespace whydrop::compare
