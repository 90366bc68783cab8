#pragma once

#include "base/result.hpp"
#include "capture/filter.hpp"
#include "capture/redactor.hpp"
#include "os/environment.hpp"
#include "os/streams.hpp"
#include "report/report.hpp"
#include "session/finding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::run {

/// Automatic: on a terminal, unless NO_COLOR is set or TERM is dumb.
enum class Color : std::uint8_t { automatic, always, never };

/// What is printed, and what a run fails on.
struct Output {
  std::optional<report::Output> asked;  ///< null: nothing was, and the command chooses
  Color color = Color::automatic;
  std::optional<session::Severity> fail_on = session::Severity::error;  ///< null: no finding
  int verbosity = 0;
  bool quiet = false;
  bool pretty = false;
  report::Times times = report::Times::relative;
  std::string html;       ///< path of an HTML report that is written besides; empty: none
  capture::Filter shown;  ///< of what is told while a session lasts

  report::Output kind() const { return asked.value_or(report::outputs().front().output); }
};

/// How `output` looks on the stream `on`.
report::Style make_style(const Output& output, const os::Environment& environment, const os::Stream& on);

/// What is hidden.
struct Secrets {
  std::vector<capture::Secret> values;
  bool reveal = false;
};

/// "NAME=VALUE" or "NAME=@FILE"; "NAME" takes it from the environment. Errors: usage, for one without a value; local,
/// for a file.
Result<std::vector<capture::Secret>> read_secrets(const std::vector<std::string>& given,
                                                  const os::Environment& environment,
                                                  const os::FileReader& read);

/// What is recorded.
struct Capture {
  std::string file;  ///< "-" is standard output; empty: nothing is recorded
  os::FileMode mode = os::FileMode::fresh;
  bool with_opinions = false;
  std::uint64_t max_payload = 1U << 20;    ///< bytes of one frame's payload that are kept
  std::optional<std::uint64_t> max_bytes;  ///< of all that is recorded in `file`; null: no limit
  std::string folder;              ///< in place of `file`: each session in a file of its own there; empty: not so
  std::uint64_t part = 64U << 20;  ///< a file in `folder` that has grown so large is followed by a next part
  std::uint64_t folder_most = 0;   ///< bytes of all files of this run; the oldest make room; 0: no limit
  std::string tool;                ///< what the first line says wrote it, "whydrop 0.1.0"
};

}  // namespace whydrop::run
