#include "payload/dialect.hpp"

#include "base/text.hpp"
#include "codec/packet_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace whydrop::payload {
namespace {

using namespace std::string_view_literals;

/// How far into a JSON object its top-level keys are looked for.
constexpr std::size_t kMaxScan = 4096;

// ---- Socket.IO over Engine.IO
// -----------------------------------------------------------------------------------------

struct Prefix {
  std::string_view bytes;
  std::string_view name;
};

// A bare "2" or "3" (ping, pong) is left out: it is as likely a number.
constexpr std::array<Prefix, 12> kSocketIo = {{
    {R"(0{"sid":)", "Engine.IO open"},
    {"2probe", "Engine.IO ping probe"},
    {"3probe", "Engine.IO pong probe"},
    {"40{", "Socket.IO connect"},
    {"40/", "Socket.IO connect"},
    {"41/", "Socket.IO disconnect"},
    {R"(42[")", "Socket.IO event"},
    {"42/", "Socket.IO event"},
    {"43/", "Socket.IO ack"},
    {"44{", "Socket.IO connect error"},
    {"44/", "Socket.IO connect error"},
    {"451-[", "Socket.IO binary event"},
}};

/// 42 or 43 with an acknowledgement number: 4213["…].
std::string_view numbered_packet(std::string_view payload) {
  const std::size_t end = payload.find_first_not_of("0123456789", 2);
  if (end == 2 || end == std::string_view::npos || payload[end] != '[') {
    return {};
  }
  if (starts_with(payload, "42")) {
    return "Socket.IO event";
  }
  return starts_with(payload, "43") ? "Socket.IO ack"sv : ""sv;
}

std::string socket_io(std::string_view payload, bool text) {
  if (!text || payload.size() < 3 || payload[0] < '0' || payload[0] > '4') {
    return {};
  }
  for (const Prefix& row : kSocketIo) {
    if (starts_with(payload, row.bytes)) {
      return std::string(row.name);
    }
  }
  return std::string(numbered_packet(payload));
}

// ---- STOMP
// --------------------------------------------------------------------------------------------------------------

std::string stomp(std::string_view payload, bool) {
  if (payload.empty() || payload[0] < 'A' || payload[0] > 'Z' || payload.back() != '\0') {
    return {};
  }
  std::string_view command = payload.substr(0, payload.find('\n'));
  if (!command.empty() && command.back() == '\r') {
    command.remove_suffix(1);
  }
  const bool known =
      std::find(codec::kStompCommands.begin(), codec::kStompCommands.end(), command) != codec::kStompCommands.end();
  return known ? "STOMP " + std::string(command) : std::string();
}

// ---- JSON dialects
// ------------------------------------------------------------------------------------------------------

/// One past the string that opens at `at`; npos if it is cut.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// What follows `"key":` at the top level of an object; empty if the key is not there.
std::string_view member(std::string_view text, std::string_view key) {
  text = text.substr(0, kMaxScan);
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      depth -= depth > 0 ? 1 : 0;
    } else if (c == '"') {
      const std::size_t end = skip_string(text, i);
      if (end == std::string_view::npos) {
        return {};
      }
      const bool is_key = depth == 1 && end < text.size() && text[end] == ':';
      if (is_key && text.substr(i + 1, end - i - 2) == key) {
        return text.substr(end + 1);
      }
      i = end - 1;
    }
  }
  return {};
}

std::string_view string_value(std::string_view value) {
  if (value.empty() || value[0] != '"') {
    return {};
  }
  const std::size_t end = skip_string(value, 0);
  return end == std::string_view::npos ? std::string_view() : value.substr(1, end - 2);
}

constexpr std::array<std::string_view, 5> kGraphqlAlone = {
    "connection_init", "connection_ack", "connection_error", "connection_terminate", "connection_keep_alive"};
constexpr std::array<std::string_view, 5> kGraphqlWithPayload = {"subscribe", "next", "start", "data", "error"};

bool is_graphql(std::string_view payload, std::string_view type) {
  if (std::find(kGraphqlAlone.begin(), kGraphqlAlone.end(), type) != kGraphqlAlone.end()) {
    return true;
  }
  if (std::find(kGraphqlWithPayload.begin(), kGraphqlWithPayload.end(), type) == kGraphqlWithPayload.end()) {
    return false;
  }
  const std::string_view body = member(payload, "payload");
  if (member(payload, "id").empty() || body.empty()) {
    return false;
  }
  // "error" is everyone's word; the others carry a query or its result.
  return type == "error" ? body[0] == '[' : !member(body, type == "next" || type == "data" ? "data" : "query").empty();
}

