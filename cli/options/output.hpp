#pragma once

#include "run/host.hpp"
#include "run/output.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::cli {

class Options;

/// Declares what is printed, and what a run fails on.
void add_output_options(Options& options, run::Output& output);
/// Declares --report, which puts what is told into an HTML file besides.
void add_report_option(Options& options, run::Output& output);
/// Declares --kind, --only and --grep.
void add_shown_options(Options& options, capture::Filter& filter);
/// Declares --conn: numbers of connections.
void add_conn_option(Options& options, std::vector<std::uint32_t>& conns, const std::string& help);
/// Declares --keylog of what reads packets.
void add_keylog_option(Options& options, std::string& keylog);
void add_color_option(Options& options, run::Color& color);
/// "Least severity of an observed finding that <effect>".
void add_fail_on_option(Options& options, std::optional<session::Severity>& least, const std::string& effect);

/// What is hidden, as given.
struct SecretFlags {
  std::vector<std::string> secrets;  ///< "NAME=VALUE" or "NAME=@FILE"; "NAME" takes it from the environment
  bool reveal = false;
};
void add_secret_options(Options& options, SecretFlags& flags);
Result<run::Secrets> make_secrets(const SecretFlags& flags, const run::Host& host);

/// What is recorded, as given.
struct CaptureFlags {
  run::Capture capture;
  bool append = false, overwrite = false;
};
void add_capture_options(Options& options, CaptureFlags& flags);
/// Errors: usage, for --append and the like without --capture.
Result<run::Capture> make_capture(const CaptureFlags& flags);

}  // namespace whydrop::cli
