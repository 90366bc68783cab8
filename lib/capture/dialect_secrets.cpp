#include "capture/dialect_secrets.hpp"

#include "base/secret_keys.hpp"
#include "base/subprotocol_secrets.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace whydrop::capture {
namespace {

/// Part of a message.
struct Part {
  std::size_t at, length;
};

void add(std::string_view content, Part part, std::string name, std::vector<Found>& found, const OnValue& on_value) {
  if (part.length > 0) {
    on_value(name, content.substr(part.at, part.length));
    found.push_back({part.at, part.length, std::move(name)});
  }
}

/// All values of the JSON that begins with the bracket at `at`.
void add_values(
    std::string_view content, std::size_t at, const char* name, std::vector<Found>& found, const OnValue& on_value) {
  ValueWalker walker;
  walker.begin(name, 0);
  walker.walk(content, at, found, on_value);
}

// ---- STOMP 1.2 --------------------------------------------------------------------------------------------------

/// A line of a frame, its end left out; in SockJS, which puts frames into JSON strings, it ends with an escape.
struct HeaderLine {
  std::string_view text;
  std::size_t next;  ///< npos: it was the last
};

HeaderLine line_at(std::string_view content, std::size_t at) {
  for (std::size_t end = at; end < content.size(); ++end) {
    if (content[end] == '\n') {
      const std::size_t size = end - at - (end > at && content[end - 1] == '\r' ? 1 : 0);
      return {content.substr(at, size), end + 1};
    }
    if (content.substr(end, 2) == "\\n" && (end == at || content[end - 1] != '\\')) {
      return {content.substr(at, end - at), end + 2};
    }
  }
  return {content.substr(at), std::string_view::npos};
}

/// Where a client's frame begins; npos if none does.
std::size_t stomp_begin(std::string_view content) {
  const std::size_t at = starts_with(content, "[\"") ? 2 : 0;
  for (const std::string_view command : {"CONNECT", "STOMP", "SEND", "SUBSCRIBE"}) {
    if (starts_with(content.substr(at), command) && line_at(content, at).text.size() == command.size()) {
      return at;
    }
  }
  return std::string_view::npos;
}

void find_stomp(std::string_view content, std::vector<Found>& found, const OnValue& on_value) {
  std::size_t at = stomp_begin(content);
  if (at == std::string_view::npos) {
    return;
  }
  const bool connects = content[at] == 'C' || content[at + 1] == 'T';
  for (at = line_at(content, at).next; at < content.size();) {
    const HeaderLine line = line_at(content, at);
    if (line.text.empty()) {
      return;
    }
    const std::size_t colon = line.text.find(':');
    const std::string_view name = line.text.substr(0, colon);
    if (colon != std::string_view::npos && (is_secret_header(name) || (connects && name == "login"))) {
      const std::size_t scheme = scheme_length(line.text.substr(colon + 1));
      const std::size_t begin = at + colon + 1 + scheme;
      add(content, {begin, at + line.text.size() - begin}, std::string(name), found, on_value);
    }
    at = line.next;
  }
}

// ---- MQTT 3.1, 3.1.1 and 5 --------------------------------------------------------------------------------------

/// Reads a packet from its front; once bytes lack, ok() is false for good.
class Packet {
 public:
  explicit Packet(std::string_view bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  unsigned byte() { return ok_ && at_ < bytes_.size() ? static_cast<unsigned char>(bytes_[at_++]) : fail(); }
  unsigned two() {
    const unsigned high = byte();
    return high << 8U | byte();
  }
  /// Variable byte integer. MQTT 5 section 1.5.5.
  std::size_t varint() {
    std::size_t value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
      const unsigned next = byte();
      value |= static_cast<std::size_t>(next & 0x7FU) << shift;
      if ((next & 0x80U) == 0) {
        return value;
      }
    }
    return fail();
  }
  Part bytes(std::size_t length) {
    const Part part{at_, std::min(length, bytes_.size() - at_)};
    at_ += part.length;
    ok_ = ok_ && part.length == length;
    return part;
  }
  Part field() { return bytes(two()); }

