#pragma once

#include "wire/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace whydrop::wire {

/// Decodes one direction of a WebSocket byte stream. Call feed(), then next() until it is empty; call finish() once at
/// the end of the stream. Never rejects input; see rules/. Views handed out are valid until the next call of feed().
/// A frame that lies whole in one fed chunk and is unmasked is handed out as a view into that chunk (no copy).
/// Whole, byte by byte and randomly split feeds give the same items; the extents of all items are contiguous and sum to
/// the bytes fed. RFC 6455 section 5.2.
class FrameDecoder {
 public:
  using Item = std::variant<Frame, Undecoded>;

  /// `max_payload`: how many bytes of a frame's payload are kept (the rest is counted, not stored).
  explicit FrameDecoder(std::size_t max_payload);

  /// Gives the decoder the next bytes. `chunk` must stay valid until next() has returned empty.
  void feed(std::string_view chunk);
  std::optional<Item> next();
  /// Tells what of a frame was under way when the stream ended; empty if it ended between frames.
  std::optional<PartialFrame> finish();

  /// True while a header or payload is incomplete.
  bool in_frame() const;
  std::uint64_t bytes_fed() const { return fed_; }

 private:
  std::uint64_t fed_ = 0;
  // (implementation members)
};

}  // namespace whydrop::wire
