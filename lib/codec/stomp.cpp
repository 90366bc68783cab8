// STOMP 1.0 to 1.2 (stomp.github.io). A frame ends with NUL; a line feed between frames is a heartbeat. Over WebSocket
// a message is a frame or a heartbeat, yet a stream of them is as lawful.
#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "codec/makers.hpp"
#include "codec/packet_names.hpp"
#include "codec/packet_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::codec {
namespace {

/// A line from `at` on without its end, which is LF or CR LF; null where there is no end.
std::optional<std::string_view> line_at(std::string_view text, std::size_t& at) {
  const std::size_t end = text.find('\n', at);
  if (end == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view line = text.substr(at, end - at);
  line.remove_suffix(!line.empty() && line.back() == '\r' ? 1 : 0);
  at = end + 1;
  return line;
}

/// STOMP 1.2, value encoding: \r, \n, \c and \\; in CONNECT and CONNECTED nothing is escaped.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    const char meant = next == 'r' ? '\r' : next == 'n' ? '\n' : next == 'c' ? ':' : next == '\\' ? '\\' : '\0';
    out += meant == '\0' ? text[i] : meant;
    i += meant == '\0' ? 0 : 1;
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const char code = c == '\r' ? 'r' : c == '\n' ? 'n' : c == ':' ? 'c' : c == '\\' ? '\\' : '\0';
    out += code == '\0' ? std::string(1, c) : std::string{'\\', code};
  }
  return out;
}

bool is_connecting(std::string_view command) {
  return command == "CONNECT" || command == "STOMP" || command == "CONNECTED";
}

/// One frame from the front of a stream.
struct FrameRead {
  std::string json;
  std::size_t size = 0;  ///< bytes that it takes; 0: it has not come whole, or `fault`
  std::optional<Fault> fault;
};

FrameRead whole_frame(std::string_view text,
                      std::string_view command,
                      std::size_t body,
                      PacketText packet,
                      std::optional<std::size_t> length) {
  const std::size_t end = length ? body + *length : text.find('\0', body);
  if (end == std::string_view::npos || end >= text.size()) {
    return {};
  }
  if (text[end] != '\0') {
    return {{},
            0,
            Fault{end,
                  fmt::format("expected NUL behind the {} of {}'s content-length", counted(*length, "byte"), command)}};
  }
  const std::string_view content = text.substr(body, end - body);
  packet.bytes("body", content);
  return {std::move(packet).done(), end + 1, std::nullopt};
}

/// "heart-beat:0,10000", in milliseconds.
void put_beats(PacketText& packet, std::string_view value) {
  const std::size_t comma = value.find(',');
  std::uint64_t sends = 0, wants = 0;
  const std::string_view first = value.substr(0, comma),
                         second = comma == std::string_view::npos ? "" : value.substr(comma + 1);
  const auto one = std::from_chars(first.data(), first.data() + first.size(), sends);
  const auto two = std::from_chars(second.data(), second.data() + second.size(), wants);
  if (one.ec == std::errc() && two.ec == std::errc()) {
    packet.raw("heart_beat", fmt::format("[{},{}]", sends, wants));
  }
}

FrameRead read_frame(std::string_view text) {
  std::size_t at = 0;
  const auto command = line_at(text, at);
  const std::string_view begins = command ? *command : text.substr(0, text.find('\0'));
  const bool known = std::any_of(kStompCommands.begin(), kStompCommands.end(), [&](std::string_view row) {
    return command ? row == begins : row.substr(0, begins.size()) == begins;
  });
  if (!known || (!command && text.find('\0') != std::string_view::npos)) {
    return {{}, 0, Fault{0, "expected a STOMP command, as CONNECT or SEND, in a line of its own"}};
  }
  if (!command) {
    return {};
  }
  PacketText packet, headers;
  std::set<std::string> told;
  std::optional<std::size_t> length;
  std::string_view beats;
  packet.string("command", *command);
  for (;;) {
    const std::size_t begin = at;
    const auto line = line_at(text, at);
    if (!line) {
      // Behind the headers an empty line is due before the NUL.
      const std::size_t nul = text.find('\0', begin);
      return nul == std::string_view::npos
                 ? FrameRead()
                 : FrameRead{{}, 0, Fault{nul, fmt::format("expected an empty line behind {}'s headers", *command)}};
    }
    if (line->empty()) {
      break;
    }
    const std::size_t colon = line->find(':');
    if (colon == std::string_view::npos || !is_utf8(*line)) {
      return {{}, 0, Fault{begin, fmt::format("expected a header of {}, as name:value", *command)}};
    }
    const bool plain = is_connecting(*command);
    const std::string name = plain ? std::string(line->substr(0, colon)) : unescaped(line->substr(0, colon));
    // Of equal names the first counts (STOMP 1.2, repeated header entries).
    if (!told.insert(name).second) {
      continue;
    }
    const std::string_view value = line->substr(colon + 1);
    headers.quoted(name, plain ? std::string(value) : unescaped(value));
    beats = name == "heart-beat" ? value : beats;
    std::size_t number = 0;
    if (name == "content-length" &&
        std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc()) {
      length = number;
    }
  }
  packet.raw("headers", std::move(headers).done());
  put_beats(packet, beats);
  return length && *length > kMostKept && *length > text.size() - at
             ? FrameRead{{}, 0, Fault{0, fmt::format("a body of {} is more than is kept", counted(*length, "byte"))}}
             : whole_frame(text, *command, at, std::move(packet), length);
}

