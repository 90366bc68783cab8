#pragma once

#include "base/byte_sink.hpp"
#include "base/result.hpp"
#include "capture/writer.hpp"
#include "session/sink.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace whydrop::report {

/// Writes sessions as one HTML file that needs nothing else: what stands in lib/report/page/, and behind it the data, a
/// JSON object a line, which a script of ours draws. No byte of the data can end the element that it stands in, and the
/// file's Content-Security-Policy lets no other script run. It is written from its beginning to its end, and whole at
/// any time but for the last line: what a run that was killed has written opens all the same.
class HtmlDocument {
 public:
  /// `out` must outlive it.
  explicit HtmlDocument(ByteSink& out) : out_(out) {}
  HtmlDocument(const HtmlDocument&) = delete;
  HtmlDocument& operator=(const HtmlDocument&) = delete;

  /// JSON objects, each ended by "\n". docs/report.md says which there are.
  Result<void> add(std::string_view lines);
  Result<void> end();

 private:
  Result<void> begin();

  ByteSink& out_;
  bool begun_ = false;
  std::string safe_;
};

/// One run's events in a document: the lines of a capture with opinions, and after each verdict its short form. A
/// message that is one frame is told by its frame. Of more than kMostHead bytes of frames the first are kept and the
/// last, and a line says how many are not there.
class HtmlSink final : public session::EventSink {
 public:
  using MakeHeader = std::function<capture::CaptureHeader()>;
  /// `header` is asked before the first event; `document` must outlive it.
  HtmlSink(HtmlDocument& document, MakeHeader header) : document_(document), header_(std::move(header)) {}

  Result<void> on_event(const session::Event& event) override;
  Result<void> flush() override;

  /// Bytes of a payload that are kept of each frame.
  static constexpr std::size_t kMostOfPayload = 64U << 10;
  static constexpr std::size_t kMostHead = 64U << 20;
  static constexpr std::size_t kMostTail = 16U << 20;

 private:
  void put_frame(const session::Event& event);
  void put_verdict(const session::Event& event, const session::Verdict& verdict);
  void release_tail();

  HtmlDocument& document_;
  MakeHeader header_;     ///< null once it was written
  std::string lines_;     ///< on their way
  std::size_t head_ = 0;  ///< bytes of frames that were not left to wait
  std::deque<std::string> tail_;
  std::size_t tail_size_ = 0;  ///< bytes
  std::uint64_t left_out_ = 0;
};

}  // namespace whydrop::report
