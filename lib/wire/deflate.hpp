#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace whydrop::wire {

/// What a sender leaves out at the end of each message. RFC 7692 section 7.2.1.
inline constexpr std::string_view kMessageTail("\x00\x00\xFF\xFF", 4);

/// The content of one compressed message. `content` is borrowed: it is valid until the inflater is called again.
struct InflatedMessage {
  std::string_view content;  ///< the first bytes, up to the cap
  std::uint64_t length = 0;  ///< true size; where `error` is not empty, what came out before
  std::string error;         ///< why the message could not be inflated to its end, or empty
};

/// Inflates the compressed messages of one direction. Feed the payload of each of a message's frames in order, then
/// call finish(). Takes every window size: a larger window decodes what a smaller one encoded. Splits make no
/// difference. RFC 7692 section 7.2.2.
class Inflater {
 public:
  struct Options {
    bool context_takeover = true;              ///< later messages refer to earlier ones
    std::size_t max_content = 64U << 20;       ///< bytes of a message that are kept; the rest is counted
    std::uint64_t max_length = 1024ULL << 20;  ///< where a message is given up as a bomb
  };

  explicit Inflater(Options options);
  ~Inflater();
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;

  void feed(std::string_view payload);
  /// Says that payload bytes of the message under way are missing (a frame that was cut), so that it cannot be
  /// inflated, nor, with context takeover, any later one.
  void lose(std::string_view why);
  InflatedMessage finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Compresses the messages of one direction. RFC 7692 section 7.2.1.
class Deflater {
 public:
  struct Options {
    bool context_takeover = true;
    int window_bits = 15;  ///< 8 to 15, as negotiated
  };

  explicit Deflater(Options options);
  ~Deflater();
  Deflater(Deflater&&) noexcept;
  Deflater& operator=(Deflater&&) noexcept;

  /// The payload of one whole message, without the tail 00 00 FF FF.
  std::string compress(std::string_view message);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::wire
