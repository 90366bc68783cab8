#pragma once

#include "base/result.hpp"
#include "capture/redactor.hpp"
#include "os/environment.hpp"
#include "report/report.hpp"
#include "target/headers.hpp"

#include <string>
#include <vector>

namespace whydrop::run {

/// The flags that say what is printed, and what a run fails on.
struct OutputSettings {
  std::string output = "log", color = "auto", fail_on = "error";
  int verbosity = 0;
  bool quiet = false;
};

/// Colour by --color, NO_COLOR and TERM; width of the terminal behind `fd`, 0 where it is none.
report::Style make_style(const OutputSettings& flags, const os::Environment& environment, int fd);

/// The flags that say what is hidden.
struct SecretSettings {
  bool reveal = false;
  std::vector<std::string> secrets;  ///< "NAME=VALUE" or "NAME=@FILE"; "NAME" takes it from the environment
};

Result<std::vector<capture::Secret>> read_secrets(const SecretSettings& flags,
                                                  const os::Environment& environment,
                                                  const os::FileReader& read);

/// The flags that say what is recorded.
struct CaptureSettings {
  std::string file;
  bool append = false, overwrite = false, with_opinions = false;
  std::uint64_t max_payload = 1U << 20;
  std::string tool;  ///< what the first line says wrote it, "whydrop 0.1.0"
};

/// --append and the like without --capture.
Result<void> check_capture_settings(const CaptureSettings& flags);

}  // namespace whydrop::run
