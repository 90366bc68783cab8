#include "netlog/event.hpp"

#include "base/text.hpp"
#include "netlog/value.hpp"

#include <charconv>

namespace whydrop::netlog {
namespace {

/// Bytes of what follows an event's params, at most.
constexpr std::size_t kMostTail = 200;

/// Reads a text from its front.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}
  bool skip(std::string_view expected) {
    const bool there = starts_with(text_, expected);
    text_.remove_prefix(there ? expected.size() : 0);
    return there;
  }
  bool number(std::int64_t& to) {
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), to);
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return error == std::errc();
  }
  bool over() const { return text_.empty(); }

 private:
  std::string_view text_;
};

/// What follows the params, numbers only.
struct Tail {
  std::int64_t phase = 0, id = 0, started = 0, source = 0, time = 0, type = 0;

  bool read(std::string_view text) {
    Cursor at(text);
    return at.skip("\"phase\":") && at.number(phase) && at.skip(",\"source\":{\"id\":") && at.number(id) &&
           (!at.skip(",\"start_time\":\"") || (at.number(started) && at.skip("\""))) && at.skip(",\"type\":") &&
           at.number(source) && at.skip("},\"time\":\"") && at.number(time) && at.skip("\",\"type\":") &&
           at.number(type) && at.skip("}") && at.over();
  }
};

LogEvent event_of(const Tail& tail, const Constants& constants) {
  LogEvent event;
  event.type = constants.type(tail.type);
  event.phase = constants.phase(tail.phase);
  event.source = constants.source(tail.source);
  event.source_id = tail.id;
  event.time_ms = tail.time;
  return event;
}

}  // namespace

std::optional<LogEvent> EventReader::read(std::string_view text, const Constants& constants) {
  constexpr std::string_view kParams = "{\"params\":";
  Tail tail;
  if (starts_with(text, "{\"phase\":") && tail.read(text.substr(1))) {
    return event_of(tail, constants);
  }
  const std::size_t near_end = text.size() > kMostTail ? text.size() - kMostTail : 0;
  const std::size_t phase = text.rfind(",\"phase\":");
  if (starts_with(text, kParams) && phase != std::string_view::npos && phase >= near_end &&
      tail.read(text.substr(phase + 1))) {
    LogEvent event = event_of(tail, constants);
    event.params = text.substr(kParams.size(), phase - kParams.size());
    return event;
  }
  return parse(text, constants);
}

std::optional<LogEvent> EventReader::parse(std::string_view text, const Constants& constants) {
  if (json_.parse(text)) {
    return std::nullopt;
  }
  const json::Value root = json_.root();
  const auto source = root.find("source");
  const auto type = number_of(root, "type");
  const auto id = source ? number_of(*source, "id") : std::nullopt;
  if (!type || !id) {
    return std::nullopt;
  }
  Tail tail;
  tail.type = *type;
  tail.id = *id;
  tail.phase = number_of(root, "phase").value_or(0);
  tail.source = number_of(*source, "type").value_or(-1);
  tail.time = number_of(root, "time").value_or(0);
  LogEvent event = event_of(tail, constants);
  const auto params = root.find("params");
  params_ = params ? params->text() : "";
  event.params = params_;
  return event;
}

}  // namespace whydrop::netlog
