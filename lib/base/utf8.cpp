#include "base/utf8.hpp"

#include "base/text_scan.hpp"

#include <algorithm>
#include <cstring>

namespace whydrop {
namespace {

constexpr std::size_t kBlock = 32;

/// What a lead byte demands: the sequence's size and the range of its second byte. RFC 3629 section 4.
struct Lead {
  std::uint8_t size, second_min, second_max;
};

constexpr Lead lead_of(std::uint8_t byte) {
  if (byte >= 0xC2 && byte <= 0xDF) {
    return {2, 0x80, 0xBF};
  }
  if (byte >= 0xE0 && byte <= 0xEF) {
    return {3,
            static_cast<std::uint8_t>(byte == 0xE0 ? 0xA0 : 0x80),
            static_cast<std::uint8_t>(byte == 0xED ? 0x9F : 0xBF)};
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    return {4,
            static_cast<std::uint8_t>(byte == 0xF0 ? 0x90 : 0x80),
            static_cast<std::uint8_t>(byte == 0xF4 ? 0x8F : 0xBF)};
  }
  return {0, 0, 0};
}

constexpr std::array<Lead, 256> make_leads() {
  std::array<Lead, 256> leads{};
  for (std::size_t i = 0; i < 256; ++i) {
    leads[i] = lead_of(static_cast<std::uint8_t>(i));
  }
  return leads;
}

constexpr auto kLeads = make_leads();

/// A plain loop of fixed length: the compiler turns it into a few vector instructions.
bool block_is_ascii(const char* at) {
  std::uint64_t words[kBlock / 8];
  std::memcpy(words, at, kBlock);
  std::uint64_t all = 0;
  for (const std::uint64_t word : words) {
    all |= word;
  }
  return (all & 0x8080808080808080U) == 0;
}

std::size_t skip_ascii(std::string_view bytes, std::size_t i) {
  while (i + kBlock <= bytes.size() && block_is_ascii(bytes.data() + i)) {
    i += kBlock;
  }
  while (i < bytes.size() && static_cast<unsigned char>(bytes[i]) < 0x80) {
    ++i;
  }
  return i;
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// The size of the valid sequence of several bytes at the front, or 0: decode_code_point() without its answers.
std::size_t valid_sequence_size(const char* at, std::size_t left) {
  const Lead lead = kLeads[static_cast<unsigned char>(at[0])];
  if (lead.size == 0 || lead.size > left) {
    return 0;
  }
  const auto second = static_cast<unsigned char>(at[1]);
  const bool valid = second >= lead.second_min && second <= lead.second_max && (lead.size < 3 || continues(at[2])) &&
                     (lead.size < 4 || continues(at[3]));
  return valid ? lead.size : 0;
}

}  // namespace

CodePoint decode_code_point(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) {
    return {Utf8Status::valid, 1, first};
  }
  const Lead lead = kLeads[first];
  if (lead.size == 0) {
    return {};
  }
  auto value = static_cast<char32_t>(first & (0x7F >> lead.size));
  std::uint8_t low = lead.second_min;
  std::uint8_t high = lead.second_max;
  for (std::uint8_t i = 1; i < lead.size; ++i) {
    if (i == bytes.size()) {
      return {Utf8Status::incomplete, i, 0};
    }
    const auto next = static_cast<unsigned char>(bytes[i]);
    if (next < low || next > high) {
      return {};
    }
    value = value << 6 | (next & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  return {Utf8Status::valid, lead.size, value};
}

std::size_t utf8_valid_prefix_portable(std::string_view bytes) {
  std::size_t i = skip_ascii(bytes, 0);
  while (i < bytes.size()) {
    const std::size_t size = valid_sequence_size(bytes.data() + i, bytes.size() - i);
    if (size == 0) {
      break;
    }
    i += size;
    if (i < bytes.size() && static_cast<unsigned char>(bytes[i]) < 0x80) {
      i = skip_ascii(bytes, i);
    }
  }
  return i;
}

std::string_view utf8_piece(std::string_view bytes, std::size_t most) {
  if (bytes.size() <= most) {
    return bytes;
  }
  std::size_t end = most;
  while (end + 3 > most && end > 0 && continues(bytes[end])) {
    --end;
  }
  return bytes.substr(0, continues(bytes[end]) ? most : end);
}

std::size_t utf8_valid_prefix(std::string_view bytes) {
  constexpr std::size_t kShort = 64, kPiece = 4096;
  std::size_t at = 0;
  while (bytes.size() - at >= kShort) {
    const std::string_view piece = utf8_piece(bytes.substr(at), kPiece);
    if (!best_text_kernel().is_utf8(piece)) {
      break;
    }
    at += piece.size();
  }
  return at + utf8_valid_prefix_portable(bytes.substr(at));
}

bool is_utf8(std::string_view bytes) {
  return utf8_valid_prefix(bytes) == bytes.size();
}

/// Completes the sequence that an earlier piece left open; returns what of `bytes` comes after it.
std::string_view Utf8Validator::finish_pending(std::string_view bytes) {
  const std::size_t had = pending_size_;
  const std::size_t taken = std::min(bytes.size(), pending_.size() - had);
  std::memcpy(pending_.data() + had, bytes.data(), taken);
  const CodePoint point = decode_code_point({pending_.data(), had + taken});
  if (point.status == Utf8Status::valid) {
    pending_size_ = 0;
    valid_bytes_ += point.size;
    return bytes.substr(point.size - had);
  }
  ok_ = point.status == Utf8Status::incomplete;
  pending_size_ = static_cast<std::uint8_t>(had + taken);
  return {};
}

bool Utf8Validator::feed(std::string_view bytes) {
  if (!ok_ || bytes.empty()) {
    return ok_;
  }
  if (pending_size_ > 0) {
    bytes = finish_pending(bytes);
  }
  const std::size_t valid = utf8_valid_prefix(bytes);
  valid_bytes_ += valid;
  bytes.remove_prefix(valid);
  if (!bytes.empty()) {
    ok_ = decode_code_point(bytes).status == Utf8Status::incomplete;
    pending_size_ = static_cast<std::uint8_t>(std::min(bytes.size(), pending_.size()));
    std::memcpy(pending_.data(), bytes.data(), pending_size_);
  }
  return ok_;
}

}  // namespace whydrop
