#include "capture/writer.hpp"

#include "base/text_scan.hpp"
#include "capture/plain_lines.hpp"

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace whydrop::capture {
namespace {

/// What a killed process may lose at most, together with the flush before each wait.
constexpr std::size_t kBufferSize = 256U << 10;
constexpr std::size_t kCapacity = kBufferSize + PlainLines::room(TextScan::kMost);

/// Bytes on their way to a sink. Nothing is zeroed that is written over anyway.
class Buffer {
 public:
  explicit Buffer(std::size_t capacity) : bytes_(new char[capacity]), capacity_(capacity) {}

  /// Where `size` bytes can be put.
  char* room(std::size_t size) {
    if (capacity_ - size_ < size) {
      grow(size);
    }
    return bytes_.get() + size_;
  }
  /// What was put ends here.
  void end_at(const char* end) { size_ = static_cast<std::size_t>(end - bytes_.get()); }
  void append(std::string_view bytes) {
    std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void clear() { size_ = 0; }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  void grow(std::size_t size) {
    capacity_ = size_ + size + capacity_ / 2;
    std::unique_ptr<char[]> larger(new char[capacity_]);
    std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_, size_ = 0;
};

}  // namespace

struct Writer::Impl {
  ByteSink& out;
  MakeHeader header;  ///< null once it was written
  bool with_opinions;
  Buffer buffer{kCapacity}, lent{kCapacity};  ///< lent: what may still be being written
  PlainLines plain{};
  std::string line{}, lent_line{};  ///< any other

  void begin();
  bool put_plain(const session::Event& event);
  Result<void> empty_buffer();
  Result<void> write_line();
};

void Writer::Impl::begin() {
  if (const MakeHeader make = std::exchange(header, nullptr)) {
    CaptureHeader made = make();
    made.minor = kMinorVersion;
    line.clear();
    append_header(line, made);
    buffer.append(line);
  }
}

bool Writer::Impl::put_plain(const session::Event& event) {
  const auto* frame = std::get_if<session::Frame>(&event.body);
  if (frame == nullptr || frame->payload.size() > TextScan::kMost) {
    return false;
  }
  const char* const end = plain.put(buffer.room(PlainLines::room(frame->payload.size())), event, *frame);
  if (end != nullptr) {
    buffer.end_at(end);
  }
  return end != nullptr;
}

Result<void> Writer::Impl::empty_buffer() {
  begin();
  auto done = out.write_lent(buffer.view());
  // What is lent may still be being written: it is touched only once the next piece is taken.
  if (!buffer.view().empty()) {
    std::swap(buffer, lent);
    buffer.clear();
  }
  return done;
}

/// A line that is longer than what is kept together.
Result<void> Writer::Impl::write_line() {
  if (auto done = empty_buffer(); !done) {
    return done;
  }
  std::swap(line, lent_line);
  return out.write_lent(lent_line);
}

Writer::Writer(ByteSink& out, const CaptureHeader& header, bool with_opinions)
    : Writer(
          out, [header] { return header; }, with_opinions) {}

Writer::Writer(ByteSink& out, MakeHeader header, bool with_opinions)
    : impl_(std::make_unique<Impl>(Impl{out, std::move(header), with_opinions})) {}

Writer::~Writer() = default;

Result<void> Writer::on_event(const session::Event& event) {
  if (!impl_->with_opinions && session::is_opinion(event.body)) {
    return {};
  }
  impl_->begin();
  if (!impl_->put_plain(event)) {
    impl_->line.clear();
    append_event(impl_->line, event, Members::needed);
    if (impl_->line.size() >= kBufferSize) {
      return impl_->write_line();
    }
    impl_->buffer.append(impl_->line);
  }
  return impl_->buffer.view().size() >= kBufferSize ? impl_->empty_buffer() : Result<void>{};
}

bool Writer::wants_messages() const {
  return impl_->with_opinions;
}

Result<void> Writer::flush() {
  return impl_->empty_buffer();
}

}  // namespace whydrop::capture
