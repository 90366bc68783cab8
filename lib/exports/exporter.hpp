// Rule of this module: exports/ writes what a run's events tell as the file of another tool. It sees what a person is
// shown: events whose secrets are masked. What a format has no place for is counted, and said.
#pragma once

#include "base/byte_sink.hpp"
#include "base/result.hpp"
#include "capture/writer.hpp"
#include "session/sink.hpp"

#include <memory>
#include <string>
#include <vector>

namespace whydrop::exports {

/// Writes the runs of a recording, one after another, as one file.
class Exporter {
 public:
  virtual ~Exporter() = default;
  /// A run begins: its events, opinions and verdicts go to the sink that is returned, until the next call.
  virtual session::EventSink& begin(const capture::CaptureHeader& header) = 0;
  /// After the last event: writes what closes the file.
  virtual Result<void> end() = 0;
  /// What the file has no place for, a clause each: "2 frames in fragments, written as whole messages". After end().
  virtual std::vector<std::string> left_out() const = 0;
};

/// `tool`: what the file says wrote it, "whydrop 0.1.0". `out` must outlive the exporter.
using MakeExporter = std::unique_ptr<Exporter>(ByteSink& out, const std::string& tool);

/// A capture of whydrop's own (fixtures/schemas), facts only: what every other command reads.
MakeExporter make_capture;
/// An HTTP Archive 1.2 with `_webSocketMessages` as Chrome DevTools writes and reads it, and
/// `_webSocketClose` as HTTP Toolkit does. Control frames are messages of their opcode. How TCP ended, which no HAR
/// tells, is in `_whydrop`.
MakeExporter make_har;
/// pcapng (draft-ietf-opsawg-pcapng): the session over TCP as it must have been, TLS and compression's own bytes aside.
/// Head and frames each begin a segment; what was found, and the verdict, are comments of packets.
MakeExporter make_pcapng;
/// The requests as command lines for a shell and curl; what is masked is a variable to be set.
MakeExporter make_curl;

}  // namespace whydrop::exports
