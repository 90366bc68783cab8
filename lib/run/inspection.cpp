#include "run/inspection.hpp"

#include "base/error_text.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "diagnose/exit_code.hpp"
#include "os/file_names.hpp"
#include "profile/glob.hpp"
#include "report/report.hpp"
#include "run/profiles.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

/// Damaged lines told one by one; the rest is counted.
constexpr std::uint64_t kMaxTold = 10;

std::string place(const std::string& name, const capture::Damage& damage) {
  return damage.column > 0 ? fmt::format("{}:{}:{}", name, damage.line, damage.column)
                           : fmt::format("{}:{}", name, damage.line);
}

}  // namespace

Inspection::Inspection(const Host& host, Settings settings, capture::Selector selector)
    : host_(host), settings_(std::move(settings)), selector_(std::move(selector)) {
  // What is judged then is only the part that was read.
  host_.out.on_gone([this] { host_.err.divert([](std::string_view) {}); });
}

Inspection::~Inspection() {
  host_.out.on_gone(nullptr);
  host_.err.divert(nullptr);
}

void Inspection::begin(const capture::CaptureHeader& header) {
  end_run(0);
  events_of_run_ = 0;
  engine::RecordedRun::Settings recorded;
  recorded.secrets = settings_.secrets;
  recorded.reveal = settings_.reveal;
  recorded.on_secrets_over = [this] { talk("warning: " + std::string(capture::Redactor::kOverLimit)); };
  const bool recognise = settings_.recognise && (settings_.profile || header.profile != kNoProfile);
  recorded.dialects = recognise ? &dialects_ : nullptr;
  selector_.start(header.started);
  recorded_ = std::make_unique<engine::RecordedRun>(header, profile_of(header), recorded);
  recorded_->pipeline().add_sink(sink_of_run(header));
  if (settings_.report != nullptr) {
    recorded_->pipeline().add_sink(settings_.report->begin_run([header] { return header; }));
  }
}

session::EventSink& Inspection::sink_of_run(const capture::CaptureHeader& header) {
  if (settings_.sink_of_run) {
    return settings_.sink_of_run(header, recorded_->profile());
  }
  report::Style style = make_style(settings_.output, host_.environment, host_.out);
  style.started = header.started;
  style.escape = host_.out.is_terminal();
  style.typed = recorded_->profile() != nullptr;
  renderer_ = report::make_renderer(settings_.output.kind(), style, host_.out, host_.err);
  selected_ = std::make_unique<capture::SelectingSink>(selector_, *renderer_);
  return *selected_;
}

std::shared_ptr<const profile::Profile> Inspection::profile_of(const capture::CaptureHeader& header) const {
  const bool named = !settings_.profile && settings_.recognise && os::is_plain_name(header.profile);
  return named ? find_profile(header.profile, host_.environment, host_.read).value_or(nullptr) : settings_.profile;
}

void Inspection::talk(const std::string& line) {
  flush();
  // Where standard error cannot be written there is nowhere left to say so.
  (void)host_.err.write("whydrop: " + escape_lines(recorded_ ? recorded_->pipeline().redact_text(line) : line) + "\n");
}

void Inspection::tell_damage(const capture::Damage& damage) {
  if (damage.line == 0) {
    talk(fmt::format("{}: {}: {}", damage.note ? "note" : "warning", settings_.name, damage.why));
    return;
  }
  if (damage.cut || damage.limit) {
    talk(fmt::format("warning: capture {}:{}: {}", settings_.name, damage.line, damage.why));
    return;
  }
  if (++damages_ <= kMaxTold) {
    talk("error: capture " + place(settings_.name, damage) + ": " + damage.why);
  }
}

void Inspection::take(const capture::Item& item) {
  std::visit(overloaded{[this](const session::Event& event) {
                          if (!wants(event)) {
                            return;
                          }
                          frames_ += std::holds_alternative<session::Frame>(event.body) ? 1 : 0;
                          recorded_->pipeline().on_recorded(event);
                        },
                        [this](const capture::CaptureHeader& header) { begin(header); },
                        [this](const capture::Damage& damage) { tell_damage(damage); }},
             item);
}

Result<void> Inspection::take_all(capture::ItemReader& items) {
  while (true) {
    const auto item = items.next();
    WHYDROP_TRY(item);
    if (!*item) {
      return {};
    }
    take(**item);
  }
}

/// What is not asked for is not judged either: the verdict is about the connections that are shown.
bool Inspection::wants(const session::Event& event) {
  ++events_;
  ++events_of_run_;
  const auto& conns = settings_.conns;
  last_conn_ = std::max(last_conn_, event.conn);
  const bool fits = settings_.urls.empty() || fits_url(event);
  const bool wanted = fits && (conns.empty() || std::find(conns.begin(), conns.end(), event.conn) != conns.end());
  conn_seen_ = conn_seen_ || wanted;
  return wanted;
}

bool Inspection::fits_url(const session::Event& event) {
  if (const auto* open = std::get_if<session::Open>(&event.body)) {
    const bool fits = std::any_of(settings_.urls.begin(), settings_.urls.end(), [open](const std::string& glob) {
      return profile::fits_glob(open->url, glob);
    });
    if (fits) {
      fitting_.insert(event.conn);
    }
  }
  return fitting_.count(event.conn) > 0;
}

Result<void> Inspection::check_found() const {
  if (events_ == 0) {
    return fail(
        ErrorKind::local,
        fmt::format(
            "capture {}: {}", settings_.name, damages_ > 0 ? "no event in it can be read" : "no event is in it"),
        damages_ > 0 ? "" : "its writer was stopped before the first, or nothing was opened");
  }
  if (conn_seen_ || (settings_.conns.empty() && settings_.urls.empty())) {
    return {};
  }
  if (!settings_.urls.empty()) {
    return fail(ErrorKind::usage,
                fmt::format("option --url: no connection to {} in {}", fmt::join(settings_.urls, ", "), settings_.name),
                "* stands for any text; --output sessions lists what is in it");
  }
  return fail(
      ErrorKind::usage,
      fmt::format("option --conn: no connection {} in {}", fmt::join(settings_.conns, ", "), settings_.name),
      fmt::format("it holds {}", last_conn_ < 2 ? "connection 1" : fmt::format("connections 1 to {}", last_conn_)));
}

void Inspection::flush() {
  if (recorded_) {
    recorded_->pipeline().flush();
  }
}

void Inspection::end_run(int signal) {
  if (!recorded_ || events_of_run_ == 0) {
    return;
  }
  const session::Verdict verdict = recorded_->pipeline().finish(0);
  for (const Error& error : recorded_->pipeline().sink_errors()) {
    talk(error_text(error));
  }
  diagnose::RunOutcome outcome;
  outcome.signal = signal;
  outcome.reports_on_file = true;
  outcome.local_failure = !recorded_->pipeline().sink_errors().empty() || damages_ > 0;
  outcome.fail_on = settings_.output.fail_on;
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
