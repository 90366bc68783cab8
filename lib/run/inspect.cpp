#include "run/inspect.hpp"

#include "base/try.hpp"
#include "evidence/evidence.hpp"
#include "os/input_file.hpp"
#include "os/rereadable_file.hpp"
#include "report/progress.hpp"
#include "report/report.hpp"
#include "run/decrypt.hpp"
#include "run/inspection.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace whydrop::run {
namespace {

constexpr std::chrono::milliseconds kFollowEvery{100};
constexpr std::int64_t kProgressEveryNs = 250'000'000;

/// A status line on standard error, where that is a terminal and standard output does not scroll it away.
class ReadingLine {
 public:
  ReadingLine(const Output& output, const Host& host)
      : host_(host),
        shown_(host.err.is_terminal() &&
               (!report::row_of(output.kind()).scrolls || output.quiet || !host.out.is_terminal())) {}
  ~ReadingLine() { write("\r\x1b[K"); }
  ReadingLine(const ReadingLine&) = delete;
  ReadingLine& operator=(const ReadingLine&) = delete;

  void update(const os::InputFile& input, std::uint64_t frames) {
    if (!shown_ || host_.now_ns() - last_ns_ < kProgressEveryNs) {
      return;
    }
    last_ns_ = host_.now_ns();
    report::Progress progress;
    progress.elapsed_ns = last_ns_ - began_ns_;
    progress.frames = frames;
    progress.bytes_done = input.done();
    progress.bytes_all = input.size();
    write("\r\x1b[K" + report::progress_line(progress, host_.err.width()));
  }

 private:
  void write(const std::string& text) const {
    if (shown_ && last_ns_ != began_ns_) {
      (void)host_.err.write(text);  // where it cannot be written there is nowhere left to say so
    }
  }

  const Host& host_;
  bool shown_;
  std::int64_t began_ns_ = host_.now_ns(), last_ns_ = began_ns_;
};

/// One reading of a file through an Inspection.
class Reading {
 public:
  Reading(const InspectSettings& settings,
          const Host& host,
          const std::function<int()>& stopped_by,
          os::InputFile input,
          Inspection& inspection)
      : settings_(settings),
        host_(host),
        stopped_by_(stopped_by),
        input_(std::move(input)),
        inspection_(inspection),
        progress_(settings.output, host) {}

  Result<void> all();

 private:
  Result<std::size_t> read(char* to, std::size_t size);
  bool wait_for_more();
  bool wants_more() const { return !inspection_.reader_gone() && stopped_by_() == 0; }

  const InspectSettings& settings_;
  const Host& host_;
  const std::function<int()>& stopped_by_;
  os::InputFile input_;
  Inspection& inspection_;
  ReadingLine progress_;
};

/// Waits for the file to grow; false if it is time to stop.
bool Reading::wait_for_more() {
  inspection_.flush();
  return host_.out.pause(kFollowEvery) && stopped_by_() == 0;
}

/// The file's next bytes; 0 where nothing more of it is wanted, too.
Result<std::size_t> Reading::read(char* to, std::size_t size) {
  progress_.update(input_, inspection_.frames());
  while (wants_more()) {
    const auto count = input_.read(to, size);
    if (!count || *count > 0 || !(settings_.follow && wait_for_more())) {
      return count;
    }
  }
  return 0;
}

Result<void> Reading::all() {
  const auto known = evidence_settings(settings_.file, settings_.keylog, host_);
  WHYDROP_TRY(known);
  auto file = evidence::open(
      settings_.file, [this](char* to, std::size_t size) { return read(to, size); }, *known);
  WHYDROP_TRY(file);
  while (true) {
    const auto item = (*file)->next();
    WHYDROP_TRY(item);
    if (!*item || !wants_more()) {
      return {};
    }
    inspection_.take(**item);
  }
}

/// True if the file is another program's record of several sessions; what is shown first of such a one is their list.
/// Reads up to the second.
bool holds_several(const std::string& path) {
  const auto file = os::RereadableFile::open(path);
  auto looked = file ? evidence::look(file->name(), file->read()) : tl::unexpected<Error>(file.error());
  if (!looked || looked->format == nullptr || looked->format->kind == evidence::Kind::capture) {
    return false;  // what cannot be read is said by whoever reads it
  }
  const auto reader = looked->format->read(file->name(), std::move(looked->source), {});
  for (int sessions = 0; sessions < 2;) {
    const auto item = reader->next();
    if (!item || !*item) {
      return false;
    }
    const auto* event = std::get_if<session::Event>(&**item);
    sessions += event != nullptr && std::holds_alternative<session::Open>(event->body) ? 1 : 0;
  }
  return true;
}

/// What is shown where nobody asked for anything.
Output chosen_output(const InspectSettings& settings) {
  Output output = settings.output;
  const bool whole = !capture::is_filter(settings.filter) && settings.urls.empty() && !settings.follow &&
                     output.verbosity == 0 && output.html.empty() && settings.file != "-";
  if (!output.asked && whole && holds_several(settings.file)) {
    output.asked = report::Output::sessions;
  }
  return output;
}

}  // namespace

Result<int> inspect(const InspectSettings& settings, const Host& host, const std::function<int()>& stopped_by) {
  auto selector = capture::Selector::make(settings.filter);
  WHYDROP_TRY(selector);
  auto input = os::InputFile::open(settings.file);
  WHYDROP_TRY(input);
  auto report =
      settings.output.html.empty() ? Result<std::unique_ptr<HtmlFile>>() : HtmlFile::open(settings.output.html);
  WHYDROP_TRY(report);
  Inspection inspection(host,
                        {chosen_output(settings),
                         settings.reveal,
                         settings.secrets,
                         settings.file,
                         settings.filter.conns,
                         settings.urls,
                         settings.profile,
                         settings.recognise,
                         nullptr,
                         report->get()},
                        std::move(*selector));
  Reading reading(settings, host, stopped_by, std::move(*input), inspection);
  const auto read = reading.all();
  if (const auto found = inspection.check_found(); read && !found && stopped_by() == 0) {
    return tl::unexpected<Error>(found.error());
  }
  const int code = inspection.finish(stopped_by());
  if (*report) {
    WHYDROP_TRY((*report)->end());
  }
  return read.map([code] { return code; });
}

}  // namespace whydrop::run
