#include "capture/writer.hpp"

#include "base/text_scan.hpp"
#include "capture/plain_lines.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace whydrop::capture {
namespace {

/// What a killed process may lose at most, together with the flush before each wait.
constexpr std::size_t kBufferSize = 256U << 10;
constexpr std::size_t kCapacity = kBufferSize + PlainLines::room(TextScan::kMost);
/// What the line takes that says that the limit was reached.
constexpr std::uint64_t kLimitLine = 160;

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
  WriterLimit limit{};
  std::uint64_t most = UINT64_MAX, given = 0;  ///< bytes of events: that fit, that were handed out of the buffer
  bool full = false;

  void begin();
  /// Null: it is no such event.
  std::optional<bool> put_plain(const session::Event& event);
  bool fits(std::uint64_t more) const { return more <= most && given + buffer.view().size() <= most - more; }
  Result<void> end_at_limit(const session::Event& left_out);
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
    most = limit.bytes == UINT64_MAX ? limit.bytes : std::max(limit.bytes, kLimitLine) - kLimitLine + line.size();
  }
}

/// False where its line does not fit.
std::optional<bool> Writer::Impl::put_plain(const session::Event& event) {
  const auto* frame = std::get_if<session::Frame>(&event.body);
  if (frame == nullptr || frame->payload.size() > TextScan::kMost) {
    return std::nullopt;
  }
  char* const begin = buffer.room(PlainLines::room(frame->payload.size()));
  const char* const end = plain.put(begin, event, *frame);
  if (end == nullptr) {
    return std::nullopt;
  }
  const bool fit = fits(static_cast<std::uint64_t>(end - begin));
  if (fit) {
    buffer.end_at(end);
  }
  return fit;
}

Result<void> Writer::Impl::end_at_limit(const session::Event& left_out) {
  full = true;
  line.clear();
  append_limit(line, left_out, limit.bytes);
  buffer.append(line);
  auto done = empty_buffer();
  if (limit.on_reached) {
    limit.on_reached();
  }
  return done;
}

Result<void> Writer::Impl::empty_buffer() {
  begin();
  auto done = out.write_lent(buffer.view());
  // What is lent may still be being written: it is touched only once the next piece is taken.
  if (!buffer.view().empty()) {
    given += buffer.view().size();
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
  given += lent_line.size();
  return out.write_lent(lent_line);
}

Writer::Writer(ByteSink& out, const CaptureHeader& header, bool with_opinions)
    : Writer(
          out, [header] { return header; }, with_opinions) {}

Writer::Writer(ByteSink& out, MakeHeader header, bool with_opinions, WriterLimit limit)
    : impl_(std::make_unique<Impl>(Impl{out, std::move(header), with_opinions})) {
  impl_->limit = std::move(limit);
}

Writer::~Writer() = default;

Result<void> Writer::on_event(const session::Event& event) {
  if (impl_->full || (!impl_->with_opinions && session::is_opinion(event.body))) {
    return {};
  }
  impl_->begin();
  const auto plain = impl_->put_plain(event);
  if (plain == false) {
    return impl_->end_at_limit(event);
  }
  if (!plain) {
    impl_->line.clear();
    append_event(impl_->line, event, Members::needed);
    if (!impl_->fits(impl_->line.size())) {
      return impl_->end_at_limit(event);
    }
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
