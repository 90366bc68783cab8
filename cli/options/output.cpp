#include "cli/options/output.hpp"

#include "cli/app.hpp"
#include "cli/options.hpp"

namespace whydrop::cli {

void add_output_options(Options& options, run::OutputSettings& flags) {
  options.group("Output");
  options.choice(
      "--output",
      {"log", "messages", "ndjson", "summary"},
      flags.output,
      "What is printed. log: a line a frame (default); messages: payloads only; ndjson: capture lines; summary: counts "
      "and the verdict");
  options.count(
      "-v,--verbose", flags.verbosity, "Show headers too, and whole verdicts where nothing is wrong; -vv also hex");
  options.flag("-q,--quiet", flags.quiet, "Print the verdict only");
  options.choice(
      "--color", {"auto", "always", "never"}, flags.color, "Colour: on a terminal (auto) unless NO_COLOR is set");
  options.choice("--fail-on",
                 {"error", "warning", "never"},
                 flags.fail_on,
                 "Least severity of an observed finding that makes the exit code 1 (error)");
  options.contradict("--quiet", "--verbose");
}

void add_secret_options(Options& options, run::SecretSettings& flags) {
  options.group("Secrets");
  options.list("--secret",
               "NAME=VALUE",
               flags.secrets,
               "Mask this value wherever it stands; NAME=@FILE reads it, NAME alone takes it from the environment");
  options.flag("--reveal", flags.reveal, "Mask nothing");
}

void add_capture_options(Options& options, run::CaptureSettings& flags) {
  flags.tool = std::string("whydrop ") + version();
  options.group("Capture");
  options.text("--capture",
               "FILE",
               flags.file,
               "Record every frame in FILE (NDJSON, mode 0600), secrets masked; - is standard output, and what is "
               "shown goes to standard error");
  options.flag("--append", flags.append, "Add to FILE if it exists");
  options.flag("--overwrite", flags.overwrite, "Replace FILE if it exists");
  options.size("--max-payload", flags.max_payload, "Keep at most this much of one frame's payload (1M)");
  options.flag("--with-opinions", flags.with_opinions, "Record messages, findings and the verdict too");
  options.contradict("--append", "--overwrite");
}

}  // namespace whydrop::cli
