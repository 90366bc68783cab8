#include "replay_run/comparison.hpp"

#include "base/units.hpp"
#include "capture/limits.hpp"
#include "capture/reader.hpp"
#include "compare/render.hpp"
#include "engine/pipeline.hpp"
#include "os/environment.hpp"
#include "os/streams.hpp"
#include "run/session_profile.hpp"

#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace whydrop::replay_run {
namespace {

/// Feeds what a recording holds through a pipeline, as when it is inspected.
class Feed {
 public:
  Feed(const PreparedReplay& replay, const std::vector<capture::Secret>& secrets, session::EventSink& to)
      : replay_(replay), secrets_(secrets), to_(to) {}

  void take(const capture::Reader::Item& item) {
    if (const auto* header = std::get_if<capture::CaptureHeader>(&item)) {
      begin(*header);
    } else if (const auto* event = std::get_if<session::Event>(&item); event != nullptr && pipeline_) {
      pipeline_->on_recorded(*event);
    }
  }
  void finish() {
    if (pipeline_) {
      pipeline_->finish(0);
      pipeline_.reset();
    }
  }
  /// Nothing after this run is wanted.
  bool done() const { return runs_ > replay_.run(); }

 private:
  void begin(const capture::CaptureHeader& header) {
    finish();
    if (++runs_ != replay_.run()) {
      return;
    }
    engine::PipelineOptions options;
    options.max_payload = capture::kMaxContent;
    options.secrets = secrets_;
    options.expectation.from_har = replay_.kind() == replay::RecordingKind::har;
    options.expectation.started_ns = parse_rfc3339(header.started).value_or(0);
    if (const auto profile = replay_.shared_profile()) {
      const auto started = options.expectation.started_ns;
      bindings_.emplace(*profile, profile::Outside{[started] { return started; }, nullptr});
      use_recorded_values(header, *bindings_);
      options.judge = std::make_shared<profile::Judge>(profile);
      options.bindings = &*bindings_;
      options.expectation.profile = profile.get();
      options.expectation.bindings = &*bindings_;
    }
    pipeline_.emplace(std::move(options));
    pipeline_->add_sink(to_);
  }

  const PreparedReplay& replay_;
  const std::vector<capture::Secret>& secrets_;
  session::EventSink& to_;
  std::optional<profile::Bindings> bindings_;
  std::optional<engine::Pipeline> pipeline_;
  std::uint64_t runs_ = 0;
};

bool elsewhere(const run::SessionSettings& flags) {
  return flags.url || !flags.profile.at.empty() || !flags.rehearse.empty();
}

}  // namespace

ReplayComparison::ReplayComparison(const PreparedReplay& replay)
    : recorded_(replay.shared_profile().get(), replay.conn()), live_(replay.shared_profile().get()) {}

Result<std::unique_ptr<ReplayComparison>> ReplayComparison::make(const PreparedReplay& replay,
                                                                 const Settings& settings) {
  if (replay.kind() == replay::RecordingKind::lines) {
    return fail(
        ErrorKind::usage,
        fmt::format("option --compare: {} holds messages only, and no session to compare with", replay.file().name()));
  }
  std::unique_ptr<ReplayComparison> made(new ReplayComparison(replay));
  return made->read(replay, settings).map([&] { return std::move(made); });
}

Result<void> ReplayComparison::read(const PreparedReplay& replay, const Settings& settings) {
  options_.strict = settings.strict;
  options_.ignore = settings.ignore;
  options_.other_server = elsewhere(replay.options().session);
  options_.other_url = replay.options().session.url.has_value();
  options_.replay = true;
  options_.timing = replay.options().pace.kind != replay::Pace::Kind::fast;
  options_.a = "the recording";
  options_.b = "the replay";
  Feed feed(replay, settings.secrets, recorded_);
  const auto read = replay.file().tell(replay.kind() == replay::RecordingKind::har, [&feed](const auto& item) {
    feed.take(item);
    return !feed.done();
  });
  feed.finish();
  return read;
}

bool ReplayComparison::differ() {
  comparison_ = compare::compare(recorded_, live_, options_);
  return !comparison_->same();
}

std::string ReplayComparison::text(const run::OutputSettings& output) const {
  if (!comparison_) {
    return {};
  }
  const bool ndjson = output.output == "ndjson";
  return compare::render(*comparison_,
                         options_,
                         ndjson ? compare::View::ndjson : compare::View::text,
                         run::make_style(output, os::process_environment, STDOUT_FILENO));
}

}  // namespace whydrop::replay_run
