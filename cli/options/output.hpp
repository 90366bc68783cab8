#pragma once

#include "base/result.hpp"
#include "capture/redactor.hpp"
#include "cli/options/environment.hpp"
#include "cli/options/headers.hpp"
#include "report/report.hpp"

#include <string>
#include <vector>

namespace whydrop::cli {

class Options;

/// The flags that say what is printed, and what a run fails on.
struct OutputFlags {
  std::string output = "log", color = "auto", fail_on = "error";
  int verbosity = 0;
  bool quiet = false;
};
void add_output_options(Options& options, OutputFlags& flags);

/// Colour by --color, NO_COLOR and TERM; width of the terminal behind `fd`, 0 where it is none.
report::Style make_style(const OutputFlags& flags, const Environment& environment, int fd);

/// The flags that say what is hidden.
struct SecretFlags {
  bool reveal = false;
  std::vector<std::string> secrets;  ///< "NAME=VALUE" or "NAME=@FILE"; "NAME" takes it from the environment
};
void add_secret_options(Options& options, SecretFlags& flags);
Result<std::vector<capture::Secret>> read_secrets(const SecretFlags& flags,
                                                  const Environment& environment,
                                                  const FileReader& read);

/// The flags that say what is recorded.
struct CaptureFlags {
  std::string file;
  bool append = false, overwrite = false, with_opinions = false;
  std::uint64_t max_payload = 1U << 20;
};
void add_capture_options(Options& options, CaptureFlags& flags);
/// --append and the like without --capture.
Result<void> check_capture_flags(const CaptureFlags& flags);

}  // namespace whydrop::cli
