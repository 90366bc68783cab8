#include "handshake/content.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>

#include <brotli/decode.h>
#include <zlib.h>

namespace whydrop::handshake {
namespace {

constexpr std::string_view kCutShort = "it is cut short";
constexpr std::size_t kPiece = 16 * 1024;
/// Window bits of zlib's own format, bare deflate and gzip, as inflateInit2() has them.
constexpr int kZlib = 15, kBare = -15, kGzip = 15 + 16;

Uncoded cut_short(std::string content) {
  return {std::move(content), std::string(kCutShort), true};
}

/// A line of the chunked coding, without its end; empty optional where its end has not come.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  return line;
}

/// The size that a chunk's first line tells; what follows a semicolon is an extension.
std::optional<std::uint64_t> chunk_size(std::string_view line) {
  const std::string_view digits = trim(line.substr(0, line.find(';')));
  std::uint64_t size = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  const bool all = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
  return all ? std::optional(size) : std::nullopt;
}

struct Inflating {
  z_stream stream{};
  bool ready;
  explicit Inflating(int window) : ready(inflateInit2(&stream, window) == Z_OK) {}
  ~Inflating() { inflateEnd(&stream); }
  Inflating(const Inflating&) = delete;
  Inflating& operator=(const Inflating&) = delete;
};

/// Inflates until the end, the cap or a fault.
Uncoded inflate_all(std::string_view bytes, int window, std::size_t most) {
  Inflating it(window);
  std::string out;
  std::array<char, kPiece> piece{};
  it.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib never writes to it
  it.stream.avail_in = static_cast<uInt>(bytes.size());
  while (it.ready && out.size() < most) {
    it.stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    it.stream.avail_out = static_cast<uInt>(std::min(piece.size(), most - out.size()));
    const int status = inflate(&it.stream, Z_NO_FLUSH);
    out.append(piece.data(), reinterpret_cast<char*>(it.stream.next_out));
    if (status == Z_STREAM_END) {
      // RFC 1952 section 2.2: members may follow one another.
      if (window != kGzip || it.stream.avail_in == 0 || inflateReset(&it.stream) != Z_OK) {
        return {std::move(out), {}};
      }
    } else if (status == Z_BUF_ERROR || (status == Z_OK && it.stream.avail_in == 0 && it.stream.avail_out > 0)) {
      return cut_short(std::move(out));
    } else if (status != Z_OK) {
      return {std::move(out), it.stream.msg == nullptr ? "it is not what it says" : it.stream.msg};
    }
  }
  return {std::move(out), it.ready ? "" : "no memory"};
}

}  // namespace

Uncoded uncode_chunked(std::string_view bytes, std::size_t most) {
  Uncoded made;
  while (made.content.size() < most) {
    const auto line = take_line(bytes);
    if (!line) {
      return cut_short(std::move(made.content));
    }
    const auto size = chunk_size(*line);
    if (!size) {
      made.fault = "a chunk's size is no number";
      return made;
    }
    if (*size == 0) {
      return made;  // the trailer holds nothing that is shown
    }
    const std::string_view data = bytes.substr(0, *size);
    made.content.append(data.substr(0, most - made.content.size()));
    if (data.size() < *size) {
      return cut_short(std::move(made.content));
    }
    bytes.remove_prefix(data.size());
    if (const auto end = take_line(bytes); end && !end->empty()) {
      made.fault = "a chunk is longer than its size";
      return made;
    }
  }
  return made;
}

Uncoded uncode_gzip(std::string_view bytes, std::size_t most) {
  return inflate_all(bytes, kGzip, most);
}

Uncoded uncode_deflate(std::string_view bytes, std::size_t most) {
  Uncoded made = inflate_all(bytes, kZlib, most);
  return !made.fault.empty() && !made.early && made.content.empty() ? inflate_all(bytes, kBare, most) : made;
}

Uncoded uncode_brotli(std::string_view bytes, std::size_t most) {
  const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance);
  Uncoded made;
  std::array<std::uint8_t, kPiece> piece{};
  std::size_t left = bytes.size();
  const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
  while (state && made.content.size() < most) {
    std::size_t room = std::min(piece.size(), most - made.content.size());
    std::uint8_t* out = piece.data();
    const auto status = BrotliDecoderDecompressStream(state.get(), &left, &next, &room, &out, nullptr);
    made.content.append(reinterpret_cast<const char*>(piece.data()), static_cast<std::size_t>(out - piece.data()));
    if (status == BROTLI_DECODER_RESULT_SUCCESS) {
      return made;
    }
    if (status == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) {
      return cut_short(std::move(made.content));
    }
    if (status == BROTLI_DECODER_RESULT_ERROR) {
      made.fault = "it is not Brotli";
      return made;
    }
  }
  return made;
}

}  // namespace whydrop::handshake
