#include "replay_run/merge.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "capture/filter.hpp"
#include "evidence/evidence.hpp"
#include "os/file_names.hpp"
#include "os/rereadable_file.hpp"
#include "replay_run/session_counter.hpp"
#include "replay_run/tally.hpp"
#include "run/inspection.hpp"

#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

/// False where it could not be read whole.
Result<bool> count(const std::string& path, const MergeSettings& settings, const run::Host& host, Tally& tally) {
  const auto file = os::RereadableFile::open(path);
  WHYDROP_TRY(file);
  auto opened = evidence::open(file->name(), file->read());
  WHYDROP_TRY(opened);
  std::unique_ptr<SessionCounter> counter;  // of the run that is read
  run::Inspection::Settings reading;
  reading.name = file->name();
  reading.profile = settings.profile;
  reading.sink_of_run = [&](const capture::CaptureHeader&,
                            const std::shared_ptr<const profile::Profile>& known) -> session::EventSink& {
    counter = std::make_unique<SessionCounter>(known, [&tally](Repeat&& repeat) { tally.add(repeat); });
    return *counter;
  };
  run::Inspection inspection(host, std::move(reading), *capture::Selector::make({}));
  while (true) {
    const auto item = (*opened)->next();
    WHYDROP_TRY(item);
    if (!*item) {
      break;
    }
    inspection.take(**item);
  }
  inspection.finish(0);
  return inspection.check_found().map([&] { return !inspection.damaged(); });
}

}  // namespace

Result<int> merge(const MergeSettings& settings, const run::Host& host) {
  Tally tally;
  bool whole = true;
  std::size_t files = 0;
  for (const std::string& given : settings.files) {
    for (const std::string& path : os::expanded(given)) {
      const auto read = count(path, settings, host, tally);
      WHYDROP_TRY(read);
      whole = whole && *read;
      ++files;
    }
  }
  WHYDROP_TRY(host.out.write(fmt::format("{}, {}", counted(files, "recording"), tally.text(tally.runs(), 1))));
  return whole ? 0 : 3;
}

}  // namespace whydrop::replay_run
