#include "cli/options/output.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "cli/app.hpp"
#include "cli/options.hpp"

#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::cli {

namespace {

/// What each output prints, of its table.
std::vector<std::pair<std::string, std::optional<report::Output>>> output_rows() {
  std::vector<std::pair<std::string, std::optional<report::Output>>> rows;
  for (const report::OutputRow& row : report::outputs()) {
    rows.emplace_back(row.name, row.output);
  }
  return rows;
}

std::string output_help() {
  std::string help = "What is printed.";
  for (const report::OutputRow& row : report::outputs()) {
    help += fmt::format("{} {}: {}", row.output == report::outputs().front().output ? "" : ";", row.name, row.says);
  }
  return help;
}

/// What stands between commas, of all that were given.
std::string add_parts(const std::vector<std::string>& given, std::vector<std::string>& parts) {
  for (const std::string& text : given) {
    for (std::string& part : split(text, ',')) {
      parts.push_back(std::move(part));
    }
  }
  return {};
}

}  // namespace

void add_output_options(Options& options, run::Output& output) {
  options.group("Output");
  options.choose("--output", output_rows(), output.asked, output_help());
  options.count(
      "-v,--verbose", output.verbosity, "Show headers too, and whole verdicts where nothing is wrong; -vv also hex");
  options.flag("-q,--quiet", output.quiet, "Print the verdict only");
  options.flag("--pretty", output.pretty, "Show whole messages on separate lines: JSON indented, bytes as hex");
  options.choose<report::Times>(
      "--time",
      {{"relative", report::Times::relative}, {"absolute", report::Times::absolute}, {"delta", report::Times::delta}},
      output.times,
      "Time at the start of each line of the log: since the run began (relative, the default), the time of day in UTC "
      "(absolute), or since the line before (delta)");
  add_color_option(options, output.color);
  add_fail_on_option(options, output.fail_on, "makes the exit code 1 (error)");
  options.contradict("--quiet", "--verbose");
}

void add_report_option(Options& options, run::Output& output) {
  options.custom(
      OptionInfo::option("--report",
                         "html:FILE",
                         "Write an HTML report besides, one file that needs no network: the verdict, a timeline "
                         "and every frame, secrets masked"),
      [&output](const std::vector<std::string>& given) -> std::string {
        constexpr std::string_view kKind = "html:";
        const std::string& text = given.back();
        if (!starts_with(text, kKind) || text.size() == kKind.size() || text == "html:-") {
          return "'" + text + "' is no report (as in html:report.html)";
        }
        output.html = text.substr(kKind.size());
        return {};
      });
}

void add_shown_options(Options& options, capture::Filter& filter) {
  options.custom(
      OptionInfo::option("--kind", "KIND", "Only events of this kind (frame, ending, finding ...); several with commas")
          .repeats(),
      [&filter](const std::vector<std::string>& given) { return add_parts(given, filter.kinds); });
  options.choose<std::optional<wire::Side>>("--only",
                                            {{"client", wire::Side::client}, {"server", wire::Side::server}},
                                            filter.only,
                                            "Only what this side sent, and events of neither side");
  options.custom(
      OptionInfo::option("--type",
                         "TYPE",
                         "Only messages of this type: a profile's, else by the JSON member type; several with "
                         "commas; other events are shown too")
          .repeats(),
      [&filter](const std::vector<std::string>& given) { return add_parts(given, filter.types); });
  options.text("--grep", "PATTERN", filter.grep, "Only events whose text matches this regular expression (RE2)");
}

void add_conn_option(Options& options, std::vector<std::uint32_t>& conns, const std::string& help) {
  options.custom(OptionInfo::option("--conn", "N", help).repeats(), [&conns](const std::vector<std::string>& given) {
    for (const std::string& text : given) {
      for (const std::string& part : split(text, ',')) {
        const auto conn = parse_number(part, 1, UINT32_MAX);
        if (!conn) {
          return "'" + part + "' is not the number of a connection (as in 1,3)";
        }
        conns.push_back(static_cast<std::uint32_t>(*conn));
      }
    }
    return std::string();
  });
}

void add_keylog_option(Options& options, std::string& keylog) {
  options.text(
      "--keylog",
      "FILE",
      keylog,
      "Keys of the TLS in a packet capture, as SSLKEYLOGFILE and connect --keylog write them: tshark decrypts it");
}

void add_color_option(Options& options, run::Color& color) {
  options.choose<run::Color>(
      "--color",
      {{"auto", run::Color::automatic}, {"always", run::Color::always}, {"never", run::Color::never}},
      color,
      "Colour: on a terminal (auto) unless NO_COLOR is set");
}

void add_fail_on_option(Options& options, std::optional<session::Severity>& least, const std::string& effect) {
  options.choose<std::optional<session::Severity>>(
      "--fail-on",
      {{"error", session::Severity::error}, {"warning", session::Severity::warning}, {"never", std::nullopt}},
      least,
      "Least severity of an observed finding that " + effect);
}

void add_secret_options(Options& options, SecretFlags& flags) {
  options.group("Secrets");
  options.list("--secret",
               "NAME=VALUE",
               flags.secrets,
               "Mask this value wherever it appears; NAME=@FILE reads it, NAME alone takes it from the environment");
  options.flag("--reveal", flags.reveal, "Mask nothing");
}

Result<run::Secrets> make_secrets(const SecretFlags& flags, const run::Host& host) {
  return run::read_secrets(flags.secrets, host.environment, host.read).map([&](std::vector<capture::Secret>&& values) {
    return run::Secrets{std::move(values), flags.reveal};
  });
}

void add_capture_options(Options& options, CaptureFlags& flags) {
  options.group("Capture");
  options.text("--capture",
               "FILE",
               flags.capture.file,
               "Record every frame in FILE (NDJSON, mode 0600), secrets masked; - is standard output, and what is "
               "shown goes to standard error");
  options.flag("--append", flags.append, "Add to FILE if it exists");
  options.flag("--overwrite", flags.overwrite, "Replace FILE if it exists");
  options.size("--max-payload", flags.capture.max_payload, "Keep at most this much of each frame's payload (1M)");
  options.size("--max-capture",
               flags.capture.max_bytes,
               "Record at most this much in all; what comes later is judged but not recorded (no limit)");
  options.flag("--with-opinions", flags.capture.with_opinions, "Record messages, findings and the verdict too");
  options.contradict("--append", "--overwrite");
}

Result<run::Capture> make_capture(const CaptureFlags& flags) {
  for (const auto& [given, name] : {std::pair(flags.append, "--append"),
                                    std::pair(flags.overwrite, "--overwrite"),
                                    std::pair(flags.capture.max_bytes.has_value(), "--max-capture"),
                                    std::pair(flags.capture.with_opinions, "--with-opinions")}) {
    if (given && flags.capture.file.empty()) {
      return fail(ErrorKind::usage, std::string("option ") + name + ": no capture to apply it to", "--capture FILE");
    }
  }
  run::Capture capture = flags.capture;
  capture.mode = flags.append ? os::FileMode::append : flags.overwrite ? os::FileMode::overwrite : os::FileMode::fresh;
  capture.tool = std::string("whydrop ") + version();
  return capture;
}

}  // namespace whydrop::cli
