#pragma once

#include "capture/writer.hpp"
#include "engine/pipeline.hpp"
#include "profile/bindings.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::engine {

/// What a capture's first line knew of a variable, where that was not its default.
struct RecordedValue {
  std::string name, value;
  bool given = false;  ///< by a person: no reply's value takes its place
};

/// The values of `profile` that were known when the capture began. What was a default then is left out: it goes on
/// following the variables that it is made of. So is what only a hostile capture can hold: a secret.
std::vector<RecordedValue> recorded_values(const capture::CaptureHeader& header, const profile::Profile& profile);

/// One run of a capture, judged again: a pipeline with the values that the run began with. The one reading of them that
/// `inspect`, `diff` and `replay --compare` share.
class RecordedRun {
 public:
  struct Settings {
    std::vector<capture::Secret> secrets;
    bool reveal = false;
    std::function<void()> on_secrets_over;        ///< as PipelineOptions has it
    const profile::Dialects* dialects = nullptr;  ///< as PipelineOptions has it
  };
  /// `profile`: what it is judged by; null: none.
  RecordedRun(const capture::CaptureHeader& header,
              std::shared_ptr<const profile::Profile> profile,
              const Settings& settings);
  RecordedRun(const RecordedRun&) = delete;
  RecordedRun& operator=(const RecordedRun&) = delete;

  Pipeline& pipeline() { return *pipeline_; }
  /// Null: it is judged by none.
  const std::shared_ptr<const profile::Profile>& profile() const { return profile_; }

 private:
  std::shared_ptr<const profile::Profile> profile_;
  std::optional<profile::Bindings> bindings_;
  std::optional<Pipeline> pipeline_;
};

}  // namespace whydrop::engine
