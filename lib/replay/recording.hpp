#pragma once

#include "base/result.hpp"
#include "capture/item.hpp"
#include "evidence/evidence.hpp"
#include "session/event.hpp"
#include "session/witness.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace whydrop::replay {

/// What a file that can be replayed is.
struct RecordingKind {
  const evidence::Format* format = nullptr;  ///< null: a file of messages, one a line
  session::Witness witness = session::Witness::bytes;

  bool is_lines() const { return format == nullptr; }
  bool is_capture() const { return format != nullptr && format->kind == evidence::Kind::capture; }
  /// True where what went wrong on the wire, and how the session ended, is in it.
  bool tells_frames() const { return !is_lines() && witness != session::Witness::messages; }
};

/// Which part of a recording is meant. The first run that was recorded, and its first WebSocket connection that opened,
/// where nothing else is asked for.
struct Selection {
  std::uint32_t run = 1;              ///< of a capture that was appended to, from 1
  std::optional<std::uint32_t> conn;  ///< null: the first WebSocket connection that opened
  std::uint64_t from_seq = 0, to_seq = UINT64_MAX;
  bool refused_too = false;  ///< a connection on which no session opened is one without acts
};

/// One frame of the client's as it was recorded.
struct RecordedFrame {
  std::uint64_t seq = 0;
  wire::FrameHeader header;
  std::string payload;  ///< unmasked; secrets are x; of a compressed frame empty: its content is the act's
  bool cut = false;     ///< recorded only in part (--max-payload, or the end of the stream)
  std::vector<session::RedactSpan> redact;
};

/// One thing that the client did.
struct Act {
  enum class Kind : std::uint8_t { text, binary, ping, pong, close, stray };
  Kind kind = Kind::text;
  std::uint64_t seq = 0;  ///< of its first frame
  std::int64_t t_ns = 0;  ///< when it had been sent whole
  /// Of a message assembled and inflated; of a close its reason; stray: bytes that are no frame, or the payload of one
  /// that is part of no message.
  std::string payload;
  std::optional<std::uint16_t> close_code;
  bool compressed = false;
  bool odd = false;             ///< framed against RFC 6455: RSV bits, no mask, or not the shortest length
  std::uint32_t fragments = 1;  ///< of a message: frames that it went in
  /// Why it cannot be sent as it was: "only 1,048,576 of 2,000,000 bytes were recorded"; or empty.
  std::string unreplayable;
  std::vector<session::RedactSpan> redact;  ///< in payload
  /// For --raw: what went on the wire, in order; control frames between a message's fragments are among them, and are
  /// no acts of their own.
  std::vector<RecordedFrame> frames;
};

/// One message of the server's.
struct Heard {
  std::uint64_t seq = 0;
  std::int64_t t_ns = 0;
  bool text = true, cut = false;
  std::string payload;
  std::vector<session::RedactSpan> redact;
};

/// What else the recording says, where it says it.
struct Began {
  std::uint32_t conn = 1;
  session::Open open;
  session::Request request;  ///< of a HAR what it has of it
};
struct Opened {
  session::Response response;
  std::int64_t t_ns = 0;
};
/// A REST call that came before the session.
struct Called {
  std::uint64_t seq = 0;  ///< of its answer, or of its end where none came
  std::string method, url;
  int status = 0;                           ///< 0: no answer
  std::string body;                         ///< of the answer; an excerpt, secrets are x
  std::vector<session::RedactSpan> redact;  ///< in body
};
struct Over {
  std::int64_t t_ns = 0;
  std::optional<session::Ending> ending;  ///< null: the recording stops before it
  std::optional<session::CloseSeen> received, sent;
  std::uint64_t absent = 0, first_absent = 0;  ///< events that the file does not hold, and the first one's number
  std::string cut;  ///< where the file itself is cut or damaged: "line 12 is cut: the writer was stopped"; or empty
};

using Entry = std::variant<Called, Began, Opened, Act, Heard, Over>;

/// Reads one session of a recording as a stream: its memory does not grow with the file (a HAR's session is held). What
/// an endpoint does by itself is no act: the client's pongs that answer a ping, and its Close that answers the
/// server's. Acts that `selection` leaves out are not given; all that was heard is.
class Recording {
 public:
  struct Settings {
    std::string name;  ///< for messages: the path, or "-"
    Selection selection;
    bool frames = false;  ///< acts have their frames
    /// Secrets that a HAR or a file of messages holds in the clear are masked as a capture's are. For what is printed
    /// or kept; a replay needs them.
    bool masked = false;
  };
  /// Opens it anew: called once for each reading.
  using OpenFile = std::function<Result<ByteSource>()>;

  /// Reads up to the beginning of the session. Errors: local, for a file that is none of the three kinds, is empty, or
  /// is of a newer version; usage, for a run or connection that it does not hold.
  static Result<std::unique_ptr<Recording>> open(const OpenFile& file, Settings settings);
  ~Recording();

  RecordingKind kind() const;
  /// Of a capture; else only what is known.
  const capture::CaptureHeader& header() const;
  const Settings& settings() const;
  /// The next entry, which may be changed and is valid until the next call of any kind. Null after Over.
  Result<Entry*> next();
  /// Passes over messages of the client's that stand next, each an act that next() would give and that can be sent as
  /// it is: checked, but not decoded. How many; it may be fewer than there are.
  std::uint64_t skim();
  /// Begins anew.
  Result<void> rewind();
  /// What the file holds besides the session that is read.
  struct Held {
    std::uint32_t runs = 1, conns = 1;  ///< runs in all; WebSocket connections of the selected run
  };
  /// Reads on to the end of the file to count.
  Result<Held> count();

 private:
  struct Impl;
  explicit Recording(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::replay
