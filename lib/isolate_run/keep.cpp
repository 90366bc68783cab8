#include "isolate_run/keep.hpp"

#include "base/try.hpp"
#include "check/from_recording.hpp"
#include "os/rereadable_file.hpp"
#include "os/streams.hpp"
#include "replay/plan.hpp"
#include "replay/recording.hpp"

#include <filesystem>
#include <memory>
#include <system_error>

#include <fmt/format.h>

namespace whydrop::isolate_run {
namespace {

/// What `file` holds, as a check file beside it. A session without a message has none.
Result<void> write_check(const std::string& file, const std::string& check) {
  const auto capture = os::RereadableFile::open(file);
  WHYDROP_TRY(capture);
  const auto open = [&] {
    return replay::Recording::open([&]() -> Result<ByteSource> { return capture->read(); },
                                   {capture->name(), {}, false, true});
  };
  const auto recording = open();
  WHYDROP_TRY(recording);
  const auto plan = replay::make_plan(**recording, nullptr, {}, false, true);
  WHYDROP_TRY(plan);
  if (plan->messages == 0) {
    return {};
  }
  const auto again = open();
  WHYDROP_TRY(again);
  const auto text = check::from_recording(**again, *plan, nullptr);
  WHYDROP_TRY(text);
  const auto to = os::open_capture(check, os::FileMode::fresh);
  WHYDROP_TRY(to);
  return (*to)->write(*text);
}

}  // namespace

Result<void> keep(const isolate::Found& found, const std::string& folder, const PlayOnce& play) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(ErrorKind::local, fmt::format("cannot make the folder {}: {}", folder, error.message()));
  }
  const auto keep_one = [&](const isolate::Trial& session, const std::string& name) -> Result<void> {
    const std::string file = fmt::format("{}/{}.ndjson", folder, name);
    WHYDROP_TRY(play(session, file));
    return write_check(file, fmt::format("{}/{}.check.json", folder, name));
  };
  if (!found.smallest.empty() || !found.needed.empty()) {
    WHYDROP_TRY(keep_one(found.smallest, "dropping"));
  }
  return found.cures.empty() ? Result<void>()
                             : keep_one(isolate::with(found.origin, found.cures.front().changes), "living");
}

}  // namespace whydrop::isolate_run
