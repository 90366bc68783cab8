#pragma once

#include "capture/writer.hpp"
#include "session/event.hpp"

#include <string>
#include <vector>

namespace whydrop::capture {

inline CaptureHeader sample_header() {
  CaptureHeader header;
  header.started = "2026-01-02T03:04:05.678Z";
  header.tool = "whydrop 0.1.0";
  header.run_id = "7f3a";
  header.options = R"({"max_payload":1048576})";
  header.redacted = {"guest_token"};
  return header;
}

struct Sample {
  std::string name;
  session::Body body;
  std::string line;  ///< what follows `{"seq":1,"t_ns":2,"conn":3,`, without the closing brace
};

inline wire::FrameHeader frame_header(wire::Opcode opcode, std::uint64_t length) {
  wire::FrameHeader header;
  header.opcode = opcode;
  header.length = length;
  return header;
}

inline session::Frame sample_frame(session::Side from, wire::Opcode opcode, std::string_view payload) {
  session::Frame frame;
  frame.from = from;
  frame.header = frame_header(opcode, payload.size());
  frame.payload = payload;
  return frame;
}

inline session::Frame with(session::Frame frame, void (*change)(session::Frame&)) {
  change(frame);
  return frame;
}

inline session::Finding sample_finding() {
  session::Finding finding("mask-from-server", 4);
  finding.severity = session::Severity::warning;
  finding.confidence = session::Confidence::high;
  finding.basis = session::Basis::inferred;
  finding.at_fault = session::Party::server;
  finding.evidence.push_back(7);
  finding.says = "says \"so\"";
  finding.fix = "fix";
  finding.citation = "RFC 6455 section 5.1";
  finding.count = 3;
  return finding;
}

/// What was there when the first captures were frozen.
std::vector<Sample> first_samples();
/// What REST calls have added since.
std::vector<Sample> call_samples();
/// Members that were added since, all optional: limits, what was awaited, TCP's numbers, certificates, decoded bodies.
std::vector<Sample> added_samples();
/// Every alternative of an event's body, its optional fields present and absent, with the line that it must become.
std::vector<Sample> samples();

}  // namespace whydrop::capture
