// Invariant: every way of looking at text that this machine has sees the same, wherever the text begins; escaped text
// is as if each character had been escaped by itself, and comes back whole; and what is masked of secrets is the same
// whether the text was looked at before, comes whole, or byte by byte.
#include "base/text_scan.hpp"
#include "base/utf8.hpp"
#include "capture/json_text.hpp"
#include "capture/key_scanner.hpp"
#include "fuzz/require.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace whydrop;
using fuzz::require;

bool same(const TextBlock& a, const TextBlock& b) {
  return a.special == b.special && a.quotes == b.quotes && a.backslashes == b.backslashes && a.marks == b.marks;
}

void check_quoting(const TextKernel& kernel, std::string_view text, const TextBlock* blocks) {
  for (std::size_t at = 0; at < text.size(); at += kTextBlock) {
    char from[kTextBlock]{}, to[2 * kTextBlock + kTextSpill];
    const std::string_view piece = text.substr(at, kTextBlock);
    std::memcpy(from, piece.data(), piece.size());
    const std::uint64_t bits = blocks++->special;
    std::string wanted, rest;
    for (std::size_t i = 0; i < piece.size(); ++i) {
      rest += (bits >> i & 1) != 0 ? "" : std::string(1, piece[i]);
      wanted += (bits >> i & 1) != 0 ? "\\" : "";
      wanted += piece[i];
    }
    const char* end = kernel.quote(to, from, piece.size(), bits);
    require(std::string_view(to, static_cast<std::size_t>(end - to)) == wanted, "backslashes of a kernel");
    end = kernel.drop(to, from, piece.size(), bits);
    require(std::string_view(to, static_cast<std::size_t>(end - to)) == rest, "bytes that a kernel drops");
  }
}

void check_kernels(std::string_view text) {
  const TextKernels& all = text_kernels();
  std::vector<TextBlock> wanted(text_blocks(text.size()));
  const bool utf8 = all.kernels[0].scan(text, wanted.data());
  require(utf8 == (utf8_valid_prefix_portable(text) == text.size()), "portable UTF-8");
  require(utf8 == is_utf8(text), "UTF-8");
  check_quoting(all.kernels[0], text, wanted.data());
  for (std::size_t i = 1; i < all.count; ++i) {
    std::vector<TextBlock> blocks(wanted.size());
    require(all.kernels[i].scan(text, blocks.data()) == utf8, "UTF-8 of a kernel");
    require(all.kernels[i].is_utf8(text) == utf8, "UTF-8 of a kernel without blocks");
    check_quoting(all.kernels[i], text, wanted.data());
    for (std::size_t block = 0; block < blocks.size(); ++block) {
      require(same(blocks[block], wanted[block]), "blocks of a kernel");
    }
  }
  require(utf8_valid_prefix(text) == utf8_valid_prefix_portable(text), "valid prefix");
}

/// The plain way: character by character.
std::string escaped(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint point = decode_code_point(text);
    const char32_t c = point.value;
    const std::size_t known = c < 0x80 ? kShort.find(static_cast<char>(c)) : std::string_view::npos;
    const bool hidden = c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
                        (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (known != std::string_view::npos) {
      out += std::string("\\") + kLetters[known];
    } else if (hidden) {
      out += "\\u";
      for (const unsigned shift : {12U, 8U, 4U, 0U}) {
        out += kHex[c >> shift & 15U];
      }
    } else {
      out += text.substr(0, point.size);
    }
    text.remove_prefix(point.size);
  }
  return out + '"';
}

void check_escapes(std::string_view text) {
  std::string out;
  const bool utf8 = capture::append_json_text(out, text);
  require(utf8 == is_utf8(text) && (utf8 || out.empty()), "text is escaped if it is UTF-8");
  if (!utf8) {
    return;
  }
  require(out == escaped(text), "escapes");
  std::string scratch;
  std::string_view again;
  require(capture::read_json_text(std::string_view(out).substr(1), scratch, again) && again == text, "comes back");
  if (text.size() <= TextScan::kMost) {
    TextScan seen;
    seen.look(text);
    std::string also;
    require(capture::append_json_text(also, text, seen) && also == out, "the same of what was looked at");
  }
}

std::string masked(std::string_view text, std::size_t step, const TextScan* seen) {
  capture::NameMemo names;
  names.add("other-key");
  capture::KeyScanner scanner;
  std::string out(text);
  for (std::size_t at = 0; at < text.size(); at += step) {
    const std::string_view piece = text.substr(at, step);
    std::vector<capture::Found> found;
    scanner.scan(
        names, piece, at + step >= text.size(), found, [](const std::string&, std::string_view) {}, seen);
    for (const auto& one : found) {
      std::memset(out.data() + at + one.at, one.mask, one.length);
    }
  }
  return out;
}

/// The names of what is found in text that comes `step` bytes at a time.
std::string secrets(std::string_view text, std::size_t step) {
  const capture::NameMemo names;
  capture::KeyScanner scanner;
  std::string told;
  const auto tell = [&told](const std::string& name, std::string_view) { told += name + "\n"; };
  std::vector<capture::Found> found;
  for (std::size_t at = 0; at < text.size(); at += step) {
    scanner.scan(names, text.substr(at, step), at + step >= text.size(), found, tell);
  }
  return told;
}

void check_secrets(std::string_view text) {
  const std::string whole = masked(text, text.size() + 1, nullptr);
  // Of a query and of a URL's user what stands further on decides, and an escape is seen as a whole.
  require(text.find_first_of("=@") != std::string_view::npos || text.find("\\u003") != std::string_view::npos ||
              secrets(text, 1) == secrets(text, text.size() + 1),
          "secrets of members, byte by byte");
  if (text.size() <= TextScan::kMost) {
    TextScan seen;
    seen.look(text);
    require(masked(text, text.size() + 1, &seen) == whole, "secrets of what was looked at");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_kernels(text);
  check_kernels(std::string_view(text).substr(size / 3));
  check_escapes(text);
  check_escapes(std::string(TextScan::kMost - size % 70, '~') + text);
  check_secrets(text);
  // Over the end of a block, and of what is looked at together.
  check_secrets(std::string(kTextBlock - size / 2 % kTextBlock, '~') + text);
  check_secrets(std::string(16 * kTextBlock - size / 2 % kTextBlock, '~') + text);
  return 0;
}
