#include "wire/deflate.hpp"

#include "base/units.hpp"

#include <algorithm>
#include <array>

#include <zlib.h>

namespace whydrop::wire {
namespace {

/// A negative size asks zlib for raw deflate.
constexpr int kRawWindow = -15;
constexpr std::size_t kPiece = 64U << 10;
/// The first room for a message; most are smaller.
constexpr std::size_t kFirstRoom = 4U << 10;
/// Room that is kept from one message for the next.
constexpr std::size_t kKeptRoom = 4U << 20;
/// zlib's own default for the deflater's hash tables.
constexpr int kMemoryLevel = 8;
/// inflate() sets this bit of data_type where it stands between two blocks.
constexpr int kBetweenBlocks = 128;
/// zlib takes the size of its input as 32 bits.
constexpr std::size_t kMaxInput = 1U << 30;

// zlib's interface is not const-correct: it never writes to its input.
Bytef* input(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

struct Inflater::Impl {
  Options options;
  z_stream stream{};
  std::string content;  ///< grows in pieces; `kept` of it is filled
  std::size_t kept = 0;
  std::uint64_t length = 0;
  std::string error;    ///< of the message under way
  bool broken = false;  ///< the window is lost for good
  bool between_messages = true;
  bool empty = true;  ///< no payload byte of the message under way came
  std::array<char, kPiece> discarded{};

  explicit Impl(Options given) : options(given) {
    if (inflateInit2(&stream, kRawWindow) != Z_OK) {
      broken = true;
    }
  }
  ~Impl() { inflateEnd(&stream); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void fail(std::string why) {
    if (error.empty()) {
      error = std::move(why);
      broken = broken || options.context_takeover;
    }
  }

  /// Where the next bytes go: behind the kept ones, or, past the cap, to a place that nobody reads.
  std::pair<char*, std::size_t> room() {
    if (kept < options.max_content) {
      if (kept == content.size()) {
        content.resize(std::min(options.max_content, std::max(kFirstRoom, 2 * content.size())));
      }
      return {content.data() + kept, std::min(content.size() - kept, kMaxInput)};
    }
    return {discarded.data(), discarded.size()};
  }

  void count(const char* to, std::size_t produced) {
    length += produced;
    kept += to == discarded.data() ? 0 : produced;
    if (length > options.max_length) {
      // Where inflate() stopped depends on how its input was split; what is told must not.
      length = options.max_length;
      kept = static_cast<std::size_t>(std::min<std::uint64_t>(kept, length));
      fail("it is larger than " + format_size(options.max_length) + " and was given up");
    }
  }

  /// Runs inflate() once; false if the input is used up or the message failed.
  bool step() {
    const auto [to, size] = room();
    stream.next_out = reinterpret_cast<Bytef*>(to);
    stream.avail_out = static_cast<uInt>(size);
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    count(to, size - stream.avail_out);
    if (result == Z_STREAM_END) {
      // A block marked as final ends zlib's stream but not the message; the window stays. RFC 7692 section 7.2.3.4.
      inflateResetKeep(&stream);
      return error.empty() && stream.avail_in > 0;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) {
      fail(std::string("it is not deflate data: ") + (stream.msg != nullptr ? stream.msg : zError(result)));
    }
    return error.empty() && (stream.avail_in > 0 || stream.avail_out == 0);
  }

  void feed(std::string_view bytes) {
    while (!bytes.empty() && error.empty()) {
      const std::string_view part = bytes.substr(0, kMaxInput);
      bytes.remove_prefix(part.size());
      stream.next_in = input(part);
      stream.avail_in = static_cast<uInt>(part.size());
      while (step()) {
      }
    }
  }

  /// The first call after finish() begins a message; what finish() handed out ends there.
  void begin() {
    if (!between_messages) {
      return;
    }
    between_messages = false;
    empty = true;
    kept = 0;
    length = 0;
    error = broken ? "an earlier message could not be inflated" : "";
    if (content.size() > kKeptRoom) {
      content = {};
    }
  }

  /// In a message that was cut short the tail is taken for content, or for nonsense: what it gives is left out.
  void feed_tail() {
    const std::size_t kept_before = kept;
    const std::uint64_t length_before = length;
    feed(kMessageTail);
    if (!error.empty() || (stream.data_type & kBetweenBlocks) == 0) {
      error.clear();
      fail("it ends inside a deflate block");
      kept = kept_before;
      length = length_before;
    }
  }

  InflatedMessage finish() {
    begin();
    // No payload stands for no content, as other endpoints take it; the tail alone would be half a block.
    if (error.empty() && !empty) {
      feed_tail();
    }
    if (!options.context_takeover) {
      inflateReset(&stream);
    }
    between_messages = true;
    return {std::string_view(content).substr(0, kept), length, error};
  }
};

Inflater::Inflater(Options options) : impl_(std::make_unique<Impl>(options)) {}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

void Inflater::feed(std::string_view payload) {
  impl_->begin();
  impl_->empty = impl_->empty && payload.empty();
  impl_->feed(payload);
}

void Inflater::lose(std::string_view why) {
  impl_->begin();
  impl_->fail(std::string(why));
}

InflatedMessage Inflater::finish() {
  return impl_->finish();
}

struct Deflater::Impl {
  Options options;
  z_stream stream{};

  explicit Impl(Options given) : options(given) {
    // zlib has no raw window of 256 bytes; output without any distance is legal for every window.
    const bool smallest = options.window_bits <= 8;
    const int bits = std::clamp(options.window_bits, 9, 15);
    deflateInit2(&stream,
                 Z_DEFAULT_COMPRESSION,
                 Z_DEFLATED,
                 -bits,
                 kMemoryLevel,
                 smallest ? Z_HUFFMAN_ONLY : Z_DEFAULT_STRATEGY);
  }
  ~Impl() { deflateEnd(&stream); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void compress_part(std::string_view part, int flush, std::string& out) {
    stream.next_in = input(part);
    stream.avail_in = static_cast<uInt>(part.size());
    do {
      const std::size_t old_size = out.size();
      out.resize(old_size + std::max(kFirstRoom, part.size() / 2));
      const std::size_t room = std::min(out.size() - old_size, kMaxInput);
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + old_size);
      stream.avail_out = static_cast<uInt>(room);
      deflate(&stream, flush);
      out.resize(old_size + room - stream.avail_out);
    } while (stream.avail_out == 0);
  }
};

Deflater::Deflater(Options options) : impl_(std::make_unique<Impl>(options)) {}
Deflater::~Deflater() = default;
Deflater::Deflater(Deflater&&) noexcept = default;
Deflater& Deflater::operator=(Deflater&&) noexcept = default;

std::string Deflater::compress(std::string_view message) {
  std::string out;
  do {
    const std::string_view part = message.substr(0, kMaxInput);
    message.remove_prefix(part.size());
    impl_->compress_part(part, message.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH, out);
  } while (!message.empty());
  if (!impl_->options.context_takeover) {
    deflateReset(&impl_->stream);
  }
  // zlib writes nothing for two flushes in a row; an empty message is one empty block. RFC 7692 section 7.2.3.6.
  if (out.size() < kMessageTail.size()) {
    return std::string(1, '\0');
  }
  out.resize(out.size() - kMessageTail.size());
  return out;
}

}  // namespace whydrop::wire
