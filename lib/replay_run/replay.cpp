#include "replay_run/replay.hpp"

#include "base/try.hpp"
#include "os/rereadable_file.hpp"
#include "replay_run/comparison.hpp"
#include "replay_run/runs.hpp"
#include "run/prepare.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

Result<std::unique_ptr<ReplayComparison>> make_comparison(const PreparedReplay& replay) {
  const auto& choice = replay.request().compare;
  return choice ? ReplayComparison::make(replay, *choice) : std::unique_ptr<ReplayComparison>();
}

/// What the plan has to say, after which part of the file it is of, where there are more and none was asked for.
std::vector<std::string> notes(const PreparedReplay& replay) {
  const replay::Plan& plan = replay.plan();
  const std::string& name = replay.file().name();
  std::vector<std::string> said;
  if (plan.runs > 1 && replay.run() == 1) {
    said.push_back(fmt::format("{} holds {} runs: the first is replayed; --run N takes another", name, plan.runs));
  }
  if (plan.conns > 1 && !replay.conn()) {
    said.push_back(fmt::format("{} holds {} WebSocket connections: connection {} is replayed; --conn N takes another",
                               name,
                               plan.conns,
                               plan.conn));
  }
  said.insert(said.end(), plan.notes.begin(), plan.notes.end());
  return said;
}

Result<std::unique_ptr<run::SessionRun>> make_run(const run::Host& host, PreparedReplay& replay) {
  run::SessionRun::Settings settings = run::settings_of(replay.request().session, replay.profile(), replay.recognise());
  const auto bound = replay.bound();
  settings.secrets.values.insert(settings.secrets.values.end(), bound.begin(), bound.end());
  settings.secret_keys = replay.plan().secret_keys;
  settings.silent = replay.request().silent;
  auto run = run::SessionRun::make(host, settings);
  WHYDROP_TRY(run);
  for (const std::string& warning : replay.warnings()) {
    (*run)->talk("warning: " + warning);
  }
  for (const std::string& note : settings.output.quiet ? std::vector<std::string>() : notes(replay)) {
    (*run)->talk("note: " + note);
  }
  return run;
}

Result<int> carry_out(const run::Host& host, PreparedReplay& replay, ReplayComparison* comparison) {
  const ReplayRequest& request = replay.request();
  auto run = make_run(host, replay);
  WHYDROP_TRY(run);
  if (comparison != nullptr) {
    (*run)->pipeline().add_sink(comparison->live());
  }
  run::Session session = request.session;
  const auto prepared = run::prepare(**run, session, replay.profile(), {}, replay.destinations());
  WHYDROP_TRY(prepared);
  const replay::KeyMaker keys(replay.shared_profile().get());
  script::ReplayActorSettings replaying = replay.replaying();
  replaying.keys = request.count > 1 ? &keys : nullptr;
  ReplayRuns runs(
      **run,
      {{session,
        replay.profile(),
        replay.plan(),
        [&replay] { return replay.recording(); },
        std::move(replaying),
        replay.values(),
        replay.calls(),
        replay.destinations(),
        [&](const profile::Bindings* bindings) { return replay.connect_options(session.endpoint.at, bindings); }},
       request.count,
       request.parallel,
       comparison != nullptr ? [=] { return comparison->differ(); } : std::function<bool()>(),
       request.findings_fail});
  const int code = runs.carry_out();
  const auto& output = session.output;
  if (comparison != nullptr &&
      !(*run)->data().write(comparison->text(output.kind() == report::Output::ndjson,
                                             run::make_style(output, host.environment, host.out)))) {
    return 3;
  }
  const auto saved = replay.profile().context ? replay.profile().context->save() : Result<void>();
  return saved ? Result<int>(code) : tl::unexpected<Error>(saved.error());
}

}  // namespace

Result<int> replay(const run::Host& host, const ReplayRequest& request) {
  auto file = os::RereadableFile::open(request.file);
  WHYDROP_TRY(file);
  auto replay = PreparedReplay::make(host, *file, request);
  WHYDROP_TRY(replay);
  const auto comparison = make_comparison(**replay);
  WHYDROP_TRY(comparison);
  if (request.only_plan) {
    return host.out.write((*replay)->text()).map([] { return 0; });
  }
  WHYDROP_TRY((*replay)->check_may_begin());
  return carry_out(host, **replay, comparison->get());
}

}  // namespace whydrop::replay_run