class Stomp final : public Decoder {
 public:
  std::optional<Fault> feed(wire::Side from, bool, std::string_view message, const OnPacket& each) override;
  std::string lacks(wire::Side from) const override {
    const std::string& kept = kept_[static_cast<std::size_t>(from)];
    return kept.empty() ? "" : fmt::format("NUL at the end of {}", kept.substr(0, kept.find_first_of("\r\n")));
  }
  std::unique_ptr<Decoder> copy() const override { return std::make_unique<Stomp>(*this); }

 private:
  std::array<std::string, 2> kept_;  ///< of a frame that has not come whole
};

std::optional<Fault> Stomp::feed(wire::Side from, bool, std::string_view message, const OnPacket& each) {
  std::string& kept = kept_[static_cast<std::size_t>(from)];
  const std::size_t before = kept.size();
  const std::string joined = before > 0 ? std::exchange(kept, {}).append(message) : std::string();
  const std::string_view all = before > 0 ? std::string_view(joined) : message;
  std::size_t used = 0;
  bool beat = false;
  while (used < all.size()) {
    if (all[used] == '\n' || all[used] == '\r') {
      // The line feeds behind a frame are no heartbeat.
      if (used == 0 && !std::exchange(beat, true)) {
        each(R"({"command":"heart-beat"})");
      }
      ++used;
      continue;
    }
    FrameRead frame = read_frame(all.substr(used));
    const bool too_long = !frame.fault && frame.size == 0 && all.size() - used > kMostKept;
    if (frame.fault || too_long) {
      const std::size_t at = used + (frame.fault ? frame.fault->offset : 0);
      return Fault{std::min(at - std::min(at, before), message.size()),
                   frame.fault ? std::move(frame.fault->why) : "expected NUL at the end of a frame"};
    }
    if (frame.size == 0) {
      kept = all.substr(used);
      return std::nullopt;
    }
    each(frame.json);
    used += frame.size;
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<Decoder> make_stomp() {
  return std::make_unique<Stomp>();
}

Result<Message> encode_stomp(json::Value packet) {
  const std::string_view command = string_of(packet, "command");
  if (command == "heart-beat") {
    return Message{true, "\n"};
  }
  if (!index_in(kStompCommands, command)) {
    return no_packet("/command is none of STOMP's");
  }
  Message made{true, std::string(command) + "\n"};
  const auto headers = packet.find("headers");
  const auto given = packet.find("body");
  if (headers && !headers->is(json::Type::object)) {
    return no_packet("/headers is no object");
  }
  if (given && !given->is(json::Type::string)) {
    return no_packet("/body is no string");
  }
  for (std::size_t i = 0; headers && i < headers->size(); ++i) {
    const auto [name, value] = headers->member(i);
    const std::string text = json::plain_text(value);
    const bool plain = is_connecting(command);
    if (plain &&
        (text.find_first_of("\r\n") != std::string::npos || name.find_first_of(":\r\n") != std::string_view::npos)) {
      return no_packet(fmt::format("/headers/{} does not fit into a line", name));
    }
    made.payload += plain ? fmt::format("{}:{}\n", name, text) : fmt::format("{}:{}\n", escaped(name), escaped(text));
  }
  const std::string_view encoded = string_of(packet, "body_base64");
  const std::optional<std::string> body =
      encoded.empty() ? std::optional(std::string(string_of(packet, "body"))) : base64_decode(encoded);
  if (!body) {
    return no_packet("/body_base64 is not base64");
  }
  const bool has_length = headers && headers->find("content-length");
  if (body->find('\0') != std::string::npos && !has_length) {
    made.payload += fmt::format("content-length:{}\n", body->size());  // else the frame would end at that NUL
  }
  made.payload += "\n" + *body;
  made.payload += '\0';
  made.text = is_utf8(made.payload);
  return made;
}

}  // namespace whydrop::codec
