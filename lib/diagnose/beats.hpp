#pragma once

#include "wire/frame.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::diagnose {

/// Who wants heartbeat messages of the client, and of which kind.
enum class BeatKind : std::uint8_t {
  engine_io,  ///< Engine.IO 4: a packet 3 for each packet 2 of the server
  discord,    ///< Discord's gateway: op 1
  phoenix,  ///< Phoenix channels: the event heartbeat to the topic phoenix; a rule of the dialect, announced by nobody
  stomp,    ///< STOMP: any bytes
  mqtt,     ///< MQTT: any packet; the client itself announces how often
  named,    ///< a member as heartbeat_interval in one of the server's first messages: any message counts
};

/// A heartbeat that the client owes, and how it kept it.
struct Beat {
  BeatKind kind = BeatKind::named;
  std::int64_t interval_ns = 0;
  std::uint64_t seq = 0;  ///< of the message that announced it
  std::int64_t t_ns = 0;
  std::uint64_t sent = 0;
  std::int64_t last_t = 0;  ///< of the last beat, or of the announcement
};

/// The heartbeat that `payload`, one of a side's first messages, announces. Null if it announces none. Total on any
/// bytes.
std::optional<Beat> announced_beat(wire::Side from, std::string_view payload, bool text);

/// True if a message of the client's counts as a beat.
bool is_beat(BeatKind kind, std::string_view payload);

/// What to send, and how often: a sentence.
std::string beat_advice(const Beat& beat);

}  // namespace whydrop::diagnose
