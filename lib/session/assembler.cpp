#include "session/assembler.hpp"

#include <algorithm>

namespace whydrop::session {
namespace {

/// A secret that is split over two fragments is one secret of the message.
void add_span(std::vector<RedactSpan>& spans, RedactSpan span) {
  const bool goes_on =
      !spans.empty() && spans.back().at + spans.back().length == span.at && spans.back().variable == span.variable;
  if (goes_on) {
    spans.back().length += span.length;
  } else {
    spans.push_back(std::move(span));
  }
}

}  // namespace

bool Assembler::add(const Frame& frame, std::uint64_t seq, bool deflate_agreed) {
  if (frame.header.opcode != wire::Opcode::continuation) {
    begin(frame, deflate_agreed);
  } else if (!under_way_) {
    return false;
  }
  append(frame, seq);
  under_way_ = !frame.header.fin;
  return frame.header.fin;
}

void Assembler::begin(const Frame& frame, bool deflate_agreed) {
  under_way_ = true;
  joined_.text = frame.header.opcode == wire::Opcode::text;
  joined_.compressed = deflate_agreed && (frame.header.rsv & wire::kRsv1) != 0;
  joined_.content_told = false;
  known_ = true;
  joined_.frames.clear();
  joined_.payload.clear();
  joined_.length = 0;
  joined_.redact.clear();
}

void Assembler::append(const Frame& frame, std::uint64_t seq) {
  if (joined_.frames.size() < kMaxFramesNamed) {
    joined_.frames.push_back(seq);
  }
  joined_.length += frame.header.length;
  joined_.content_told = joined_.content_told || !frame.has_payload;
  if (!known_ || joined_.compressed) {
    return;
  }
  for (auto span : frame.redact) {
    span.at += joined_.payload.size();
    add_span(joined_.redact, std::move(span));
  }
  const auto room = max_message_ - std::min(max_message_, joined_.payload.size());
  joined_.payload.append(frame.payload.substr(0, room));
  known_ = frame.payload.size() == frame.header.length && frame.payload.size() <= room;
}

}  // namespace whydrop::session
