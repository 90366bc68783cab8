#include "replay_run/diff.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "capture/filter.hpp"
#include "evidence/evidence.hpp"
#include "os/rereadable_file.hpp"
#include "report/report.hpp"
#include "run/inspection.hpp"

#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

/// One of the two files, as it is remembered.
struct Loaded {
  /// Shared with the recorders that name messages by it.
  std::shared_ptr<const profile::Profile> profile;
  std::unique_ptr<compare::Recorder> recorder;
  bool damaged = false;
};

/// Takes what nobody looks at.
class Discard final : public session::EventSink {
 public:
  Result<void> on_event(const session::Event&) override { return {}; }
};

/// `report`: where its events are written besides; null: nowhere.
Result<Loaded> load(const DiffSettings& settings,
                    const DiffSettings::Side& side,
                    const run::Host& host,
                    run::HtmlFile* report) {
  const auto file = os::RereadableFile::open(side.file);
  WHYDROP_TRY(file);
  auto opened = evidence::open(file->name(), file->read());
  WHYDROP_TRY(opened);
  Loaded loaded;
  Discard discard;
  run::Inspection::Settings reading{{}, settings.reveal, settings.secrets, file->name(), {}, {}, settings.profile};
  reading.report = report;
  if (side.conn) {
    reading.conns.push_back(*side.conn);
  }
  std::uint32_t runs = 0;
  reading.sink_of_run = [&](const capture::CaptureHeader& header,
                            const std::shared_ptr<const profile::Profile>& known) -> session::EventSink& {
    if (++runs > 1) {
      return discard;
    }
    loaded.profile = known;
    loaded.recorder = std::make_unique<compare::Recorder>(known.get(), side.conn);
    if (const auto started = parse_rfc3339(header.started)) {
      loaded.recorder->set_started(*started);
    }
    return *loaded.recorder;
  };
  run::Inspection inspection(host, std::move(reading), *capture::Selector::make({}));
  WHYDROP_TRY(inspection.take_all(**opened));
  inspection.finish(0);
  WHYDROP_TRY(inspection.check_found());
  if (runs > 1) {
    inspection.talk(fmt::format("warning: {} holds {} runs; the first is compared", file->name(), runs));
  }
  loaded.damaged = inspection.damaged();
  return loaded;
}

/// Every message of both stands in a report, whatever is printed.
Result<void> finish_report(run::HtmlFile& report, const Loaded& a, const Loaded& b, compare::Options options) {
  options.rows = true;
  options.fold = false;
  const auto comparison = compare::compare(*a.recorder, *b.recorder, options);
  WHYDROP_TRY(report.document().add(compare::render(comparison, options, compare::View::report, {})));
  return report.end();
}

}  // namespace

Result<int> diff(const DiffSettings& settings, const run::Host& host) {
  const auto& [first, second] = settings.sides;
  if (first.file == "-" && second.file == "-") {
    return fail(ErrorKind::usage, "diff - -: standard input can be one of the two only", "give the other as a file");
  }
  auto report = settings.html.empty() ? Result<std::unique_ptr<run::HtmlFile>>() : run::HtmlFile::open(settings.html);
  WHYDROP_TRY(report);
  const auto load_into_report = [&](const DiffSettings::Side& side) -> Result<Loaded> {
    if (*report) {
      WHYDROP_TRY((*report)->document().add("{\"type\":\"side\"}\n"));
    }
    return load(settings, side, host, report->get());
  };
  const auto a = load_into_report(first);
  WHYDROP_TRY(a);
  const auto b = load_into_report(second);
  WHYDROP_TRY(b);
  if (*report) {
    WHYDROP_TRY(finish_report(**report, *a, *b, settings.options));
  }
  const auto comparison = compare::compare(*a->recorder, *b->recorder, settings.options);
  run::Output output;
  output.color = settings.color;
  report::Style style = run::make_style(output, host.environment, host.out);
  style.width = settings.width > 0 ? settings.width : style.width;
  WHYDROP_TRY(host.out.write(compare::render(comparison, settings.options, settings.view, style)));
  return a->damaged || b->damaged ? 3 : comparison.same() ? 0 : 1;
}

}  // namespace whydrop::replay_run
