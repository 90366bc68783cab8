#include "capture/writer.hpp"

#include <utility>

namespace whydrop::capture {
namespace {

/// What a killed process may lose at most, together with the flush before each wait.
constexpr std::size_t kBufferSize = 256U << 10;

}  // namespace

struct Writer::Impl {
  ByteSink& out;
  MakeHeader header;  ///< null once it was written
  bool with_opinions;
  std::string buffer;

  void begin();
  Result<void> empty_buffer();
};

void Writer::Impl::begin() {
  if (const MakeHeader make = std::exchange(header, nullptr)) {
    append_header(buffer, make());
  }
}

Result<void> Writer::Impl::empty_buffer() {
  begin();
  if (buffer.empty()) {
    return {};
  }
  auto done = out.write(buffer);
  buffer.clear();
  return done;
}

Writer::Writer(ByteSink& out, const CaptureHeader& header, bool with_opinions)
    : Writer(
          out, [header] { return header; }, with_opinions) {}

Writer::Writer(ByteSink& out, MakeHeader header, bool with_opinions)
    : impl_(std::make_unique<Impl>(Impl{out, std::move(header), with_opinions, {}})) {
  impl_->buffer.reserve(kBufferSize + 4096);
}

Writer::~Writer() = default;

Result<void> Writer::on_event(const session::Event& event) {
  if (!impl_->with_opinions && session::is_opinion(event.body)) {
    return {};
  }
  impl_->begin();
  append_event(impl_->buffer, event);
  return impl_->buffer.size() >= kBufferSize ? impl_->empty_buffer() : Result<void>{};
}

Result<void> Writer::flush() {
  return impl_->empty_buffer();
}

}  // namespace whydrop::capture
