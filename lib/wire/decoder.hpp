#pragma once

#include "wire/frame.hpp"
#include "wire/mask.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace whydrop::wire {

/// Decodes one direction of a WebSocket byte stream. Call feed(), then next() until it is empty; at the end of the
/// stream under_way() tells what was cut. Never rejects input; see rules/. Views handed out are valid until the next
/// call of feed().
/// A frame that lies whole in one fed chunk and is unmasked is handed out as a view into that chunk (no copy).
/// Whole, byte by byte and randomly split feeds give the same items (Undecoded bytes: the same once joined); the
/// extents of all items are contiguous and sum to the bytes fed. RFC 6455 section 5.2.
class FrameDecoder {
 public:
  using Item = std::variant<Frame, Undecoded>;

  /// `max_payload`: how many bytes of a frame's payload are kept (the rest is counted, not stored).
  explicit FrameDecoder(std::size_t max_payload);

  /// Gives the decoder the next bytes. `chunk` must stay valid until next() has returned empty.
  void feed(std::string_view chunk);
  std::optional<Item> next();
  /// The fast path of next(): takes a frame that begins and ends in the chunk. False, and nothing is taken, where there
  /// is none: next() tells what is.
  bool next_whole(Frame& frame) { return head_size_ == 0 && !lost_ && take_whole_frame(frame); }
  /// What came so far of the frame that is not whole; empty between frames. At the end of the stream: what was cut.
  std::optional<PartialFrame> under_way() const;

  /// True while a header or payload is incomplete.
  bool in_frame() const { return head_size_ > 0; }
  /// The payload's length that the frame under way declares; empty between frames and while its header is incomplete.
  std::optional<std::uint64_t> length_under_way() const {
    return head_size_ > 0 && has_header_ ? std::optional(header_.length) : std::nullopt;
  }
  /// True once framing was lost: every later byte of this direction is Undecoded.
  bool lost() const { return lost_; }
  std::uint64_t bytes_fed() const { return fed_; }

 private:
  static constexpr std::size_t kMaxHeaderSize = 14;

  bool take_whole_frame(Frame& frame);
  std::string_view unmask(std::string_view payload, const MaskingKey& key);
  std::optional<Item> next_part();
  bool take_header_part();
  void begin_carry();
  bool take_payload_part();
  Frame finish_carried();
  Undecoded give_up();
  std::size_t kept(std::uint64_t size) const;

  std::size_t max_payload_;
  std::uint64_t fed_ = 0;
  std::string_view chunk_;
  std::size_t at_ = 0;                       ///< in chunk_: the first byte that is not decoded yet
  std::uint64_t offset_ = 0;                 ///< of the frame that is under way or comes next
  std::array<char, kMaxHeaderSize> head_{};  ///< raw header of the frame that is under way
  std::size_t head_size_ = 0;                ///< bytes of it that came; 0 between frames
  bool has_header_ = false;
  bool lost_ = false;
  FrameHeader header_;
  std::uint64_t payload_have_ = 0;  ///< bytes of the payload that came
  std::vector<char> carry_;         ///< kept payload of a frame that spans chunks, unmasked
  std::vector<char> spent_;         ///< the carry that was handed out last; its view is still valid
  std::vector<char> unmasked_;      ///< where masked payloads of chunk_ are unmasked, at the place they have there
};

}  // namespace whydrop::wire