std::string graphql_ws(std::string_view payload, bool text) {
  if (!text || payload.empty() || payload[0] != '{') {
    return {};
  }
  const std::string_view type = string_value(member(payload, "type"));
  return !type.empty() && is_graphql(payload, type) ? "graphql-ws " + std::string(type) : std::string();
}

constexpr std::array<std::string_view, 8> kSignalR = {
    "handshake", "invocation", "stream item", "completion", "stream invocation", "cancel", "ping", "close"};

/// What one record is, without its separator.
std::string_view signal_r_kind(std::string_view record) {
  const std::string_view type = member(record, "type");
  const auto index =
      type.empty() ? std::size_t{0} : static_cast<std::size_t>(static_cast<unsigned char>(type[0]) - '0');
  return index < kSignalR.size() ? kSignalR.at(index) : "message"sv;
}

/// Of several records in one message the first ones are named.
std::string signal_r(std::string_view payload, bool text) {
  constexpr int kMost = 4;
  if (!text || payload.size() < 3 || payload[0] != '{' || payload.back() != '\x1e') {
    return {};
  }
  std::string label = "SignalR ";
  for (int i = 0; !payload.empty() && i < kMost; ++i) {
    const std::size_t end = std::min(payload.find('\x1e'), payload.size() - 1);
    label.append(i == 0 ? "" : ", ").append(signal_r_kind(payload.substr(0, end)));
    payload.remove_prefix(end + 1);
  }
  return label + (payload.empty() ? "" : ", …");
}

// ---- MQTT
// ---------------------------------------------------------------------------------------------------------------

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

/// Size of the fixed header if the remaining length fits the message exactly; else null. MQTT 5 section 2.1.4.
std::optional<std::size_t> mqtt_header(std::string_view payload) {
  std::size_t length = 0;
  for (std::size_t i = 1; i < payload.size() && i <= 4; ++i) {
    length |= static_cast<std::size_t>(byte_at(payload, i) & 0x7FU) << (7 * (i - 1));
    if ((byte_at(payload, i) & 0x80U) == 0) {
      return length == payload.size() - i - 1 ? std::optional(i + 1) : std::nullopt;
    }
  }
  return std::nullopt;
}

bool printable_topic(std::string_view body) {
  if (body.size() < 3) {
    return false;
  }
  const std::size_t length = static_cast<std::size_t>(byte_at(body, 0)) << 8U | byte_at(body, 1);
  if (length == 0 || length > body.size() - 2) {
    return false;
  }
  const std::string_view topic = body.substr(2, length);
  return std::all_of(topic.begin(), topic.end(), [](char c) { return c >= ' ' && c != '\x7f'; });
}

bool flags_fit(unsigned type, unsigned flags) {
  constexpr unsigned kPublish = 3;
  return type == kPublish ? (flags & 6U) != 6U : flags == codec::mqtt_flags(type);
}

std::string mqtt(std::string_view payload, bool text) {
  if (text || payload.size() < 2) {
    return {};
  }
  const unsigned type = byte_at(payload, 0) >> 4U;
  const auto header = mqtt_header(payload);
  if (type == 0 || !header || !flags_fit(type, byte_at(payload, 0) & 0xFU)) {
    return {};
  }
  const std::string_view body = payload.substr(*header);
  if ((type == 1 && !starts_with(body, "\0\4MQTT"sv) && !starts_with(body, "\0\6MQIsdp"sv)) ||
      (type == 3 && !printable_topic(body))) {
    return {};
  }
  return "MQTT " + std::string(codec::kMqttTypes.at(type));
}

using Recognise = std::string (*)(std::string_view payload, bool text);
// Those that cost least are asked first; no two claim the same message.
constexpr std::array<Recognise, 5> kDialects = {socket_io, stomp, mqtt, signal_r, graphql_ws};

}  // namespace

std::string dialect(std::string_view payload, bool text) {
  for (const Recognise recognise : kDialects) {
    std::string label = recognise(payload, text);
    if (!label.empty()) {
      return label;
    }
  }
  return {};
}

}  // namespace whydrop::payload
