// Rule of this module: run/ joins the concrete parts of one run. It knows no option, has of its process only what a
// Host gives it, and prints through the run's sinks only.
#pragma once

#include "base/result.hpp"
#include "capture/redactor.hpp"
#include "capture/writer.hpp"
#include "diagnose/exit_code.hpp"
#include "engine/pipeline.hpp"
#include "os/background_sink.hpp"
#include "profile/dialects.hpp"
#include "report/report.hpp"
#include "run/host.hpp"
#include "run/html_file.hpp"
#include "run/output.hpp"
#include "run/profile_context.hpp"
#include "run/progress.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::run {

class CaptureFolder;

/// The parts of a run that connects, joined: loop, pipeline, and its sinks in order (renderer, capture).
class SessionRun {
 public:
  struct Settings {
    Output output;
    Capture capture;
    Secrets secrets;
    std::vector<std::uint16_t> expect_close;
    std::uint64_t max_message = 64U << 20;
    ProfileContext* profile = nullptr;       ///< the one in use; not owned; null: none
    std::vector<std::string> secret_keys{};  ///< members whose values are masked, besides the well-known
    bool recognise = true;                   ///< where none is in use, one that the session is like may be
    bool silent = false;                     ///< events are not printed: the command says itself what happened
  };
  /// `host` must outlive it. Errors: local, for a capture that cannot be made.
  static Result<std::unique_ptr<SessionRun>> make(const Host& host, const Settings& settings);
  ~SessionRun();
  SessionRun(const SessionRun&) = delete;
  SessionRun& operator=(const SessionRun&) = delete;

  const Host& host() const { return host_; }
  engine::Loop& loop() { return network_->loop(); }
  Network& network() { return *network_; }
  engine::Pipeline& pipeline() { return *pipeline_; }
  ByteSink& data() { return data_; }
  bool quiet() const { return settings_.output.quiet; }
  /// True where what is shown has colours.
  bool colored() const { return make_style(settings_.output, host_.environment, data_).color; }
  /// Path of the capture that is being written; empty: there is none.
  std::string capture_path() const;
  /// Called (on the loop) once the reader of standard output is gone.
  void on_reader_gone(std::function<void()> handler);
  /// Where both streams go instead, as long as a prompt holds the terminal; null: to themselves.
  void divert(std::function<void(std::string_view)> to);
  /// True if `line` holds what is masked, also where --reveal shows it. From any thread.
  bool holds_secret(std::string_view line) const;
  /// The values of the profile in use; null without one.
  profile::Bindings* bindings() const {
    return settings_.profile != nullptr ? &settings_.profile->bindings() : nullptr;
  }
  /// The profile in use; null without one.
  std::shared_ptr<const profile::Profile> profile() const {
    return settings_.profile != nullptr ? settings_.profile->share() : nullptr;
  }
  /// A line to standard error, its secrets masked.
  void talk(const std::string& line);
  /// One more value to mask from now on, in what is recorded, shown and said.
  void hide(const capture::Secret& secret);
  /// Emits the run's verdict, reports failures of ours, and returns the exit code. Of `outcome` it fills in what the
  /// settings and the sinks say.
  int finish(diagnose::RunOutcome outcome, const std::optional<Error>& input_error = std::nullopt);

 private:
  SessionRun(const Host& host, const Settings& settings);
  Result<void> add_renderer(report::Style style);
  void settle();
  Result<void> add_capture(const std::vector<capture::Secret>& secrets);
  Result<void> add_report(const std::vector<capture::Secret>& secrets);

  engine::PipelineOptions pipeline_options(const std::vector<capture::Secret>& secrets);
  capture::CaptureHeader make_header(const std::vector<capture::Secret>& secrets) const;
  void add_variables(capture::CaptureHeader& header) const;
  void keep_secret(const capture::Secret& secret);
  void tell_capture_ended();

  Settings settings_;
  const Host& host_;
  std::unique_ptr<Network> network_;
  std::string started_;  ///< RFC 3339, as it is written: what is judged by it is the same from a capture
  os::Stream& data_;     ///< what events are shown on
  os::Stream& talk_;
  profile::Dialects dialects_;
  mutable std::mutex secrecy_mutex_;  ///< the prompt's thread asks, the loop's adds
  std::unique_ptr<capture::Redactor> secrecy_;
  std::unique_ptr<engine::Pipeline> pipeline_;
  std::unique_ptr<session::EventSink> renderer_;
  std::optional<capture::Selector> selector_;         ///< null: all is shown
  std::unique_ptr<capture::SelectingSink> selected_;  ///< before the renderer, where there is a selector
  std::unique_ptr<ProgressLine> progress_;
  std::unique_ptr<os::FdSink> capture_file_;
  std::unique_ptr<os::BackgroundSink> capture_thread_;  ///< null where the capture is no file
  std::unique_ptr<session::EventSink> capture_;
  const CaptureFolder* capture_folder_ = nullptr;  ///< `capture_`, where it is one
  std::unique_ptr<HtmlFile> report_;               ///< null: none is written
};

}  // namespace whydrop::run
