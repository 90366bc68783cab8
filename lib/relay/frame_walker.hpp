#pragma once

#include "wire/frame.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace whydrop::relay {

/// A piece of one frame, as it lies in the bytes.
struct FramePiece {
  std::uint64_t number = 0;  ///< of the frame in its direction, from 1
  wire::Opcode opcode = wire::Opcode::text;
  bool begins = false, ends = false;  ///< the frame
  bool ends_message = false;          ///< it ends a data message
  std::uint64_t offset = 0;           ///< of the piece in its frame
  std::size_t header = 0;             ///< bytes of the piece that are the frame's header
  std::string_view bytes;
};

/// Finds the frames in a direction's bytes and keeps none of them but a header that is not whole. Total: lengths are
/// believed, whatever they are. RFC 6455 section 5.2.
class FrameWalker {
 public:
  using OnPiece = std::function<void(const FramePiece&)>;
  /// Gives all bytes in pieces of one frame each, a header in one piece.
  void feed(std::string_view bytes, const OnPiece& on_piece);
  /// A header that is not whole.
  const std::string& held() const { return header_; }

 private:
  std::string header_;
  FramePiece frame_;
  std::uint64_t left_ = 0;  ///< of the payload under way
  bool in_frame_ = false, fin_ = false;
};

}  // namespace whydrop::relay
