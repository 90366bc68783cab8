#include "isolate_run/isolate.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "isolate/search.hpp"
#include "isolate_run/answer.hpp"
#include "isolate_run/keep.hpp"
#include "isolate_run/recorded_session.hpp"
#include "os/rereadable_file.hpp"
#include "profile/url_parts.hpp"
#include "run/prepare.hpp"

#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::isolate_run {
namespace {

using replay_run::PreparedReplay;

// So many sessions may be opened to a host that is not this machine without a word of its person's.
constexpr std::uint64_t kMostUnasked = 20;
constexpr std::chrono::hours kNoLimit{24};

/// Where it goes, and how often, is said before it begins; a person says yes to that.
Result<void> check_care(const run::Host& host, const IsolateRequest& request, const net::ConnectOptions& options) {
  const std::string place =
      request.replay.session.endpoint.at ? request.replay.session.endpoint.at->text : options.url.origin();
  const bool loopback = request.replay.session.endpoint.at
                            ? profile::is_loopback(request.replay.session.endpoint.at->url.host)
                            : profile::is_loopback(options.url.host);
  if (loopback || request.yes || request.care.budget <= kMostUnasked || !request.replay.profile.scenario.empty()) {
    return {};
  }
  const std::string doing = fmt::format("open up to {} sessions to {}", request.care.budget, place);
  if (host.confirm && host.confirm("isolate will " + doing + ". Go on?")) {
    return {};
  }
  return fail(ErrorKind::usage,
              fmt::format("isolate would {}", doing),
              fmt::format("--yes says that it may; --budget {} needs no yes", kMostUnasked));
}

/// What is asked for, or how the recorded session ended; null: it did not drop.
std::optional<Drop> sought(const IsolateRequest& request, const PreparedReplay& replay) {
  auto recorded = drop_of(replay.plan().over);
  if (request.drop && (request.drop->code || request.drop->how || !recorded)) {
    return request.drop;
  }
  if (recorded && request.drop) {
    recorded->within = request.drop->within;
  }
  return recorded;
}

Result<std::unique_ptr<PreparedReplay>> prepare(const run::Host& host,
                                                const os::RereadableFile& file,
                                                replay_run::ReplayRequest& request) {
  request.silent_too = true;
  request.pace.most_gap = kNoLimit;
  auto replay = PreparedReplay::make(host, file, request);
  if (!replay) {
    request.refused_too = true;
    auto refused = PreparedReplay::make(host, file, request);
    replay = refused ? std::move(refused) : std::move(replay);
  }
  WHYDROP_TRY(replay);
  if ((*replay)->plan().fragmented + (*replay)->plan().odd > 0 && !request.raw) {
    request.raw = true;
    return PreparedReplay::make(host, file, request);
  }
  return replay;
}

Result<RecordedSession> read(const PreparedReplay& replay, const net::ConnectOptions& options) {
  auto recording = replay.recording();
  WHYDROP_TRY(recording);
  return RecordedSession::read(**recording, replay.plan(), options, replay.shared_profile().get());
}

std::string shown(const Answer& answer, const IsolateRequest& request) {
  switch (request.form) {
  case Form::ndjson:
    return ndjson(answer);
  case Form::junit:
    return junit(answer);
  case Form::text:
    break;
  }
  return request.replay.session.output.quiet ? first_line(answer) + "\n" : text(answer);
}

/// What is asked now, on one line of a terminal that the next takes the place of; else, where it is asked for, a line
/// each.
class Status {
 public:
  Status(const run::Host& host, run::SessionRun& run, const run::Output& output)
      : host_(host),
        run_(run),
        lines_(output.verbosity > 0),
        line_(!lines_ && !output.quiet && host.err.is_terminal()) {}
  ~Status() { erase(); }
  Status(const Status&) = delete;
  Status& operator=(const Status&) = delete;

  void tell(const std::string& question, std::uint64_t sessions) {
    if (lines_) {
      run_.talk(fmt::format("{} ({} so far)", question, counted(sessions, "session")));
    } else if (line_) {
      erase();
      const std::string line = fmt::format("{}: {}", counted(sessions, "session"), escape_for_terminal(question));
      // Where standard error cannot be written there is nowhere left to say so.
      (void)host_.err.write(elide(line, host_.err.width() > 1 ? host_.err.width() - 1 : kWidth));
      shown_ = true;
    }
  }
  void erase() {
    if (std::exchange(shown_, false)) {
      (void)host_.err.write("\r\x1b[K");
    }
  }

 private:
  static constexpr unsigned kWidth = 79;
  const run::Host& host_;
  run::SessionRun& run_;
  bool lines_, line_, shown_ = false;
};

/// One isolation, once it is known what is sought.
class Isolation {
 public:
  Isolation(const run::Host& host, const IsolateRequest& request, PreparedReplay& replay, Drop drop)
      : host_(host), request_(request), replay_(replay), drop_(drop) {}

