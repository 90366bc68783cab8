#include "run/session_run.hpp"

#include "base/error_text.hpp"
#include "base/secret_keys.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"
#include "run/capture_folder.hpp"
#include "run/profiles.hpp"

#include <fmt/format.h>

namespace whydrop::run {
namespace {

bool captures_to_stdout(const SessionRun::Settings& settings) {
  return settings.capture.file == "-";
}

}  // namespace

SessionRun::SessionRun(const Host& host, const Settings& settings)
    : settings_(settings),
      host_(host),
      network_(host.network()),
      started_(format_rfc3339(host.now_ns() - network_->loop().now_ns())),
      // With --capture - standard output is the capture's: what is shown goes to standard error.
      data_(captures_to_stdout(settings) ? host.err : host.out),
      talk_(host.err) {
  if (settings_.profile != nullptr) {
    dialects_.add(settings_.profile->share());
  }
}

SessionRun::~SessionRun() {
  host_.out.on_gone(nullptr);
  host_.err.on_gone(nullptr);
  data_.divert(nullptr);
  talk_.divert(nullptr);
}

Result<std::unique_ptr<SessionRun>> SessionRun::make(const Host& host, const Settings& settings) {
  std::unique_ptr<SessionRun> run(new SessionRun(host, settings));
  std::vector<capture::Secret> secrets = settings.secrets.values;
  if (const profile::Bindings* bindings = run->bindings()) {
    for (const auto& [variable, value] : bindings->secrets()) {
      host.hide_argument(value);
      secrets.push_back({variable, value});
    }
  }
  run->secrecy_ = std::make_unique<capture::Redactor>(secrets, false);
  run->pipeline_ = std::make_unique<engine::Pipeline>(run->pipeline_options(secrets));

  report::Style style = make_style(settings.output, host.environment, run->data_);
  style.escape = run->data_.is_terminal();
  style.typed = settings.profile != nullptr;
  style.started = run->started_;
  if (!settings.silent) {
    WHYDROP_TRY(run->add_renderer(style));
  }
  WHYDROP_TRY(run->add_capture(secrets));
  WHYDROP_TRY(run->add_report(secrets));
  run->loop().before_wait([run = run.get()] { run->settle(); });
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
  options.on_sink_error = [this](const Error& error) { talk(error_text(error)); };
  // Posted: it is told in the middle of an event.
  options.on_secrets_over = [this] {
    loop().post([this] { talk("warning: " + std::string(capture::Redactor::kOverLimit)); });
  };
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
  header.run_id = fmt::format("{:08x}", host_.random());
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

void SessionRun::hide(const capture::Secret& secret) {
  keep_secret(secret);
  pipeline_->add_secret(secret);
}

std::string SessionRun::capture_path() const {
  return capture_folder_ != nullptr ? capture_folder_->current() : settings_.capture.file;
}

bool SessionRun::holds_secret(std::string_view line) const {
  const std::lock_guard<std::mutex> lock(secrecy_mutex_);
  return secrecy_->redact_text(line) != line;
}

Result<void> SessionRun::add_renderer(report::Style style) {
  const report::Output output = settings_.output.kind();
  renderer_ = report::make_renderer(output, style, data_, talk_);
  if (capture::is_filter(settings_.output.shown)) {
    capture::Filter shown = settings_.output.shown;
    if (!shown.kinds.empty()) {
      shown.kinds.emplace_back("verdict");  // that one always is
    }
    auto selector = capture::Selector::make(shown);
    WHYDROP_TRY(selector);
    selector_.emplace(std::move(*selector));
    selected_ = std::make_unique<capture::SelectingSink>(*selector_, *renderer_);
  }
  pipeline_->add_sink(selected_ ? static_cast<session::EventSink&>(*selected_) : *renderer_);
  const bool scrolls = report::row_of(output).scrolls && !settings_.output.quiet && data_.is_terminal();
  if (talk_.is_terminal() && !scrolls) {
    progress_ = std::make_unique<ProgressLine>(loop(), talk_, talk_.width());
    pipeline_->add_sink(*progress_);
  }
  return {};
}

Result<void> SessionRun::add_capture(const std::vector<capture::Secret>& secrets) {
  // A rehearsal gives values of its own before the first event.
  const auto header = [this, secrets] { return make_header(secrets); };
  if (!settings_.capture.folder.empty()) {
    auto folder = CaptureFolder::make(settings_.capture, host_, header);
    WHYDROP_TRY(folder);
    capture_folder_ = folder->get();
    capture_ = std::move(*folder);
    pipeline_->add_sink(*capture_);
    return {};
  }
  if (settings_.capture.file.empty()) {
    return {};
  }
  if (!captures_to_stdout(settings_)) {
    auto file = os::open_capture(settings_.capture.file, settings_.capture.mode);
    WHYDROP_TRY(file);
    capture_file_ = std::move(*file);
  }
  os::Stream& file = capture_file_ ? static_cast<os::Stream&>(*capture_file_) : host_.out;
  if (file.is_file()) {
    capture_thread_ = std::make_unique<os::BackgroundSink>(file);
  }
  ByteSink& to = capture_thread_ ? static_cast<ByteSink&>(*capture_thread_) : file;
  capture::WriterLimit limit;
  limit.bytes = settings_.capture.max_bytes.value_or(limit.bytes);
  // Posted: it is told in the middle of an event.
  limit.on_reached = [this] { loop().post([this] { tell_capture_ended(); }); };
  capture_ = std::make_unique<capture::Writer>(to, header, settings_.capture.with_opinions, std::move(limit));
  pipeline_->add_sink(*capture_);
  return {};
}

Result<void> SessionRun::add_report(const std::vector<capture::Secret>& secrets) {
  if (settings_.output.html.empty()) {
    return {};
  }
  auto file = HtmlFile::open(settings_.output.html);
  WHYDROP_TRY(file);
  report_ = std::move(*file);
  pipeline_->add_sink(report_->begin_run([this, secrets] { return make_header(secrets); }));
  return {};
}

void SessionRun::tell_capture_ended() {
  talk(fmt::format("warning: capture {} has reached --max-capture {}: what comes now is judged and not recorded",
                   settings_.capture.file,
                   format_size(*settings_.capture.max_bytes)));
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
  const auto posted = [this, handler = std::move(handler)] { loop().post(handler); };
  data_.on_gone(posted);
  if (captures_to_stdout(settings_)) {
    host_.out.on_gone(posted);
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
  const session::Verdict verdict = pipeline_->finish(loop().now_ns());
  settle();
  const auto reported = report_ ? report_->end() : Result<void>();
  if (!reported) {
    talk(error_text(reported.error()));
  }
  if (input_error) {
    talk(error_text(*input_error));
  }
  outcome.local_failure = input_error.has_value() || !pipeline_->sink_errors().empty() || !reported;
  outcome.expect_close = settings_.expect_close;
  if (outcome.fail_on) {
    outcome.fail_on = settings_.output.fail_on;
  }
  return diagnose::exit_code(verdict, outcome);
}

}  // namespace whydrop::run
