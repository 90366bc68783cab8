#pragma once

#include "base/byte_sink.hpp"
#include "base/result.hpp"
#include "session/sink.hpp"
#include "session/witness.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::capture {

/// The minor version of what is written.
constexpr int kMinorVersion = 1;

/// Line 1 of a capture.
struct CaptureHeader {
  int version = 1;
  int minor = 0;  ///< of version 1: since 1 frames leave out members at their default; a Writer sets it
  /// Of what is not a capture; not written, since a capture is a witness of all bytes.
  session::Witness witness = session::Witness::bytes;
  std::string started;  ///< RFC 3339
  std::string tool;     ///< "whydrop 0.1.0"
  std::string profile;  ///< or empty: null
  std::string run_id;
  std::uint32_t run_n = 1, run_of = 1;
  std::string options;                ///< JSON object text, or empty
  std::vector<std::string> redacted;  ///< names of the variables masked
  /// What was known at the run's start of the profile's variables, by name: given, of the environment, of the store, or
  /// by default. Never the value of a secret one, nor one in which a secret stands. What replies give is not in it.
  std::vector<std::pair<std::string, std::string>> variables;
  std::vector<std::string> given;  ///< those of them that a person gave: no reply's value takes their place
};

/// How much a Writer writes.
struct WriterLimit {
  std::uint64_t bytes = UINT64_MAX;  ///< at most, the first line not counted
  std::function<void()> on_reached;  ///< told once, from within on_event(); may be null
};

/// Writes capture version 1.1. Opinions are written only if `with_opinions`. Buffers; flush() empties the buffer. Where
/// an event does not fit the limit, a line says so, and nothing more is written.
class Writer final : public session::EventSink {
 public:
  Writer(ByteSink& out, const CaptureHeader& header, bool with_opinions);
  /// `header` is asked when the first line is written: by the first event or flush.
  using MakeHeader = std::function<CaptureHeader()>;
  Writer(ByteSink& out, MakeHeader header, bool with_opinions, WriterLimit limit = {});
  ~Writer() override;
  Result<void> on_event(const session::Event& event) override;
  bool wants_messages() const override;
  Result<void> flush() override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Which members a frame's line has: all; or, as in a capture since 1.1, none that is at its default: name "text", fin
/// true, rsv 0, mask null, length_form the shortest.
enum class Members : std::uint8_t { all, needed };

/// Appends one event as one NDJSON line (with "\n") to `out`. Used by the Writer and by --output ndjson.
void append_event(std::string& out, const session::Event& event, Members members = Members::all);
void append_header(std::string& out, const CaptureHeader& header);
/// Appends the line that ends a capture which reached its limit of so many bytes; `left_out`: the first event that it
/// does not hold.
void append_limit(std::string& out, const session::Event& left_out, std::uint64_t bytes);

}  // namespace whydrop::capture
