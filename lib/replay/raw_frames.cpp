#include "replay/raw_frames.hpp"

#include "wire/encoder.hpp"

#include <algorithm>

namespace whydrop::replay {
namespace {

/// What of the act's payload a frame carries; the others stand between its fragments.
bool carries(const Act& act, const RecordedFrame& frame) {
  const bool message = act.kind == Act::Kind::text || act.kind == Act::Kind::binary;
  return !message || !wire::is_control(frame.header.opcode);
}

std::string as_recorded(const RecordedFrame& frame) {
  std::string bytes;
  wire::append_frame(bytes, frame.header, frame.payload);
  return bytes;
}

/// A frame with another payload: the length form stays, unless it was the shortest there is.
std::string with_payload(wire::FrameHeader header, std::string_view payload) {
  if (header.length_form == wire::shortest_form(header.length)) {
    header.length_form = wire::shortest_form(payload.size());
  }
  header.length = payload.size();
  std::string bytes;
  wire::append_frame(bytes, header, payload);
  return bytes;
}

std::uint64_t carried(const Act& act) {
  std::uint64_t sum = 0;
  for (const RecordedFrame& frame : act.frames) {
    sum += carries(act, frame) ? frame.header.length : 0;
  }
  return sum;
}

/// Where in `size` bytes the recorded byte `at` of `of` comes to stand, each fragment keeping its share.
std::size_t share(std::uint64_t at, std::uint64_t of, std::size_t size) {
  return of == 0 || at >= of
             ? size
             : static_cast<std::size_t>(static_cast<double>(size) * static_cast<double>(at) / static_cast<double>(of));
}

/// A Close's payload begins with its code, which is no part of the act's.
std::string wire_payload(const Rewrite& rewrite) {
  const Act& act = *rewrite.act;
  std::string payload;
  if (act.kind == Act::Kind::close && act.close_code) {
    payload += static_cast<char>(*act.close_code >> 8);
    payload += static_cast<char>(*act.close_code & 0xFF);
  }
  payload += rewrite.payload != nullptr ? *rewrite.payload : act.payload;
  return payload;
}

}  // namespace

std::vector<std::string> raw_frames(const Rewrite& rewrite) {
  const Act& act = *rewrite.act;
  std::vector<std::string> out;
  if (act.frames.empty()) {
    out.push_back(rewrite.payload != nullptr ? *rewrite.payload : act.payload);
    return out;
  }
  const bool anew = rewrite.payload != nullptr || act.compressed;
  if (!anew) {
    std::transform(act.frames.begin(), act.frames.end(), std::back_inserter(out), as_recorded);
    return out;
  }
  std::string payload = wire_payload(rewrite);
  if (act.compressed && rewrite.deflater != nullptr) {
    payload = rewrite.deflater->compress(payload);
  }
  const std::uint64_t recorded = carried(act);
  const std::size_t code =
      payload.size() -
      (act.compressed ? 0 : (rewrite.payload != nullptr ? rewrite.payload->size() : act.payload.size()));
  const bool shifted = !act.compressed && !rewrite.changes.empty();
  std::uint64_t at = 0;
  std::size_t from = 0;
  for (const RecordedFrame& frame : act.frames) {
    if (!carries(act, frame)) {
      out.push_back(as_recorded(frame));
      continue;
    }
    at += frame.header.length;
    const bool last = at >= recorded;
    const std::size_t place = shifted && at >= code ? code + moved(static_cast<std::size_t>(at) - code, rewrite.changes)
                                                    : share(at, recorded, payload.size());
    const std::size_t to = last ? payload.size() : std::clamp(place, from, payload.size());
    wire::FrameHeader header = frame.header;
    if (act.compressed && rewrite.deflater == nullptr) {
      header.rsv = static_cast<std::uint8_t>(header.rsv & ~wire::kRsv1);
    }
    out.push_back(with_payload(header, std::string_view(payload).substr(from, to - from)));
    from = to;
  }
  return out;
}

}  // namespace whydrop::replay
