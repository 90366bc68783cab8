#pragma once

#include "capture/writer.hpp"
#include "session/event.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace whydrop::capture {

/// A line of a kind that this version does not know: newer within version 1, to be passed over.
struct UnknownKind {};

/// Why a line could not be read, and where in it (from 1; 0 where the whole line is meant).
struct LineFault {
  std::uint64_t column = 0;
  std::string why;
};

/// A first line of another major version.
struct OtherVersion {
  std::int64_t version = 0;
};

/// The writer stopped here: so many bytes were all that its run was to record.
struct LimitReached {
  std::uint64_t bytes = 0;
};

using Line = std::variant<session::Event, CaptureHeader, UnknownKind, LineFault, OtherVersion, LimitReached>;

/// Reads lines of any field order, with unknown fields passed over. Views in the result are valid until the next call.
class LineDecoder {
 public:
  LineDecoder();
  ~LineDecoder();
  Line decode(std::string_view line);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads frames' lines of exactly the shapes that append_event writes, without building a tree. False for any other
/// line: the LineDecoder then decides. Views in an event are into the line or into this, valid until the next call.
class FrameLines {
 public:
  bool decode(std::string_view line, session::Event& event);
  /// The two halves of it: all but the payload, whose part of the line is then in `rest`; and the payload.
  bool decode_head(std::string_view line, session::Event& event, std::string_view& rest);
  bool decode_payload(std::string_view rest, session::Frame& frame);

 private:
  /// What most frames of a side have in common, and how it is written.
  struct Common {
    std::string text;  ///< from the connection's number up to the value of the mask or, if there is none, of the length
    bool mask = false;
    std::uint32_t conn = 0;
    wire::Side from = wire::Side::client;
    wire::FrameHeader header;  ///< up to the mask
  };

  const Common* find_common(std::string_view rest);

  std::array<Common, 2> common_;  ///< of the last frames that differed in it
  std::size_t newest_ = 0;
  std::string scratch_;
};

/// True if `rest` is a payload that decode_payload() takes, `length` bytes of it, told without decoding. False says
/// nothing: of escapes only those of quotes are seen at once.
bool is_plain_payload(std::string_view rest, std::uint64_t length);

}  // namespace whydrop::capture
