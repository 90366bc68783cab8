// Rule of this module: export_run/ takes a recording elsewhere. Its table of formats is the one list of where to.
#pragma once

#include "base/byte_sink.hpp"
#include "base/result.hpp"
#include "capture/redactor.hpp"
#include "run/host.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::export_run {

struct Format;

/// A recording, and the file that it becomes.
struct ExportSettings {
  std::string file;                  ///< a capture or a HAR; "-": standard input
  const Format* format = nullptr;    ///< never null
  std::vector<std::uint32_t> conns;  ///< empty: all
  std::string to = "-";              ///< a file; "-": standard output
  bool overwrite = false;            ///< `to` may be there
  std::string profile;               ///< a name or a file, or run::kNoProfile; empty: that of the recording
  std::string keylog;                ///< of the TLS in a packet capture; empty: none
  std::vector<capture::Secret> secrets;
  bool reveal = false;
  std::string tool;  ///< what the file says wrote it, "whydrop 0.1.0"
};

/// One row: a format, and what writes a recording in it. Returns the exit code.
struct Format {
  std::string_view name;  ///< as --to has it
  std::string_view what;  ///< a clause for --help
  bool binary = false;    ///< no person reads it: it goes to no terminal
  Result<int> (*write)(const ExportSettings& settings, const run::Host& host, ByteSink& out) = nullptr;
};

/// All of them, in the order of --help.
const std::vector<Format>& formats();

/// Writes it, and says on standard error what the format has no place for. Returns the exit code: 0, or 3 where a part
/// of the recording could not be read. Errors: usage; local.
Result<int> export_recording(const ExportSettings& settings, const run::Host& host);

}  // namespace whydrop::export_run
