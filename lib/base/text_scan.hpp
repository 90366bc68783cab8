#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace whydrop {

/// What of 64 bytes of text is what: a bit a byte, the lowest that of the first. Bits past the text's end are 0.
struct TextBlock {
  /// Bytes that JSON text of ours does not show as they are: controls, DEL, quotes, backslashes; and first bytes (C2,
  /// D8, E2) of characters among which are those that act on a terminal.
  std::uint64_t special;
  std::uint64_t quotes;       ///< '"'
  std::uint64_t backslashes;  ///< '\\'
  std::uint64_t marks;        ///< ':' and '='
};

inline constexpr std::size_t kTextBlock = 64;
inline constexpr std::size_t kTextSpill = 64;
/// How many blocks a text of `size` bytes has.
constexpr std::size_t text_blocks(std::size_t size) {
  return (size + kTextBlock - 1) / kTextBlock;
}

/// One way of looking at text; all give the same.
struct TextKernel {
  std::string_view name;  ///< "portable", "sse2", "avx2"
  /// Fills text_blocks(text.size()) blocks. True if `text` is whole, valid UTF-8. RFC 3629.
  bool (*scan)(std::string_view text, TextBlock* blocks);
  /// The same without the blocks.
  bool (*is_utf8)(std::string_view text);
  /// Copies the first `size` of 64 bytes, a backslash before each whose bit is set. Returns the end of the copy. Reads
  /// all 64, and may write up to kTextSpill bytes behind the end.
  char* (*quote)(char* to, const char* from, std::size_t size, std::uint64_t bits);
  /// Copies the first `size` of 64 bytes without those whose bit is set. As quote(), but for what it leaves out.
  char* (*drop)(char* to, const char* from, std::size_t size, std::uint64_t bits);
};

/// Those that this machine can run, the fastest last. The first is portable.
struct TextKernels {
  std::array<TextKernel, 3> kernels;
  std::size_t count;
};
const TextKernels& text_kernels();
const TextKernel& best_text_kernel();

/// What is known of a text that was looked at once: whether it is UTF-8, what of it must be escaped, and where names
/// may end. Bounded; its memory is used again for the next text.
class TextScan {
 public:
  /// Longer texts are looked at in pieces, by whoever needs to.
  static constexpr std::size_t kMost = 4096;

  /// Looks at `text`, of at most kMost bytes.
  void look(std::string_view text);
  /// True if this is what look() was last given: the very bytes, at their place.
  bool is_of(std::string_view text) const { return text.data() == text_.data() && text.size() == text_.size(); }
  bool utf8() const { return utf8_; }
  const TextBlock* blocks() const { return blocks_.data(); }

 private:
  std::array<TextBlock, text_blocks(kMost)> blocks_;
  std::string_view text_;
  bool utf8_ = true;
};

}  // namespace whydrop
