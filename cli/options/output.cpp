#include "cli/options/output.hpp"

#include "base/text.hpp"
#include "cli/options.hpp"
#include "cli/options/values.hpp"
#include "cli/streams.hpp"

namespace whydrop::cli {

void add_output_options(Options& options, OutputFlags& flags) {
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

report::Style make_style(const OutputFlags& flags, const Environment& environment, int fd) {
  report::Style style;
  const bool plain = !environment("NO_COLOR").empty() || environment("TERM") == "dumb";
  style.color = flags.color == "always" || (flags.color == "auto" && is_terminal(fd) && !plain);
  style.width = terminal_width(fd);
  style.verbosity = flags.verbosity;
  style.quiet = flags.quiet;
  return style;
}

void add_secret_options(Options& options, SecretFlags& flags) {
  options.group("Secrets");
  options.list("--secret",
               "NAME=VALUE",
               flags.secrets,
               "Mask this value wherever it stands; NAME=@FILE reads it, NAME alone takes it from the environment");
  options.flag("--reveal", flags.reveal, "Mask nothing");
}

namespace {

Result<std::string> secret_value(const std::string& text,
                                 std::size_t equals,
                                 const Environment& environment,
                                 const FileReader& read) {
  if (equals == std::string::npos) {
    return environment(text);
  }
  const std::string value = text.substr(equals + 1);
  if (value.empty() || value[0] != '@') {
    return value;
  }
  const auto content = read(value.substr(1));
  return content ? Result<std::string>(std::string(trim(*content))) : content;
}

}  // namespace

Result<std::vector<capture::Secret>> read_secrets(const SecretFlags& flags,
                                                  const Environment& environment,
                                                  const FileReader& read) {
  std::vector<capture::Secret> secrets;
  for (const std::string& text : flags.secrets) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const auto value = secret_value(text, equals, environment, read);
    if (!value) {
      return tl::unexpected<Error>(value.error());
    }
    if (name.empty() || value->empty()) {
      return fail(ErrorKind::usage,
                  "secret '" + name + "': it has no value",
                  "--secret NAME=VALUE, NAME=@FILE, or NAME of the environment");
    }
    secrets.push_back({name, *value});
  }
  return secrets;
}

void add_capture_options(Options& options, CaptureFlags& flags) {
  options.group("Capture");
  options.text("--capture", "FILE", flags.file, "Record every frame in FILE (NDJSON, mode 0600), secrets masked");
  options.flag("--append", flags.append, "Add to FILE if it exists");
  options.flag("--overwrite", flags.overwrite, "Replace FILE if it exists");
  options.size("--max-payload", flags.max_payload, "Keep at most this much of one frame's payload (1M)");
  options.flag("--with-opinions", flags.with_opinions, "Record messages, findings and the verdict too");
  options.contradict("--append", "--overwrite");
}

Result<void> check_capture_flags(const CaptureFlags& flags) {
  if (!flags.file.empty()) {
    return {};
  }
  for (const auto& [given, name] : {std::pair(flags.append, "--append"),
                                    std::pair(flags.overwrite, "--overwrite"),
                                    std::pair(flags.with_opinions, "--with-opinions")}) {
    if (given) {
      return fail(ErrorKind::usage, std::string("option ") + name + ": no capture to apply it to", "--capture FILE");
    }
  }
  return {};
}

}  // namespace whydrop::cli
