#include "wire/decoder.hpp"

#include "wire/mask.hpp"

#include <algorithm>
#include <cstring>

namespace whydrop::wire {
namespace {

constexpr std::uint64_t kMaxLength = (1ULL << 63) - 1;
/// A header may promise exabytes; no more than this is set aside before they come.
constexpr std::size_t kMaxReserve = 1U << 20;

std::uint64_t big_endian(const char* at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<unsigned char>(at[i]);
  }
  return value;
}

/// Size of the header whose second byte this is.
std::size_t header_size(char second) {
  const auto byte = static_cast<unsigned char>(second);
  const std::size_t length_size = (byte & 127) == 127 ? 8 : (byte & 127) == 126 ? 2 : 0;
  return 2 + length_size + ((byte & 128) != 0 ? 4 : 0);
}

FrameHeader parse_header(const char* bytes) {
  FrameHeader header;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  header.fin = (first & 0x80) != 0;
  header.rsv = first >> 4 & 7;
  header.opcode = static_cast<Opcode>(first & 15);
  header.masked = (second & 0x80) != 0;
  header.length = second & 127;
  const char* at = bytes + 2;
  if (header.length == 126) {
    header.length_form = LengthForm::bits_16;
    header.length = big_endian(at, 2);
    at += 2;
  } else if (header.length == 127) {
    header.length_form = LengthForm::bits_64;
    header.length = big_endian(at, 8);
    at += 8;
  }
  if (header.masked) {
    std::memcpy(header.masking_key.data(), at, header.masking_key.size());
  }
  return header;
}

}  // namespace

FrameDecoder::FrameDecoder(std::size_t max_payload) : max_payload_(max_payload) {}

void FrameDecoder::feed(std::string_view chunk) {
  fed_ += chunk.size();
  chunk_ = chunk;
  at_ = 0;
}

std::size_t FrameDecoder::kept(std::uint64_t size) const {
  return static_cast<std::size_t>(std::min<std::uint64_t>(size, max_payload_));
}

/// Moves bytes of the chunk into head_ until the header is whole; false if the chunk ends before.
bool FrameDecoder::take_header() {
  while (true) {
    const std::size_t need = head_size_ < 2 ? 2 : header_size(head_[1]);
    if (head_size_ == need) {
      break;
    }
    const std::size_t taken = std::min(need - head_size_, chunk_.size() - at_);
    if (taken == 0) {
      return false;
    }
    std::memcpy(head_.data() + head_size_, chunk_.data() + at_, taken);
    head_size_ += taken;
    at_ += taken;
  }
  header_ = parse_header(head_.data());
  has_header_ = true;
  payload_have_ = 0;
  return true;
}

/// The payload of a frame that ends in this chunk and whose payload begins in it.
std::string_view FrameDecoder::take_whole_payload() {
  const std::size_t start = at_;
  at_ += static_cast<std::size_t>(header_.length);
  const std::size_t size = kept(header_.length);
  if (!header_.masked) {
    return chunk_.substr(start, size);
  }
  if (unmasked_.size() < chunk_.size()) {
    unmasked_.resize(chunk_.size());
  }
  apply_mask(unmasked_.data() + start, chunk_.data() + start, size, header_.masking_key);
  return {unmasked_.data() + start, size};
}

/// Adds what the chunk holds of the payload to carry_; true if the payload is whole then.
bool FrameDecoder::take_payload_part() {
  if (payload_have_ == 0) {
    carry_.swap(spent_);
    carry_.clear();
    carry_.reserve(std::min(kept(header_.length), kMaxReserve));
  }
  const auto part =
      static_cast<std::size_t>(std::min<std::uint64_t>(header_.length - payload_have_, chunk_.size() - at_));
  const std::size_t old_size = carry_.size();
  const std::size_t added = std::min(part, max_payload_ - old_size);
  carry_.insert(carry_.end(), chunk_.data() + at_, chunk_.data() + at_ + added);
  if (header_.masked) {
    apply_mask(carry_.data() + old_size, carry_.data() + old_size, added, header_.masking_key, payload_have_);
  }
  at_ += part;
  payload_have_ += part;
  return payload_have_ == header_.length;
}

Frame FrameDecoder::finish_frame(std::string_view payload) {
  const Frame frame{header_, offset_, payload};
  offset_ += header_.size() + header_.length;
  head_size_ = 0;
  has_header_ = false;
  return frame;
}

/// Hands out what can no longer be framed: first the header's bytes, which may stem from earlier chunks, then each
/// chunk.
Undecoded FrameDecoder::give_up() {
  std::string_view bytes(head_.data(), head_size_);
  if (bytes.empty()) {
    bytes = rest();
    at_ = chunk_.size();
  }
  head_size_ = 0;
  has_header_ = false;
  const Undecoded undecoded{offset_, bytes.size(), bytes};
  offset_ += bytes.size();
  return undecoded;
}

std::optional<FrameDecoder::Item> FrameDecoder::next() {
  if (lost_) {
    return at_ < chunk_.size() ? std::optional<Item>(give_up()) : std::nullopt;
  }
  if (!has_header_) {
    if (!take_header()) {
      return std::nullopt;
    }
    if (header_.length > kMaxLength) {
      lost_ = true;
      return give_up();
    }
    if (header_.length <= chunk_.size() - at_) {
      return finish_frame(take_whole_payload());
    }
  } else if (at_ == chunk_.size()) {
    return std::nullopt;
  }
  return take_payload_part() ? std::optional<Item>(finish_frame({carry_.data(), carry_.size()})) : std::nullopt;
}

std::optional<PartialFrame> FrameDecoder::finish() {
  if (head_size_ == 0) {
    return std::nullopt;
  }
  PartialFrame partial;
  partial.has_header = has_header_;
  partial.offset = offset_;
  partial.have = head_size_ + (has_header_ ? payload_have_ : 0);
  partial.bytes = std::string_view(head_.data(), head_size_);
  if (has_header_) {
    partial.header = header_;
    partial.need = header_.size() + header_.length;
    partial.payload = std::string_view(carry_.data(), carry_.size());
  }
  return partial;
}

}  // namespace whydrop::wire
