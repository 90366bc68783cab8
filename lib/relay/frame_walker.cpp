#include "relay/frame_walker.hpp"

#include <algorithm>

namespace whydrop::relay {
namespace {

constexpr std::uint8_t kFin = 0x80, kMasked = 0x80, kOpcode = 0x0F, kLength = 0x7F;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

/// Bytes of the header that begins so; at least 2 are needed to say.
std::size_t header_size(std::string_view begun) {
  const std::uint8_t length = byte_at(begun, 1) & kLength;
  return 2U + (length == 126 ? 2U : length == 127 ? 8U : 0U) + ((byte_at(begun, 1) & kMasked) != 0 ? 4U : 0U);
}

std::uint64_t payload_size(std::string_view header) {
  const std::uint8_t length = byte_at(header, 1) & kLength;
  if (length < 126) {
    return length;
  }
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < (length == 126 ? 2U : 8U); ++i) {
    size = (size << 8) | byte_at(header, 2 + i);
  }
  return size;
}

}  // namespace

void FrameWalker::feed(std::string_view bytes, const OnPiece& on_piece) {
  while (!bytes.empty()) {
    if (!in_frame_) {
      const std::size_t wanted = header_.size() < 2 ? 2 : header_size(header_);
      const std::size_t taken = std::min(wanted - header_.size(), bytes.size());
      header_.append(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      if (header_.size() < 2 || header_.size() < header_size(header_)) {
        continue;
      }
      in_frame_ = true;
      fin_ = (byte_at(header_, 0) & kFin) != 0;
      left_ = payload_size(header_);
      frame_ = {frame_.number + 1,
                static_cast<wire::Opcode>(byte_at(header_, 0) & kOpcode),
                true,
                false,
                false,
                0,
                header_.size(),
                header_};
    } else {
      const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      frame_.bytes = bytes.substr(0, taken);
      frame_.begins = false;
      frame_.header = 0;
      left_ -= taken;
      bytes.remove_prefix(taken);
    }
    frame_.ends = left_ == 0;
    frame_.ends_message = frame_.ends && fin_ && !wire::is_control(frame_.opcode);
    on_piece(frame_);
    frame_.offset += frame_.bytes.size();
    if (frame_.ends) {
      in_frame_ = false;
      header_.clear();
    }
  }
}

}  // namespace whydrop::relay