 private:
  unsigned fail() {
    ok_ = false;
    return 0;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

void find_mqtt(std::string_view content, std::vector<Found>& found, const OnValue& on_value) {
  constexpr char kConnect = 0x10;
  constexpr unsigned kWill = 0x04, kPassword = 0x40, kUser = 0x80, kWithProperties = 5;
  if (content.empty() || content[0] != kConnect) {
    return;
  }
  Packet packet(content);
  packet.byte();
  packet.varint();
  const Part protocol = packet.field();
  const std::string_view name = content.substr(protocol.at, protocol.length);
  if (name != "MQTT" && name != "MQIsdp") {
    return;
  }
  const bool properties = packet.byte() >= kWithProperties;
  const unsigned flags = packet.byte();
  packet.two();
  const auto skip_properties = [&] {
    if (properties) {
      packet.bytes(packet.varint());
    }
  };
  skip_properties();
  packet.field();
  if ((flags & kWill) != 0) {
    skip_properties();
    packet.field();
    packet.field();
  }
  for (const auto& [flag, variable] : {std::pair{kUser, "mqtt_user"}, {kPassword, "mqtt_password"}}) {
    if ((flags & flag) != 0 && packet.ok()) {
      add(content, packet.field(), variable, found, on_value);
    }
  }
}

// ---- JSON -------------------------------------------------------------------------------------------------------

/// `40{"token":…}` and `40/namespace,{…}`. Socket.IO protocol 5, CONNECT.
void find_socket_io(std::string_view content, std::vector<Found>& found, const OnValue& on_value) {
  if (!starts_with(content, "40")) {
    return;
  }
  std::size_t at = 2;
  if (content.substr(at, 1) == "/") {
    at = std::min(content.size(), content.find(',', at)) + 1;
  }
  if (at < content.size() && content[at] == '{') {
    add_values(content, at, "auth", found, on_value);
  }
}

/// graphql-transport-ws and graphql-ws: the payload is what the server lets somebody in by.
void find_connection_init(std::string_view content, std::vector<Found>& found, const OnValue& on_value) {
  constexpr std::string_view kPayload = "\"payload\"", kSpace = " \t\r\n";
  // Most messages have no such word, but many quotes and letters.
  if (!starts_with(content, "{") || content.find("_init\"") == std::string_view::npos ||
      content.find("\"connection_init\"") == std::string_view::npos) {
    return;
  }
  std::size_t at = content.find(kPayload);
  if (at == std::string_view::npos) {
    return;
  }
  at = content.find_first_not_of(kSpace, at + kPayload.size());
  if (at == std::string_view::npos || content[at] != ':') {
    return;
  }
  at = content.find_first_not_of(kSpace, at + 1);
  if (at != std::string_view::npos && (content[at] == '{' || content[at] == '[')) {
    add_values(content, at, "payload", found, on_value);
  }
}

/// `[5,"signature",{}]`. WAMP, AUTHENTICATE.
void find_wamp(std::string_view content, std::vector<Found>& found, const OnValue& on_value) {
  constexpr std::string_view kAuthenticate = "[5,\"";
  if (starts_with(content, kAuthenticate)) {
    StringEnd string;
    const std::size_t end = string.find(content, kAuthenticate.size());
    add(content, {kAuthenticate.size(), end - kAuthenticate.size()}, "signature", found, on_value);
  }
}

// ---- lines and elements -----------------------------------------------------------------------------------------

/// `PASS secret` (RFC 2812 section 3.1.1), which Twitch's chat takes too; AUTHENTICATE of IRCv3.
void find_irc(std::string_view content, std::vector<Found>& found, const OnValue& on_value) {
  for (const std::string_view command : {"PASS ", "AUTHENTICATE "}) {
    if (starts_with(content, command)) {
      const std::size_t end = std::min(content.size(), content.find_first_of("\r\n"));
      add(content, {command.size(), end - command.size()}, "password", found, on_value);
    }
  }
}

/// `<auth mechanism='PLAIN'>base64</auth>`. RFC 6120 section 6.4.
void find_sasl(std::string_view content, std::vector<Found>& found, const OnValue& on_value) {
  for (const std::string_view element : {"<auth", "<response"}) {
    if (!starts_with(content, element)) {
      continue;
    }
    const std::size_t begin = std::min(content.size(), content.find('>') + 1);
    const std::size_t end = std::min(content.size(), content.find('<', begin));
    add(content, {begin, end - begin}, "sasl", found, on_value);
  }
}

struct Dialect {
  std::string_view fronts;  ///< bytes that a message of it may begin with
  void (*find)(std::string_view content, std::vector<Found>& found, const OnValue& on_value);
};
constexpr Dialect kDialects[] = {{"CS[", find_stomp},
                                 {"\x10", find_mqtt},
                                 {"4", find_socket_io},
                                 {"{", find_connection_init},
                                 {"[", find_wamp},
                                 {"PA", find_irc},
                                 {"<", find_sasl}};

}  // namespace

void find_dialect_secrets(std::string_view content, std::vector<Found>& found, const OnValue& on_value) {
  for (const Dialect& dialect : kDialects) {
    if (!content.empty() && dialect.fronts.find(content.front()) != std::string_view::npos) {
      dialect.find(content, found, on_value);
    }
  }
}

std::vector<Found> subprotocol_secrets(std::string_view value, bool& next_too) {
  std::vector<Found> found;
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t end = std::min(value.find(',', at), value.size());
    const std::size_t begin = std::min(end, value.find_first_not_of(" \t", at));
    const std::string_view item = trim(value.substr(begin, end - begin));
    at = end + 1;
    if (const auto secret = item.empty() ? std::nullopt : credential_in(item, next_too)) {
      found.push_back({begin + *secret, item.size() - *secret, "subprotocol"});
    }
  }
  return found;
}

}  // namespace whydrop::capture
