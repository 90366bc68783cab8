#include "cli/session_run.hpp"

#include "base/units.hpp"
#include "cli/app.hpp"
#include "cli/errors.hpp"

#include <chrono>
#include <csignal>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

namespace whydrop::cli {
namespace {

std::string now_rfc3339() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return format_rfc3339(std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count());
}

std::string random_id() {
  std::random_device device;
  return fmt::format("{:08x}", device());
}

capture::CaptureHeader make_header(const std::string& started, const std::vector<capture::Secret>& secrets) {
  capture::CaptureHeader header;
  header.started = started;
  header.tool = fmt::format("whydrop {}", version());
  header.run_id = random_id();
  for (const capture::Secret& secret : secrets) {
    header.redacted.push_back(secret.variable);
  }
  return header;
}

FileMode file_mode(const CaptureFlags& flags) {
  return flags.append ? FileMode::append : flags.overwrite ? FileMode::overwrite : FileMode::fresh;
}

}  // namespace

SessionRun::SessionRun(const Settings& settings)
    : settings_(settings),
      data_(STDOUT_FILENO, "standard output", false),
      talk_(STDERR_FILENO, "standard error", false) {
  std::signal(SIGPIPE, SIG_IGN);
}

Result<std::unique_ptr<SessionRun>> SessionRun::make(const Settings& settings) {
  std::unique_ptr<SessionRun> run(new SessionRun(settings));
  auto secrets = read_secrets(settings.secrets, process_environment, read_file);
  if (!secrets) {
    return tl::unexpected<Error>(secrets.error());
  }
  engine::PipelineOptions options;
  options.max_payload = settings.capture.max_payload;
  options.limits.max_message = settings.max_message;
  options.reveal = settings.secrets.reveal;
  options.expectation.close_codes = settings.expect_close;
  options.secrets = *secrets;
  run->pipeline_ = std::make_unique<engine::Pipeline>(std::move(options));

  report::Style style = make_style(settings.output, process_environment, STDOUT_FILENO);
  style.started = now_rfc3339();
  run->renderer_ = report::make_renderer(
      report::parse_output(settings.output.output).value_or(report::Output::log), style, run->data_, run->talk_);
  run->pipeline_->add_sink(*run->renderer_);
  if (!settings.capture.file.empty()) {
    auto file = open_capture(settings.capture.file, file_mode(settings.capture));
    if (!file) {
      return tl::unexpected<Error>(file.error());
    }
    run->capture_file_ = std::move(*file);
    run->capture_ = std::make_unique<capture::Writer>(
        *run->capture_file_, make_header(style.started, *secrets), settings.capture.with_opinions);
    run->pipeline_->add_sink(*run->capture_);
  }
  run->loop_.before_wait([pipeline = run->pipeline_.get()] { pipeline->flush(); });
  return run;
}

void SessionRun::on_reader_gone(std::function<void()> handler) {
  // Posted: a sink may be told of it in the middle of an event.
  data_.on_gone([this, handler = std::move(handler)] { loop_.post(handler); });
}

void SessionRun::divert(std::function<void(std::string_view)> to) {
  data_.divert(to);
  talk_.divert(std::move(to));
}

void SessionRun::talk(const std::string& line) {
  pipeline_->flush();
  // Where standard error cannot be written there is nowhere left to say so.
  (void)talk_.write("whydrop: " + pipeline_->redact_text(line) + "\n");
}

int SessionRun::finish(diagnose::RunOutcome outcome, const std::optional<Error>& input_error) {
  const session::Verdict verdict = pipeline_->finish(loop_.now_ns());
  for (const Error& error : pipeline_->sink_errors()) {
    report(error);
  }
  if (input_error) {
    report(*input_error);
  }
  outcome.local_failure = input_error.has_value() || !pipeline_->sink_errors().empty();
  outcome.expect_close = settings_.expect_close;
  if (outcome.fail_on) {
    outcome.fail_on = session::parse_severity(settings_.output.fail_on);
  }
  return diagnose::exit_code(verdict, outcome);
}

}  // namespace whydrop::cli
