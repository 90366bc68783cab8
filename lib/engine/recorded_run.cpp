#include "engine/recorded_run.hpp"

#include "base/units.hpp"
#include "capture/limits.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::engine {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

/// True if the profile's default gives this value, where all other variables have theirs.
bool is_default(const Values& all, const std::string& name, const std::string& value, const profile::Profile& profile) {
  profile::Bindings others(profile, {[] { return std::int64_t{0}; }, nullptr});
  for (const auto& [other, known] : all) {
    if (other != name) {
      (void)others.set(other, known, profile::Origin::given);
    }
  }
  return others.get(name) == value;
}

}  // namespace

std::vector<RecordedValue> recorded_values(const capture::CaptureHeader& header, const profile::Profile& profile) {
  std::vector<RecordedValue> values;
  for (const auto& [name, value] : header.variables) {
    const profile::Variable* variable = profile.variable(name);
    const bool given = std::find(header.given.begin(), header.given.end(), name) != header.given.end();
    if (variable != nullptr && !variable->secret && (given || !is_default(header.variables, name, value, profile))) {
      values.push_back({name, value, given});
    }
  }
  return values;
}

RecordedRun::RecordedRun(const capture::CaptureHeader& header,
                         std::shared_ptr<const profile::Profile> profile,
                         const Settings& settings)
    : profile_(std::move(profile)) {
  const std::int64_t started = parse_rfc3339(header.started).value_or(0);
  PipelineOptions options;
  options.max_payload = capture::kMaxContent;
  options.secrets = settings.secrets;
  options.reveal = settings.reveal;
  options.on_secrets_over = settings.on_secrets_over;
  options.dialects = settings.dialects;
  options.expectation.witness = header.witness;
  options.expectation.started_ns = started;
  if (profile_) {
    // What was made by chance then is not known now.
    bindings_.emplace(*profile_, profile::Outside{[started] { return started; }, nullptr});
    for (RecordedValue& it : recorded_values(header, *profile_)) {
      // What the profile no longer takes stays unset.
      (void)bindings_->set(
          it.name, std::move(it.value), it.given ? profile::Origin::given : profile::Origin::environment);
    }
    options.judge = std::make_shared<profile::Judge>(profile_);
    options.bindings = &*bindings_;
    options.expectation.profile = profile_.get();
    options.expectation.bindings = &*bindings_;
  }
  pipeline_.emplace(std::move(options));
}

}  // namespace whydrop::engine
