#include "run/inspection.hpp"

#include "base/error_text.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "capture/limits.hpp"
#include "diagnose/exit_code.hpp"
#include "os/environment.hpp"
#include "os/file_names.hpp"
#include "report/report.hpp"
#include "run/profile_context.hpp"
#include "run/profiles.hpp"

#include <algorithm>
#include <csignal>

#include <fmt/format.h>
#include <unistd.h>

namespace whydrop::run {
namespace {

/// Damaged lines told one by one; the rest is counted.
constexpr std::uint64_t kMaxTold = 10;

std::string place(const std::string& name, const capture::Damage& damage) {
  return damage.column > 0 ? fmt::format("{}:{}:{}", name, damage.line, damage.column)
                           : fmt::format("{}:{}", name, damage.line);
}

}  // namespace

Inspection::Inspection(Settings settings, capture::Selector selector)
    : settings_(std::move(settings)),
      selector_(std::move(selector)),
      data_(STDOUT_FILENO, "standard output", false),
      talk_(STDERR_FILENO, "standard error", false) {
  std::signal(SIGPIPE, SIG_IGN);
  // What is judged then is only the part that was read.
  data_.on_gone([this] { talk_.divert([](std::string_view) {}); });
}

void Inspection::begin(const capture::CaptureHeader& header) {
  end_run(0);
  engine::PipelineOptions options;
  options.max_payload = capture::kMaxContent;
  options.secrets = settings_.secrets;
  options.reveal = settings_.reveal;
  options.expectation.from_har = settings_.from_har;
  options.expectation.started_ns = parse_rfc3339(header.started).value_or(0);
  const bool recognise = settings_.recognise && (settings_.profile || header.profile != kNoProfile);
  options.dialects = recognise ? &dialects_ : nullptr;
  use_profile(header, options);
  selector_.start(header.started);
  pipeline_ = std::make_unique<engine::Pipeline>(std::move(options));
  pipeline_->add_sink(sink_of_run(header));
}

session::EventSink& Inspection::sink_of_run(const capture::CaptureHeader& header) {
  if (settings_.sink_of_run) {
    return settings_.sink_of_run(header, profile_);
  }
  report::Style style = make_style(settings_.output, os::process_environment, STDOUT_FILENO);
  style.started = header.started;
  style.escape = os::is_terminal(STDOUT_FILENO);
  style.typed = profile_ != nullptr;
  renderer_ = report::make_renderer(
      report::parse_output(settings_.output.output).value_or(report::Output::log), style, data_, talk_);
  selected_ = std::make_unique<capture::SelectingSink>(selector_, *renderer_);
  return *selected_;
}

void Inspection::use_profile(const capture::CaptureHeader& header, engine::PipelineOptions& options) {
  pipeline_.reset();
  bindings_.reset();
  profile_ = settings_.profile;
  if (!profile_ && settings_.recognise && os::is_plain_name(header.profile)) {
    profile_ = find_profile(header.profile, os::process_environment, os::read_file).value_or(nullptr);
  }
  if (!profile_) {
    return;
  }
  // What was made by chance then is not known now.
  const auto started = options.expectation.started_ns;
  bindings_.emplace(*profile_, profile::Outside{[started] { return started; }, nullptr});
  bind_variables(header);
  options.judge = std::make_shared<profile::Judge>(profile_);
  options.bindings = &*bindings_;
  options.expectation.profile = profile_.get();
  options.expectation.bindings = &*bindings_;
}

/// What the profile no longer takes stays unset, and so does what only a hostile capture can hold: a secret.
void Inspection::bind_variables(const capture::CaptureHeader& header) {
  for (const auto& [name, value] : header.variables) {
    const profile::Variable* variable = profile_->variable(name);
    const bool given = std::find(header.given.begin(), header.given.end(), name) != header.given.end();
    // A default goes on following the variables that it is made of.
    const bool by_default = !given && bindings_->get(name) == value;
    if (variable == nullptr || variable->secret || by_default) {
      continue;
    }
    (void)bindings_->set(name, value, given ? profile::Origin::given : profile::Origin::environment);
  }
}

void Inspection::talk(const std::string& line) {
  flush();
  // Where standard error cannot be written there is nowhere left to say so.
  (void)talk_.write("whydrop: " + escape_lines(pipeline_ ? pipeline_->redact_text(line) : line) + "\n");
}

void Inspection::tell_damage(const capture::Damage& damage) {
  if (damage.cut) {
    talk("warning: capture " + place(settings_.name, {damage.line, 0, true, {}}) + ": " + damage.why);
    return;
  }
  if (++damages_ <= kMaxTold) {
    talk("error: capture " + place(settings_.name, damage) + ": " + damage.why);
  }
}

void Inspection::take(const capture::Reader::Item& item) {
  std::visit(overloaded{[this](const session::Event& event) {
                          if (!wants(event)) {
                            return;
                          }
                          frames_ += std::holds_alternative<session::Frame>(event.body) ? 1 : 0;
                          pipeline_->on_recorded(event);
                        },
                        [this](const capture::CaptureHeader& header) { begin(header); },
                        [this](const capture::Damage& damage) { tell_damage(damage); }},
             item);
}

/// What is not asked for is not judged either: the verdict is about the connections that are shown.
bool Inspection::wants(const session::Event& event) {
  const auto& conns = settings_.conns;
  last_conn_ = std::max(last_conn_, event.conn);
  const bool wanted = conns.empty() || std::find(conns.begin(), conns.end(), event.conn) != conns.end();
  conn_seen_ = conn_seen_ || wanted;
  return wanted;
}

Result<void> Inspection::check_conns() const {
  if (conn_seen_ || settings_.conns.empty()) {
    return {};
  }
  return fail(
      ErrorKind::usage,
      fmt::format("option --conn: no connection {} in {}", fmt::join(settings_.conns, ", "), settings_.name),
      fmt::format("it holds {}", last_conn_ < 2 ? "connection 1" : fmt::format("connections 1 to {}", last_conn_)));
}

void Inspection::flush() {
  if (pipeline_) {
    pipeline_->flush();
  }
}

void Inspection::end_run(int signal) {
  if (!pipeline_) {
    return;
  }
  const session::Verdict verdict = pipeline_->finish(0);
  for (const Error& error : pipeline_->sink_errors()) {
    talk(error_text(error));
  }
  diagnose::RunOutcome outcome;
  outcome.signal = signal;
  outcome.reports_on_file = true;
  outcome.local_failure = !pipeline_->sink_errors().empty() || damages_ > 0;
  outcome.fail_on = session::parse<session::Severity>(settings_.output.fail_on);
  const int code = diagnose::exit_code(verdict, outcome);
  code_ = code_ == 0 || signal != 0 ? code : code_;
}

int Inspection::finish(int signal) {
  if (damages_ > kMaxTold) {
    talk(fmt::format("error: capture {}: {} more lines could not be read", settings_.name, damages_ - kMaxTold));
  }
  end_run(signal);
  return code_;
}

}  // namespace whydrop::run