  Result<int> carry_out() {
    Stage stage;
    WHYDROP_TRY(prepare_stage(stage, request_.replay.session.capture));
    const auto asked = replay_.asked_options(stage.session.endpoint.at, stage.run->bindings());
    WHYDROP_TRY(asked);
    const auto recorded = read(replay_, *asked);
    WHYDROP_TRY(recorded);
    Runner runner(*stage.run, settings_for(stage, *recorded, request_.care));
    Status status(host_, *stage.run, request_.replay.session.output);
    isolate::SearchSettings search;
    search.alpha = request_.alpha;
    search.beta = request_.beta;
    search.budget = request_.care.budget;
    search.tell = [&](const std::string& question) { status.tell(question, runner.started()); };
    const std::int64_t began = stage.run->loop().now_ns();
    const isolate::Found found = isolate::search(recorded->model(), runner, search);
    status.erase();
    const Answer answer{found,
                        *recorded,
                        drop_,
                        replay_.file().name(),
                        runner.stopped_by(),
                        runner.endings(),
                        runner.other_endings(),
                        runner.ages(),
                        format_rfc3339(host_.now_ns()),
                        stage.run->loop().now_ns() - began};
    diagnose::RunOutcome outcome;
    outcome.signal = runner.signal();
    outcome.reports_on_file = true;
    outcome.fail_on.reset();
    const int code = stage.run->finish(outcome);
    WHYDROP_TRY(stage.run->data().write(shown(answer, request_)));
    if (code != 0) {
      return code;
    }
    if (!request_.keep.empty()) {
      WHYDROP_TRY(keep(found, request_.keep, [&](const isolate::Trial& session, const std::string& file) {
        return play(*recorded, session, file);
      }));
    }
    return exit_code(found);
  }

 private:
  /// A run, and where its sessions go.
  struct Stage {
    std::unique_ptr<run::SessionRun> run;
    run::Session session;
    run::Prepared prepared;
  };

  Result<void> prepare_stage(Stage& stage, const run::Capture& capture) {
    run::SessionRun::Settings settings =
        run::settings_of(request_.replay.session, replay_.profile(), replay_.recognise());
    const auto bound = replay_.bound();
    settings.secrets.values.insert(settings.secrets.values.end(), bound.begin(), bound.end());
    settings.secret_keys = replay_.plan().secret_keys;
    settings.capture = capture;
    settings.silent = true;
    auto run = run::SessionRun::make(host_, settings);
    WHYDROP_TRY(run);
    stage.run = std::move(*run);
    stage.session = request_.replay.session;
    // The session's calls are each session's own.
    auto prepared = run::prepare(*stage.run, stage.session, replay_.profile(), {}, replay_.destinations());
    WHYDROP_TRY(prepared);
    stage.prepared = std::move(*prepared);
    return {};
  }

  Runner::Settings settings_for(const Stage& stage, const RecordedSession& recorded, const Care& care) {
    return {{stage.session,
             replay_.profile(),
             replay_.plan(),
             [this] { return replay_.recording(); },
             replay_.replaying(),
             replay_.values(),
             replay_.calls(),
             replay_.destinations(),
             [this, &stage](const profile::Bindings* bindings) {
               return replay_.connect_options(stage.session.endpoint.at, bindings);
             }},
            recorded,
            drop_,
            care};
  }

  Result<void> play(const RecordedSession& recorded, const isolate::Trial& session, const std::string& file) {
    run::Capture capture = request_.replay.session.capture;
    capture.file = file;
    capture.mode = os::FileMode::fresh;
    Stage stage;
    WHYDROP_TRY(prepare_stage(stage, capture));
    Runner runner(*stage.run, settings_for(stage, recorded, Care()));
    (void)runner.run({session});
    diagnose::RunOutcome outcome;
    outcome.reports_on_file = true;
    outcome.fail_on.reset();
    (void)stage.run->finish(outcome);
    return {};
  }

  const run::Host& host_;
  const IsolateRequest& request_;
  PreparedReplay& replay_;
  Drop drop_;
};

}  // namespace

Result<int> isolate(const run::Host& host, IsolateRequest request) {
  auto file = os::RereadableFile::open(request.replay.file);
  WHYDROP_TRY(file);
  auto replay = prepare(host, *file, request.replay);
  WHYDROP_TRY(replay);
  const auto drop = sought(request, **replay);
  if (!drop) {
    const auto said = host.out.write(fmt::format(
        "there is nothing to isolate: the session of {} did not drop; --drop says what counts as the drop\n",
        escape_for_terminal((*replay)->file().name())));
    return said.map([] { return kNoDrop; });
  }
  WHYDROP_TRY((*replay)->check_may_begin());
  const auto options = (*replay)->asked_options(request.replay.session.endpoint.at, nullptr);
  WHYDROP_TRY(options ? check_care(host, request, *options) : Result<void>());
  return Isolation(host, request, **replay, *drop).carry_out();
}

}  // namespace whydrop::isolate_run
