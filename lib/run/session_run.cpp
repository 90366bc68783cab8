#include "run/session_run.hpp"

#include "base/error_text.hpp"
#include "base/secret_keys.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"
#include "os/arguments.hpp"
#include "os/environment.hpp"
#include "run/profiles.hpp"

#include <chrono>
#include <csignal>
#include <random>

#include <fmt/format.h>
#include <unistd.h>

namespace whydrop::run {
namespace {

std::string random_id() {
  std::random_device device;
  return fmt::format("{:08x}", device());
}

os::FileMode file_mode(const CaptureSettings& flags) {
  return flags.append ? os::FileMode::append : flags.overwrite ? os::FileMode::overwrite : os::FileMode::fresh;
}

}  // namespace

namespace {

bool captures_to_stdout(const SessionRun::Settings& settings) {
  return settings.capture.file == "-";
}

}  // namespace

SessionRun::SessionRun(const Settings& settings)
    : settings_(settings),
      started_(format_rfc3339(machine().now_ns() - loop_.now_ns())),
      // With --capture - standard output is the capture's: what is shown goes to standard error.
      data_(captures_to_stdout(settings) ? STDERR_FILENO : STDOUT_FILENO, "standard output", false),
      talk_(STDERR_FILENO, "standard error", false) {
  if (settings_.profile != nullptr) {
    dialects_.add(settings_.profile->share());
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGTTIN, SIG_IGN);  // in the background there is nothing to read: no reason to stand still
}

SessionRun::~SessionRun() = default;

int SessionRun::shown_on() const {
  return captures_to_stdout(settings_) ? STDERR_FILENO : STDOUT_FILENO;
}

Result<std::unique_ptr<SessionRun>> SessionRun::make(const Settings& settings) {
  std::unique_ptr<SessionRun> run(new SessionRun(settings));
  auto secrets = read_secrets(settings.secrets, os::process_environment, os::read_file);
  WHYDROP_TRY(secrets);
  secrets->insert(secrets->end(), settings.bound.begin(), settings.bound.end());
  if (const profile::Bindings* bindings = run->bindings()) {
    for (const auto& [variable, value] : bindings->secrets()) {
      os::hide_argument(value);
      secrets->push_back({variable, value});
    }
  }
  run->secrecy_ = std::make_unique<capture::Redactor>(*secrets, false);
  run->pipeline_ = std::make_unique<engine::Pipeline>(run->pipeline_options(*secrets));

  report::Style style = make_style(settings.output, os::process_environment, run->shown_on());
  style.escape = os::is_terminal(run->shown_on());
  style.typed = settings.profile != nullptr;
  style.started = run->started_;
  if (!settings.silent) {
    run->add_renderer(style);
  }
  WHYDROP_TRY(run->add_capture(*secrets));
  run->loop_.before_wait([run = run.get()] { run->settle(); });
  return run;
}

engine::PipelineOptions SessionRun::pipeline_options(const std::vector<capture::Secret>& secrets) {
  engine::PipelineOptions options;
  options.max_payload = settings_.capture.max_payload;
  options.limits.max_message = settings_.max_message;
  options.reveal = settings_.secrets.reveal;
  options.expectation.close_codes = settings_.expect_close;
  options.expectation.started_ns = parse_rfc3339(started_).value_or(0);
  options.secrets = secrets;
  options.secret_keys = settings_.secret_keys;
  options.dialects = settings_.recognise ? &dialects_ : nullptr;
  if (settings_.profile != nullptr) {
    options.judge = settings_.profile->judge();
    options.bindings = &settings_.profile->bindings();
    options.expectation.profile = &settings_.profile->profile();
    options.expectation.bindings = options.bindings;
    options.on_secret = [this](const capture::Secret& secret) { keep_secret(secret); };
  }
  return options;
}

capture::CaptureHeader SessionRun::make_header(const std::vector<capture::Secret>& secrets) const {
  capture::CaptureHeader header;
  header.started = started_;
  header.tool = settings_.capture.tool;
  header.profile = !settings_.recognise           ? std::string(kNoProfile)
                   : settings_.profile != nullptr ? settings_.profile->profile().name
                                                  : "";
  header.run_id = random_id();
  for (const capture::Secret& secret : secrets) {
    header.redacted.push_back(secret.variable);
  }
  if (settings_.profile != nullptr) {
    add_variables(header);
  }
  return header;
}

/// A value that could not be written as it is would be another one when it is read.
void SessionRun::add_variables(capture::CaptureHeader& header) const {
  for (auto& [name, value] : settings_.profile->known()) {
    const bool secret = is_secret_key(name) || holds_secret(value);
    if (secret || utf8_valid_prefix(value) != value.size()) {
      continue;
    }
    if (bindings()->origin(name) == profile::Origin::given) {
      header.given.push_back(name);
    }
    header.variables.emplace_back(name, std::move(value));
  }
}

void SessionRun::keep_secret(const capture::Secret& secret) {
  const std::lock_guard<std::mutex> lock(secrecy_mutex_);
  secrecy_->add(secret);
}

bool SessionRun::holds_secret(std::string_view line) const {
  const std::lock_guard<std::mutex> lock(secrecy_mutex_);
  return secrecy_->redact_text(line) != line;
}

void SessionRun::add_renderer(report::Style style) {
  const report::Output output = report::parse_output(settings_.output.output).value_or(report::Output::log);
  renderer_ = report::make_renderer(output, style, data_, talk_);
  pipeline_->add_sink(*renderer_);
  const bool scrolls = output != report::Output::summary && !settings_.output.quiet && os::is_terminal(shown_on());
  if (os::is_terminal(STDERR_FILENO) && !scrolls) {
    progress_ = std::make_unique<ProgressLine>(loop_, talk_, os::terminal_width(STDERR_FILENO));
    pipeline_->add_sink(*progress_);
  }
}

Result<void> SessionRun::add_capture(const std::vector<capture::Secret>& secrets) {
  if (settings_.capture.file.empty()) {
    return {};
  }
  auto file = os::open_capture(settings_.capture.file, file_mode(settings_.capture));
  WHYDROP_TRY(file);
  capture_file_ = std::move(*file);
  if (capture_file_->is_file()) {
    capture_thread_ = std::make_unique<os::BackgroundSink>(*capture_file_);
  }
  ByteSink& to = capture_thread_ ? static_cast<ByteSink&>(*capture_thread_) : *capture_file_;
  // A rehearsal gives values of its own before the first event.
  capture_ = std::make_unique<capture::Writer>(
      to, [this, secrets] { return make_header(secrets); }, settings_.capture.with_opinions);
  pipeline_->add_sink(*capture_);
  return {};
}

/// Nothing that was told is left in a buffer of ours, nor on its way.
void SessionRun::settle() {
  pipeline_->flush();
  if (capture_thread_ && !capture_thread_->settle()) {
    pipeline_->flush();  // the capture's sink is told why
  }
}

void SessionRun::on_reader_gone(std::function<void()> handler) {
  // Posted: a sink may be told of it in the middle of an event.
  const auto posted = [this, handler = std::move(handler)] { loop_.post(handler); };
  data_.on_gone(posted);
  if (capture_file_ && captures_to_stdout(settings_)) {
    capture_file_->on_gone(posted);
  }
}

void SessionRun::divert(std::function<void(std::string_view)> to) {
  if (progress_) {
    progress_->stop();
  }
  data_.divert(to);
  talk_.divert(std::move(to));
}

/// What a server said may stand in it: nothing of that may steer a terminal.
void SessionRun::talk(const std::string& line) {
  pipeline_->flush();
  if (progress_) {
    progress_->erase();
  }
  // Where standard error cannot be written there is nowhere left to say so.
  (void)talk_.write("whydrop: " + escape_lines(pipeline_->redact_text(line)) + "\n");
}

int SessionRun::finish(diagnose::RunOutcome outcome, const std::optional<Error>& input_error) {
  if (progress_) {
    progress_->stop();
  }
  const session::Verdict verdict = pipeline_->finish(loop_.now_ns());
  settle();
  for (const Error& error : pipeline_->sink_errors()) {
    talk(error_text(error));
  }
  if (input_error) {
    talk(error_text(*input_error));
  }
  outcome.local_failure = input_error.has_value() || !pipeline_->sink_errors().empty();
  outcome.expect_close = settings_.expect_close;
  if (outcome.fail_on) {
    outcome.fail_on = session::parse<session::Severity>(settings_.output.fail_on);
  }
  return diagnose::exit_code(verdict, outcome);
}

}  // namespace whydrop::run
