#include "replay_run/comparison.hpp"

#include "base/try.hpp"
#include "compare/render.hpp"
#include "engine/recorded_run.hpp"
#include "evidence/evidence.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

/// Feeds what a recording holds through a pipeline, as when it is inspected.
class Feed {
 public:
  Feed(const PreparedReplay& replay, session::EventSink& to) : replay_(replay), secrets_(replay.bound()), to_(to) {}

  void take(const capture::Item& item) {
    if (const auto* header = std::get_if<capture::CaptureHeader>(&item)) {
      begin(*header);
    } else if (const auto* event = std::get_if<session::Event>(&item); event != nullptr && recorded_) {
      recorded_->pipeline().on_recorded(*event);
    }
  }
  void finish() {
    if (recorded_) {
      recorded_->pipeline().finish(0);
      recorded_.reset();
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
    engine::RecordedRun::Settings settings;
    settings.secrets = secrets_;
    recorded_ = std::make_unique<engine::RecordedRun>(header, replay_.shared_profile(), settings);
    recorded_->pipeline().add_sink(to_);
  }

  const PreparedReplay& replay_;
  const std::vector<capture::Secret> secrets_;  ///< masked in the recording as they are in the replay
  session::EventSink& to_;
  std::unique_ptr<engine::RecordedRun> recorded_;
  std::uint64_t runs_ = 0;
};

bool elsewhere(const ReplayRequest& request) {
  return request.session.address || request.session.endpoint.at || !request.profile.scenario.empty();
}

}  // namespace

ReplayComparison::ReplayComparison(const PreparedReplay& replay)
    : recorded_(replay.shared_profile().get(), replay.conn()), live_(replay.shared_profile().get()) {}

Result<std::unique_ptr<ReplayComparison>> ReplayComparison::make(const PreparedReplay& replay,
                                                                 const ComparisonChoice& choice) {
  if (replay.kind().is_lines()) {
    return fail(
        ErrorKind::usage,
        fmt::format("option --compare: {} holds messages only, and no session to compare with", replay.file().name()));
  }
  std::unique_ptr<ReplayComparison> made(new ReplayComparison(replay));
  return made->read(replay, choice).map([&] { return std::move(made); });
}

Result<void> ReplayComparison::read(const PreparedReplay& replay, const ComparisonChoice& choice) {
  options_.strict = choice.strict;
  options_.ignore = choice.ignore;
  options_.other_server = elsewhere(replay.request());
  options_.other_url = replay.request().session.address.has_value();
  options_.replay = true;
  options_.timing = replay.request().pace.kind != replay::Pace::Kind::fast;
  options_.a = "the recording";
  options_.b = "the replay";
  Feed feed(replay, recorded_);
  auto file = evidence::open(replay.file().name(), replay.file().read());
  WHYDROP_TRY(file);
  while (!feed.done()) {
    const auto item = (*file)->next();
    WHYDROP_TRY(item);
    if (!*item) {
      break;
    }
    feed.take(**item);
  }
  feed.finish();
  return {};
}

bool ReplayComparison::differ() {
  comparison_ = compare::compare(recorded_, live_, options_);
  return !comparison_->same();
}

std::string ReplayComparison::text(bool ndjson, const report::Style& style) const {
  if (!comparison_) {
    return {};
  }
  return compare::render(*comparison_, options_, ndjson ? compare::View::ndjson : compare::View::text, style);
}

}  // namespace whydrop::replay_run
