#include "diagnose/beats.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "diagnose/words.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

using json::Type;
using json::Value;
using wire::Side;

namespace {

std::optional<Beat> beat(BeatKind kind, std::int64_t interval_ns) {
  // Neither a flood nor a year is a heartbeat.
  constexpr std::int64_t kLeast = kSecond / 10, kMost = 3600 * kSecond;
  if (interval_ns < kLeast || interval_ns > kMost) {
    return std::nullopt;
  }
  Beat made;
  made.kind = kind;
  made.interval_ns = interval_ns;
  return made;
}

/// Milliseconds of an integer member; 0 where there is none.
std::int64_t milliseconds(Value object, std::string_view name) {
  const auto member = object.find(name);
  return member && member->is_integer() ? std::clamp<std::int64_t>(member->integer(), 0, 1'000'000'000) : 0;
}

/// Nanoseconds of a member that names a heartbeat's interval. Without a unit in its name, small numbers are seconds.
std::int64_t named_interval(std::string_view name, Value value) {
  static constexpr std::string_view kNames[] = {
      "heartbeatinterval", "heartbeat", "pinginterval", "keepaliveinterval", "keepalive"};
  struct Unit {
    std::string_view end;
    std::int64_t ns;
  };
  static constexpr Unit kUnits[] = {{"ms", kMillisecond},
                                    {"millis", kMillisecond},
                                    {"milliseconds", kMillisecond},
                                    {"s", kSecond},
                                    {"sec", kSecond},
                                    {"secs", kSecond},
                                    {"seconds", kSecond}};
  if (!value.is_integer() || value.integer() <= 0 || value.integer() > 3'600'000) {
    return 0;
  }
  const std::string letters = letters_of(name);
  for (const std::string_view known : kNames) {
    if (letters == known) {
      return value.integer() * (value.integer() < 1000 ? kSecond : kMillisecond);
    }
    for (const Unit& unit : kUnits) {
      if (letters == fmt::format("{}{}", known, unit.end)) {
        return value.integer() * unit.ns;
      }
    }
  }
  return 0;
}

std::optional<Beat> named(Value object, int depth) {
  constexpr int kDepth = 2;
  for (std::size_t i = 0; i < object.size(); ++i) {
    const auto [name, value] = object.member(i);
    if (const std::int64_t interval = named_interval(name, value); interval != 0) {
      return beat(BeatKind::named, interval);
    }
    if (value.is(Type::object) && depth < kDepth) {
      if (auto inner = named(value, depth + 1)) {
        return inner;
      }
    }
  }
  return std::nullopt;
}

std::optional<Beat> of_server(Value root, bool engine_io) {
  if (engine_io) {
    return root.find("sid") ? beat(BeatKind::engine_io, milliseconds(root, "pingInterval") * kMillisecond)
                            : std::nullopt;
  }
  const auto op = root.find("op");
  const auto data = root.find("d");
  if (op && op->is_integer() && op->integer() == 10 && data && data->is(Type::object)) {
    return beat(BeatKind::discord, milliseconds(*data, "heartbeat_interval") * kMillisecond);
  }
  return named(root, 0);
}

/// STOMP's CONNECTED: heart-beat:sx,sy; sy is what the server wants to get (STOMP 1.2, heart-beating).
std::optional<Beat> of_stomp(std::string_view text) {
  constexpr std::string_view kHeader = "\nheart-beat:";
  const std::size_t at = starts_with(text, "CONNECTED") ? text.find(kHeader) : std::string_view::npos;
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view value = text.substr(at + kHeader.size());
  value = value.substr(0, value.find_first_of("\r\n"));
  value = value.substr(std::min(value.size(), value.find(',') + 1));
  std::int64_t wanted = 0;
  for (const char c : value.substr(0, 9)) {
    wanted = c >= '0' && c <= '9' ? wanted * 10 + (c - '0') : wanted;
  }
  return beat(BeatKind::stomp, wanted * kMillisecond);
}

/// MQTT's CONNECT: two bytes of keep alive behind protocol name, level and flags (MQTT 3.1.1 section 3.1.2.10).
std::optional<Beat> of_mqtt(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U; };
  if (at(0) != 0x10) {
    return std::nullopt;
  }
  std::size_t i = 1;
  while (i < 5 && (at(i) & 0x80U) != 0) {
    ++i;  // the remaining length takes up to four bytes
  }
  ++i;
  const std::size_t name = at(i) << 8U | at(i + 1);
  i += 2 + name + 2;
  return name <= 6 && i + 1 < bytes.size()
             ? beat(BeatKind::mqtt, static_cast<std::int64_t>(at(i) << 8U | at(i + 1)) * kSecond)
             : std::nullopt;
}

}  // namespace

std::optional<Beat> announced_beat(Side from, std::string_view payload, bool text) {
  if (from == Side::client) {
    if (!text) {
      return of_mqtt(payload);
    }
    return payload.find("\"phx_join\"") != std::string_view::npos ? beat(BeatKind::phoenix, 30 * kSecond)
                                                                  : std::nullopt;
  }
  const bool engine_io = starts_with(payload, "0{");
  json::Json document;
  if (!text || payload.empty() || (!engine_io && payload.front() != '{')) {
    return text ? of_stomp(payload) : std::nullopt;
  }
  if (document.parse(trim(payload.substr(engine_io ? 1 : 0)))) {
    return std::nullopt;
  }
  return of_server(document.root(), engine_io);
}

bool is_beat(BeatKind kind, std::string_view payload) {
  switch (kind) {
  case BeatKind::engine_io:
    return payload == "3" || payload == "2";
  case BeatKind::discord: {
    const std::size_t at = payload.find("\"op\":");
    const std::string_view op = at == std::string_view::npos ? std::string_view() : trim(payload.substr(at + 5, 4));
    return !op.empty() && op[0] == '1' && (op.size() == 1 || op[1] < '0' || op[1] > '9');
  }
  case BeatKind::phoenix:
    return payload.find("\"heartbeat\"") != std::string_view::npos;
  case BeatKind::stomp:
  case BeatKind::mqtt:
  case BeatKind::named:
    return true;
  }
  return true;
}

std::string beat_advice(const Beat& beat) {
  const std::string every = about_words(beat.interval_ns);
  switch (beat.kind) {
  case BeatKind::engine_io:
    return "Send the packet 3 (pong) for each 2 (ping) of the server; with EIO=3 send 2 yourself. WebSocket pings do "
           "not count.";
  case BeatKind::discord:
    return fmt::format("Send {{\"op\":1,\"d\":null}} every {}; WebSocket pings do not count.", every);
  case BeatKind::phoenix:
    return fmt::format("Send [null,\"2\",\"phoenix\",\"heartbeat\",{{}}] every {}; WebSocket pings do not count.",
                       every);
  case BeatKind::stomp:
    return fmt::format("Send a line feed or any frame at least every {}.", every);
  case BeatKind::mqtt:
    return fmt::format("Send PINGREQ (c0 00) or any packet at least every {}.", every);
  case BeatKind::named:
    return fmt::format("Send the API's heartbeat message every {}.", every);
  }
  return {};
}

}  // namespace whydrop::diagnose
