#include "capture/learner.hpp"

#include "base/base64.hpp"
#include "base/percent.hpp"
#include "base/secret_keys.hpp"
#include "capture/json_text.hpp"

namespace whydrop::capture {
namespace {

constexpr std::size_t kShortest = 6;
constexpr std::size_t kMost = 256, kMostBytes = 16U << 10;  // of known values

/// What was masked already.
bool is_all(std::string_view text, char c) {
  return text.find_first_not_of(c) == std::string_view::npos;
}

/// The value itself, of what stands in JSON or in a query.
std::string plain_value(std::string_view value) {
  const std::string quoted = std::string(value) + '"';
  std::string scratch;
  std::string_view text;
  if (value.find('\\') != std::string_view::npos && read_json_text(quoted, scratch, text)) {
    return std::string(text);
  }
  return percent_decoded(value);
}

}  // namespace

void Learner::note(const std::string& variable, std::string_view value) {
  value.remove_prefix(scheme_length(value));
  if (value.size() < kShortest || is_all(value, value.front()) || known_.count(std::string(value)) > 0) {
    return;
  }
  if (known_.size() >= kMost || bytes_ + value.size() > kMostBytes) {
    over_limit_ |= !std::exchange(told_, true);
    return;
  }
  known_.insert(std::string(value));
  bytes_ += value.size();
  noted_.emplace_back(variable, plain_value(value));
  const auto credentials = base64_decode(value);
  const std::size_t colon = credentials ? credentials->find(':') : std::string::npos;
  if (colon != std::string::npos && credentials->size() - colon > kShortest) {
    noted_.emplace_back(variable, credentials->substr(colon + 1));
  }
}

bool Learner::teach(ValueMatcher& values) {
  for (const auto& [variable, value] : noted_) {
    values.add(variable, value);
  }
  return !std::exchange(noted_, {}).empty();
}

}  // namespace whydrop::capture
