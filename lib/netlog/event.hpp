#pragma once

#include "netlog/constants.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::netlog {

/// One event of a net log. What it carries is parsed by whoever wants it.
struct LogEvent {
  EventType type = EventType::other;
  EventPhase phase = EventPhase::none;
  SourceType source = SourceType::other;
  std::int64_t source_id = 0;
  std::int64_t time_ms = 0;
  std::string_view params;  ///< JSON text; empty: none
};

/// Reads events. The members that Chromium writes last, always in one order, are read where they stand; an event of
/// another shape (formatted, or by another tool) is parsed as a whole.
class EventReader {
 public:
  /// Null for what is no event. It is valid until the next call, and as long as `text`.
  std::optional<LogEvent> read(std::string_view text, const Constants& constants);

 private:
  std::optional<LogEvent> parse(std::string_view text, const Constants& constants);

  json::Json json_;
  std::string params_;
};

}  // namespace whydrop::netlog
