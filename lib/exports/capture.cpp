#include "exports/exporter.hpp"

#include <optional>

namespace whydrop::exports {
namespace {

class CaptureExporter final : public Exporter {
 public:
  explicit CaptureExporter(ByteSink& out) : out_(out) {}

  session::EventSink& begin(const capture::CaptureHeader& header) override {
    if (writer_) {
      flushed_ = flushed_ ? writer_->flush() : flushed_;
    }
    return writer_.emplace(out_, header, false);
  }
  Result<void> end() override { return flushed_ && writer_ ? writer_->flush() : flushed_; }
  std::vector<std::string> left_out() const override { return {}; }

 private:
  ByteSink& out_;
  std::optional<capture::Writer> writer_;
  Result<void> flushed_;
};

}  // namespace

std::unique_ptr<Exporter> make_capture(ByteSink& out, const std::string& /*tool*/) {
  return std::make_unique<CaptureExporter>(out);
}

}  // namespace whydrop::exports
