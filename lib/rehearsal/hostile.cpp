#include "rehearsal/hostile.hpp"

#include "rehearsal/deflate.hpp"
#include "rehearsal/frames.hpp"

#include <utility>

namespace whydrop::rehearsal {
namespace {

using wire::FrameHeader;
using wire::Opcode;

constexpr unsigned kMillion = 1'000'000;
constexpr unsigned kBatch = 4096;
constexpr unsigned kHeaderBatches = 256;
constexpr const char* kHeadStart = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";

/// `first`, then `count` times `piece` in batches, then `last`.
Connection::Source repeated(std::string first, std::string piece, unsigned count, std::string last) {
  std::string batch;
  for (unsigned n = 0; n < kBatch; ++n) {
    batch += piece;
  }
  return [next = std::move(first),
          batch = std::move(batch),
          size = piece.size(),
          left = count,
          last = std::move(last)]() mutable {
    std::string bytes = std::exchange(next, {});
    const unsigned now = std::min(left, kBatch);
    bytes.append(batch, 0, now * size);
    left -= now;
    if (left == 0) {
      bytes += std::exchange(last, {});
    }
    return bytes;
  };
}

Connection::Source once(std::string bytes) {
  return [bytes = std::move(bytes)]() mutable { return std::exchange(bytes, {}); };
}

/// A frame that declares `length`, and the first bytes of it that do come.
std::string begun(std::uint64_t length, std::size_t comes) {
  FrameHeader header;
  header.length = length;
  header.length_form = wire::LengthForm::bits_64;
  return frame_start(header) + std::string(comes, 'x');
}

}  // namespace

Connection::Source endless_headers() {
  return repeated(kHeadStart, "X-Filler: and another one\r\n", kHeaderBatches * kBatch, "");
}

Connection::Source huge_header() {
  return once(kHeadStart + ("X-Huge: " + std::string(kMillion, 'x')) + "\r\n\r\n");
}

Connection::Source empty_fragments() {
  FrameHeader first, middle;
  first.fin = middle.fin = false;
  middle.opcode = Opcode::continuation;
  return repeated(frame(first, ""), frame(middle, ""), kMillion, frame(Opcode::continuation, ""));
}

Connection::Source inflating_bomb() {
  FrameHeader header;
  header.rsv = wire::kRsv1;
  return once(frame(header, inflate_bomb(1024)));
}

Connection::Source endless_pings() {
  return repeated("", frame(Opcode::ping, "ping"), kMillion, "");
}

Connection::Source deep_json() {
  return once(frame(Opcode::text, std::string(kMillion, '[') + std::string(kMillion, ']')));
}

std::string huge_frame() {
  return begun(~std::uint64_t{0} >> 1U, 1U << 16);
}
std::string overflowing_frame() {
  return begun(~std::uint64_t{0}, 1U << 10);
}

}  // namespace whydrop::rehearsal
