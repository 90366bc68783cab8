#include "run/inspect.hpp"

#include "base/try.hpp"
#include "capture/har.hpp"
#include "capture/reader.hpp"
#include "capture/sniff.hpp"
#include "os/input_file.hpp"
#include "report/progress.hpp"
#include "report/report.hpp"
#include "run/inspection.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace whydrop::run {
namespace {

constexpr std::size_t kBlock = 256U << 10;
constexpr std::chrono::milliseconds kFollowEvery{100};
constexpr std::int64_t kProgressEveryNs = 250'000'000;

using Block = std::array<char, kBlock>;

/// A status line on standard error, where that is a terminal and standard output does not scroll it away.
class ReadingLine {
 public:
  ReadingLine(const Output& output, const Host& host)
      : host_(host),
        shown_(host.err.is_terminal() &&
               (!report::row_of(output.kind).scrolls || output.quiet || !host.out.is_terminal())) {}
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
      : settings_(settings), host_(host), stopped_by_(stopped_by), input_(std::move(input)), inspection_(inspection) {}

  /// `head`: what was read of it already.
  Result<void> capture(std::string_view head);
  Result<void> har(std::string_view head);

 private:
  Result<std::size_t> read(char* to, std::size_t size) {
    return stopped_by_() != 0 ? Result<std::size_t>(0) : input_.read(to, size);
  }
  Result<bool> take_all(capture::Reader& reader);
  bool wait_for_more();

  const InspectSettings& settings_;
  const Host& host_;
  const std::function<int()>& stopped_by_;
  os::InputFile input_;
  Inspection& inspection_;
};

/// Waits for the file to grow; false if it is time to stop.
bool Reading::wait_for_more() {
  inspection_.flush();
  return host_.out.pause(kFollowEvery) && stopped_by_() == 0;
}

/// Takes all that the reader has; false where nothing more is wanted.
Result<bool> Reading::take_all(capture::Reader& reader) {
  while (!inspection_.reader_gone() && stopped_by_() == 0) {
    auto item = reader.next();
    WHYDROP_TRY(item);
    if (!*item) {
      return true;
    }
    inspection_.take(**item);
  }
  return false;
}

Result<void> Reading::capture(std::string_view head) {
  capture::Reader reader(settings_.file);
  ReadingLine progress(settings_.output, host_);
  const auto block = std::make_unique<Block>();
  bool ended = head.empty();
  std::string_view bytes = head;
  while (true) {
    if (ended && !(settings_.follow && wait_for_more())) {
      reader.end();
      return take_all(reader).map([](bool) {});
    }
    reader.feed(bytes);
    const auto more = take_all(reader);
    WHYDROP_TRY(more);
    if (!*more) {
      return {};
    }
    progress.update(input_, inspection_.frames());
    const auto count = read(block->data(), block->size());
    WHYDROP_TRY(count);
    ended = *count == 0;
    bytes = {block->data(), *count};
  }
}

Result<void> Reading::har(std::string_view head) {
  const auto source = [&](char* to, std::size_t size) -> Result<std::size_t> {
    if (head.empty()) {
      return read(to, size);
    }
    const std::size_t count = head.copy(to, size);
    head.remove_prefix(count);
    return count;
  };
  return capture::read_har(settings_.file, source, [&](const auto& item) { inspection_.take(item); });
}

}  // namespace

Result<int> inspect(const InspectSettings& settings, const Host& host, const std::function<int()>& stopped_by) {
  auto selector = capture::Selector::make(settings.filter);
  WHYDROP_TRY(selector);
  auto input = os::InputFile::open(settings.file);
  WHYDROP_TRY(input);
  const auto block = std::make_unique<Block>();
  const auto count = input->read(block->data(), block->size());
  WHYDROP_TRY(count);
  const std::string_view head(block->data(), *count);
  const bool har = capture::looks_like_har(head);
  Inspection inspection(host,
                        {settings.output,
                         settings.reveal,
                         settings.secrets,
                         har,
                         settings.file,
                         settings.filter.conns,
                         settings.profile,
                         settings.recognise},
                        std::move(*selector));
  Reading reading(settings, host, stopped_by, std::move(*input), inspection);
  const auto read = har ? reading.har(head) : reading.capture(head);
  if (const auto found = inspection.check_found(); read && !found && stopped_by() == 0) {
    return tl::unexpected<Error>(found.error());
  }
  const int code = inspection.finish(stopped_by());
  return read.map([code] { return code; });
}

}  // namespace whydrop::run
