#pragma once

#include "fieldguide/fieldguide.hpp"
#include "session/finding.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace whydrop::diagnose {

/// What a text of the server's, above all a Close's reason, is about.
enum class Topic : std::uint8_t {
  pong,
  login_time,
  size,
  rate,
  replaced,
  lifetime,
  idle,
  slow_reader,
  origin,
  subprotocol,
  utf8,
  credentials,
  shutdown,
  not_found,
  message,
  finished,
  failure,
};

struct TopicRow {
  Topic topic;
  session::Party at_fault;
  std::string_view fix;
};

/// What to do about a topic, and whose it is.
const TopicRow& row_of(Topic topic);

/// The topic of a text of the server's; null where it names no cause that is known.
std::optional<Topic> topic_of(std::string_view text);

/// True if a reason says no more than its code does: "Going away", "bye", "Internal server error", "1000".
bool only_restates(std::string_view reason);

/// The topic of what brings an ending about in the field guide.
std::optional<Topic> topic_of(fieldguide::Trigger trigger);

/// The limit that a text names: "2000 > 1024", "exceeds maximum of 65536 bytes", "limit is 100". Null if none is in it.
std::optional<std::uint64_t> limit_in(std::string_view text);

}  // namespace whydrop::diagnose
