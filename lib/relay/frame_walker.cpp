#include "relay/frame_walker.hpp"

#include "wire/header.hpp"

#include <algorithm>

namespace whydrop::relay {

void FrameWalker::feed(std::string_view bytes, const OnPiece& on_piece) {
  while (!bytes.empty()) {
    if (!in_frame_) {
      const std::size_t wanted = header_.size() < 2 ? 2 : wire::header_size(header_[1]);
      const std::size_t taken = std::min(wanted - header_.size(), bytes.size());
      header_.append(bytes.substr(0, taken));
      bytes.remove_prefix(taken);
      if (header_.size() < 2 || header_.size() < wire::header_size(header_[1])) {
        continue;
      }
      wire::FrameHeader header;
      wire::parse_header(header_.data(), header);
      in_frame_ = true;
      fin_ = header.fin;
      left_ = header.length;
      frame_ = {frame_.number + 1, header.opcode, true, false, false, 0, header_.size(), header_};
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
