// Rule of this module: isolate/ finds, by sessions that are tried, the change of a recorded session that stops its
// drop. It opens nothing: who tries is handed in, and a test hands in servers that are played.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::isolate {

/// Something of a recorded session that can be left out by itself.
struct Part {
  enum class Kind : std::uint8_t { gap, message, query, cookie, header, subprotocol, compression, framing, member };
  Kind kind = Kind::message;
  std::optional<std::size_t> within;  ///< what it stands in: leaving that out leaves this out, too
  std::string name;                   ///< "message 14 (startChat)", "/attributes/email of message 14 (startChat)"
};

/// One change of the recorded session.
struct Change {
  enum class Kind : std::uint8_t {
    apart,    ///< at least `value` ns between two messages
    pings,    ///< a ping every `value` ns
    pause,    ///< `part`, a gap, lasts `value` ns
    size,     ///< `part`, a message, is `value` bytes long
    compact,  ///< `part`, a message, is compact JSON
    text,     ///< `part`, a binary message, goes as text
    without,  ///< `part` is left out
  };
  Kind kind = Kind::without;
  std::size_t part = 0;
  std::int64_t value = 0;

  bool operator==(const Change& other) const {
    return kind == other.kind && part == other.part && value == other.value;
  }
  bool operator<(const Change& other) const {
    return kind != other.kind ? kind < other.kind : part != other.part ? part < other.part : value < other.value;
  }
};

/// A session to try: the recorded one with these changes, in their order and each once.
using Trial = std::vector<Change>;

Trial with(Trial trial, const Change& change);
Trial with(Trial trial, const Trial& changes);
/// `trial`, and without these parts.
Trial without(Trial trial, const std::vector<std::size_t>& parts);

/// Whether a part goes when these are left out: it is one of them, or stands in one.
bool goes_with(const std::vector<Part>& parts, const std::vector<std::size_t>& left_out, std::size_t part);

/// How a session that was tried ended.
enum class Outcome : std::uint8_t {
  drop,    ///< as the recorded one
  other,   ///< in another way that nobody asked for
  alive,   ///< it lived until this side closed it
  unclear  ///< nothing can be said: it did not open, or could not be played
};

/// Who tries sessions.
class Trials {
 public:
  virtual ~Trials() = default;
  /// Tries each once, and tells how they ended, in order. Fewer than asked for: no more may be tried.
  virtual std::vector<Outcome> run(const std::vector<Trial>& sessions) = 0;
  /// How many sessions it tries at a time.
  virtual std::size_t width() const = 0;
};

/// How the trials of one session ended.
struct Count {
  std::uint64_t drops = 0, others = 0, alive = 0, unclear = 0;

  std::uint64_t runs() const { return drops + others + alive; }  ///< those that say something
  void add(Outcome outcome);
};

}  // namespace whydrop::isolate
