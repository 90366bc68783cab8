// Engine.IO 3 and 4 (github.com/socketio/engine.io-protocol) and, in its messages, Socket.IO 4 and 5
// (github.com/socketio/socket.io-protocol). A packet of theirs is one WebSocket message; an attachment is one more.
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "codec/makers.hpp"
#include "codec/packet_text.hpp"

#include <algorithm>
#include <array>

namespace whydrop::codec {
namespace {

constexpr std::array<std::string_view, 7> kEngine{"open", "close", "ping", "pong", "message", "upgrade", "noop"};
constexpr std::array<std::string_view, 7> kSocket{
    "connect", "disconnect", "event", "ack", "connect_error", "binary_event", "binary_ack"};
constexpr std::size_t kMessage = 4, kBinaryEvent = 5;
constexpr std::size_t kMostDigits = 15;  ///< of an id: what a JavaScript number holds exactly
constexpr std::size_t kMostAttachmentDigits = 4;

/// The digit of a packet type; null for anything else.
std::optional<std::size_t> type_at(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '6' ? std::optional<std::size_t>(text[at] - '0')
                                                                : std::nullopt;
}

/// The digits that stand at `at`.
std::string_view digits_at(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789", at), text.size());
  return text.substr(at, end - at);
}

class SocketIo final : public Decoder {
 public:
  explicit SocketIo(bool inner) : inner_(inner) {}
  SocketIo(const SocketIo& other) : Decoder(), inner_(other.inner_), awaited_(other.awaited_) {}

  std::optional<Fault> feed(wire::Side from, bool text, std::string_view message, const OnPacket& each) override {
    std::size_t& awaited = awaited_[static_cast<std::size_t>(from)];
    if (!text) {
      return attachment(awaited, message, each);
    }
    const std::size_t valid = utf8_valid_prefix(message);
    return valid < message.size() ? Fault{valid, "expected UTF-8"} : read(awaited, message, each);
  }
  std::unique_ptr<Decoder> copy() const override { return std::make_unique<SocketIo>(*this); }

 private:
  std::optional<Fault> read(std::size_t& awaited, std::string_view text, const OnPacket& each);
  std::optional<Fault> read_socket(std::size_t& awaited, std::string_view text, const OnPacket& each);
  std::optional<Fault> attachment(std::size_t& awaited, std::string_view bytes, const OnPacket& each) const;
  std::optional<Fault> fault_of_json(std::string_view text, std::size_t at);

  bool inner_;                            ///< messages hold Socket.IO packets
  std::array<std::size_t, 2> awaited_{};  ///< attachments that are to come, by side
  json::Json scratch_;
};

std::optional<Fault> SocketIo::fault_of_json(std::string_view text, std::size_t at) {
  const auto fault = scratch_.parse(text.substr(at));
  return fault ? std::optional(Fault{at + fault->offset, "not JSON: " + fault->why}) : std::nullopt;
}

std::optional<Fault> SocketIo::read(std::size_t& awaited, std::string_view text, const OnPacket& each) {
  const auto type = type_at(text, 0);
  if (!type) {
    return Fault{0, "expected the type of an Engine.IO packet, a digit of 0 to 6"};
  }
  if (*type == kMessage && inner_) {
    return read_socket(awaited, text, each);
  }
  PacketText packet;
  packet.string("engine", kEngine[*type]);
  const std::string_view data = text.substr(1);
  if (*type == 0) {
    if (auto fault = fault_of_json(text, 1)) {
      return fault;
    }
    packet.raw("data", data);
  } else if (!data.empty()) {
    packet.string("data", data);
  }
  each(std::move(packet).done());
  return std::nullopt;
}

std::optional<Fault> SocketIo::read_socket(std::size_t& awaited, std::string_view text, const OnPacket& each) {
  std::size_t at = 1;
  const auto type = type_at(text, at);
  if (!type) {
    return Fault{at, "expected the type of a Socket.IO packet, a digit of 0 to 6"};
  }
  if (awaited > 0) {
    awaited = 0;
    return Fault{0, "expected an attachment, in a binary message"};
  }
  ++at;
  PacketText packet;
  packet.string("engine", kEngine[kMessage]).string("packet", kSocket[*type]);
  std::size_t attachments = 0;
  if (*type >= kBinaryEvent) {
    const std::string_view count = digits_at(text, at);
    if (count.empty() || count.size() > kMostAttachmentDigits || text.substr(at + count.size(), 1) != "-") {
      return Fault{at, "expected the number of attachments and \"-\""};
    }
    attachments = std::stoul(std::string(count));
    at += count.size() + 1;
  }
  std::string_view space = "/";
  if (text.substr(at, 1) == "/") {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    space = text.substr(at, comma - at);
    at = std::min(comma + 1, text.size());
  }
  packet.string("namespace", space);
  if (const std::string_view id = digits_at(text, at); !id.empty()) {
    if (id.size() > kMostDigits) {
      return Fault{at, "expected an id of at most 15 digits"};
    }
    packet.number("id", std::stoull(std::string(id)));
    at += id.size();
  }
  if (*type >= kBinaryEvent) {
    packet.number("attachments", attachments);
  }
  if (at < text.size()) {
    if (auto fault = fault_of_json(text, at)) {
      return fault;
    }
    packet.raw("data", text.substr(at));
  }
  awaited = attachments;
  each(std::move(packet).done());
  return std::nullopt;
}

std::optional<Fault> SocketIo::attachment(std::size_t& awaited, std::string_view bytes, const OnPacket& each) const {
  if (inner_ && awaited == 0) {
    return Fault{0, "no packet announced an attachment"};
  }
  PacketText packet;
  packet.string("engine", kEngine[kMessage]);
  if (inner_) {
    --awaited;
    packet.string("packet", "attachment");
  }
  each(std::move(packet.number("bytes", bytes.size())).done());
  return std::nullopt;
}

std::string text_of(json::Value packet, std::string_view key) {
  const auto member = packet.find(key);
  return !member ? std::string() : json::plain_text(*member);
}

}  // namespace

std::unique_ptr<Decoder> make_engine_io() {
  return std::make_unique<SocketIo>(false);
}

std::unique_ptr<Decoder> make_socket_io() {
  return std::make_unique<SocketIo>(true);
}

Result<Message> encode_engine_io(json::Value packet) {
  const auto engine = index_in(kEngine, string_of(packet, "engine"));
  return engine ? Result<Message>(Message{true, std::to_string(*engine) + text_of(packet, "data")})
                : no_packet("/engine is none of Engine.IO's packets");
}

Result<Message> encode_socket_io(json::Value packet) {
  if (string_of(packet, "engine") != kEngine[kMessage]) {
    return encode_engine_io(packet);
  }
  const auto type = index_in(kSocket, string_of(packet, "packet"));
  if (!type) {
    return no_packet("/packet is none of Socket.IO's packets");
  }
  Message made{true, "4" + std::to_string(*type)};
  if (*type >= kBinaryEvent) {
    made.payload += std::to_string(number_of(packet, "attachments").value_or(0)) + "-";
  }
  if (const std::string_view space = string_of(packet, "namespace"); !space.empty() && space != "/") {
    if (space.front() != '/' || space.find(',') != std::string_view::npos) {
      return no_packet("/namespace begins with / and holds no comma");
    }
    made.payload.append(space).append(",");
  }
  if (const auto id = number_of(packet, "id")) {
    made.payload += std::to_string(*id);
  }
  if (const auto data = packet.find("data")) {
    made.payload += data->text();
  }
  return made;
}

}  // namespace whydrop::codec
