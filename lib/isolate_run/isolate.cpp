#include "isolate_run/isolate.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "isolate/search.hpp"
#include "isolate_run/answer.hpp"
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

Result<int> carry_out(const run::Host& host, const IsolateRequest& request, PreparedReplay& replay, const Drop& drop) {
  run::SessionRun::Settings settings = run::settings_of(request.replay.session, replay.profile(), replay.recognise());
  const auto bound = replay.bound();
  settings.secrets.values.insert(settings.secrets.values.end(), bound.begin(), bound.end());
  settings.secret_keys = replay.plan().secret_keys;
  settings.silent = true;
  auto run = run::SessionRun::make(host, settings);
  WHYDROP_TRY(run);
  run::Session session = request.replay.session;
  const auto prepared = run::prepare(**run, session, replay.profile(), {}, replay.destinations());
  WHYDROP_TRY(prepared);
  const auto options = [&](const profile::Bindings* bindings) {
    return replay.connect_options(session.endpoint.at, bindings);
  };
  const auto asked = replay.asked_options(session.endpoint.at, (*run)->bindings());
  WHYDROP_TRY(asked);
  const auto recorded = read(replay, *asked);
  WHYDROP_TRY(recorded);
  Runner runner(**run,
                {{session,
                  replay.profile(),
                  replay.plan(),
                  [&replay] { return replay.recording(); },
                  replay.replaying(),
                  replay.values(),
                  replay.calls(),
                  replay.destinations(),
                  options},
                 *recorded,
                 drop,
                 request.care},
                [](const Runner::Told&) {});
  isolate::SearchSettings search;
  search.alpha = request.alpha;
  search.beta = request.beta;
  search.budget = request.care.budget;
  search.tell = [&](const std::string& line) {
    if (request.replay.session.output.verbosity > 0) {
      (*run)->talk(line);
    }
  };
  const std::int64_t began = (*run)->loop().now_ns();
  const isolate::Found found = isolate::search(recorded->model(), runner, search);
  const Answer answer{found,
                      *recorded,
                      drop,
                      replay.file().name(),
                      runner.stopped_by(),
                      runner.endings(),
                      runner.other_endings(),
                      runner.ages(),
                      format_rfc3339(host.now_ns()),
                      (*run)->loop().now_ns() - began};
  diagnose::RunOutcome outcome;
  outcome.signal = runner.signal();
  outcome.reports_on_file = true;
  outcome.fail_on.reset();
  const int code = (*run)->finish(outcome);
  const bool written = (*run)->data().write(shown(answer, request)).has_value();
  return !written ? 3 : code != 0 ? code : exit_code(found);
}

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
  return carry_out(host, request, **replay, *drop);
}

}  // namespace whydrop::isolate_run
