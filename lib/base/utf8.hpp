#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace whydrop {

/// What stands at the beginning of some bytes. RFC 3629.
enum class Utf8Status : std::uint8_t { valid, incomplete, invalid };

/// One code point read from the front of some bytes.
struct CodePoint {
  Utf8Status status = Utf8Status::invalid;
  std::uint8_t size = 1;  ///< bytes it takes; 1 if invalid, all that is there if incomplete
  char32_t value = 0;     ///< meaningful if valid
};

/// Reads the first code point; `bytes` must not be empty. "Incomplete" means that more bytes may still make it valid.
CodePoint decode_code_point(std::string_view bytes);

/// Counts the bytes up to the first sequence that is invalid or incomplete.
std::size_t utf8_valid_prefix(std::string_view bytes);
/// The same sequence by sequence, on any machine. Skips ASCII many bytes at a time.
std::size_t utf8_valid_prefix_portable(std::string_view bytes);
/// The longest part of `bytes`, at most `most` of them (4 or more), at whose end no character of valid UTF-8 is cut.
std::string_view utf8_piece(std::string_view bytes, std::size_t most);

/// True if `bytes` are whole, valid UTF-8: no surrogates, no overlong forms, nothing over U+10FFFF. RFC 3629.
bool is_utf8(std::string_view bytes);

/// Validates UTF-8 that comes in pieces. Rejects at the first byte that no continuation can repair, as RFC 6455
/// section 8.1 wants; how the bytes are split makes no difference.
class Utf8Validator {
 public:
  /// Takes the next bytes; false once anything invalid was seen.
  bool feed(std::string_view bytes);
  /// True if all bytes so far are valid and none is left half-way through a code point.
  bool complete() const { return ok_ && pending_size_ == 0; }
  bool ok() const { return ok_; }
  /// How many bytes stand before the first invalid or unfinished sequence.
  std::uint64_t valid_bytes() const { return valid_bytes_; }
  void reset() { *this = Utf8Validator(); }

 private:
  std::string_view finish_pending(std::string_view bytes);

  std::array<char, 4> pending_{};
  std::uint8_t pending_size_ = 0;
  bool ok_ = true;
  std::uint64_t valid_bytes_ = 0;
};

}  // namespace whydrop
