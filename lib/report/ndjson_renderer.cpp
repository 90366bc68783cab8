#include "capture/writer.hpp"
#include "report/out_buffer.hpp"
#include "report/renderers.hpp"

namespace whydrop::report {
namespace {

/// Every event as a line of a capture, opinions included.
class NdjsonRenderer final : public session::EventSink {
 public:
  NdjsonRenderer(const Style& style, ByteSink& data) : quiet_(style.quiet), buffer_(data) {}

  Result<void> on_event(const session::Event& event) override {
    if (!quiet_ || std::holds_alternative<session::Verdict>(event.body)) {
      capture::append_event(buffer_.text(), event);
    }
    return buffer_.drain();
  }
  Result<void> flush() override { return buffer_.flush(); }

 private:
  bool quiet_;
  OutBuffer buffer_;
};

}  // namespace

std::unique_ptr<session::EventSink> make_ndjson_renderer(const Style& style, ByteSink& data) {
  return std::make_unique<NdjsonRenderer>(style, data);
}

}  // namespace whydrop::report
