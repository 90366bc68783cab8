#include "capture/writer.hpp"
#include "report/out_buffer.hpp"
#include "report/renderers.hpp"

#include <cstddef>
#include <string>

namespace whydrop::report {
namespace {

/// Every event as a line of a capture, opinions included.
class NdjsonRenderer final : public session::EventSink {
 public:
  NdjsonRenderer(const Style& style, ByteSink& data) : quiet_(style.quiet), buffer_(data) {}

  Result<void> on_event(const session::Event& event) override {
    const bool verdict = std::holds_alternative<session::Verdict>(event.body);
    if (verdict && event.conn != 0) {
      release();
      ++connections_;
      capture::append_event(held_, event);
      return {};
    }
    if (!verdict || connections_ != 1) {
      release();
    }
    held_.clear();
    if (!quiet_ || verdict) {
      capture::append_event(buffer_.text(), event);
    }
    return buffer_.drain();
  }
  Result<void> flush() override { return buffer_.flush(); }

 private:
  void release() {
    buffer_.text() += held_;
    held_.clear();
  }

  bool quiet_;
  // A connection's verdict waits for what follows: where it was the only one, the run's verdict says the same.
  std::string held_;
  std::size_t connections_ = 0;
  OutBuffer buffer_;
};

}  // namespace

std::unique_ptr<session::EventSink> make_ndjson_renderer(const Style& style, ByteSink& data) {
  return std::make_unique<NdjsonRenderer>(style, data);
}

}  // namespace whydrop::report
