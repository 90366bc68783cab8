// SockJS over WebSocket (sockjs.github.io, protocol 0.3.3): the server's frames begin with a letter, the client sends
// arrays of strings. A frame is one text message.
#include "codec/makers.hpp"
#include "codec/packet_text.hpp"

#include <utility>

namespace whydrop::codec {
namespace {

constexpr std::string_view kNoFrame = "expected a SockJS frame: o, h, a[...] or c[...]";
constexpr std::string_view kNoStrings = "expected an array of strings";

bool are_strings(json::Value value) {
  if (!value.is(json::Type::array)) {
    return false;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value.item(i).is(json::Type::string)) {
      return false;
    }
  }
  return true;
}

class SockJs final : public Decoder {
 public:
  SockJs() = default;
  SockJs(const SockJs& other) : Decoder(other) {}

  std::optional<Fault> feed(wire::Side from, bool text, std::string_view message, const OnPacket& each) override {
    if (!text || message.empty()) {
      return Fault{0, text ? "expected a frame, and the message is empty" : "expected a text message"};
    }
    const bool own = from == wire::Side::client;
    if (!own && message.size() == 1 && (message[0] == 'o' || message[0] == 'h')) {
      each(message[0] == 'o' ? R"({"sockjs":"open"})" : R"({"sockjs":"heartbeat"})");
      return std::nullopt;
    }
    const std::size_t begin = own ? 0 : 1;
    const char kind = own ? 'a' : message[0];
    if (kind != 'a' && kind != 'c') {
      return Fault{0, std::string(kNoFrame)};
    }
    if (const auto fault = scratch_.parse(message.substr(begin))) {
      return Fault{begin + fault->offset, "not JSON: " + fault->why};
    }
    return kind == 'a' ? read_messages(own, begin, each) : read_close(each);
  }
  std::unique_ptr<Decoder> copy() const override { return std::make_unique<SockJs>(*this); }

 private:
  std::optional<Fault> read_messages(bool own, std::size_t begin, const OnPacket& each) const {
    const json::Value root = scratch_.root();
    const bool single = own && root.is(json::Type::string);
    if (!single && !are_strings(root)) {
      return Fault{begin, std::string(kNoStrings)};
    }
    PacketText packet;
    packet.string("sockjs", own ? "send" : "message");
    packet.raw("messages", single ? "[" + root.text() + "]" : root.text());
    each(std::move(packet).done());
    return std::nullopt;
  }
  std::optional<Fault> read_close(const OnPacket& each) const {
    const json::Value root = scratch_.root();
    if (!root.is(json::Type::array) || root.size() != 2) {
      return Fault{1, "expected a code and a reason"};
    }
    PacketText packet;
    packet.string("sockjs", "close").raw("code", root.item(0).text()).raw("reason", root.item(1).text());
    each(std::move(packet).done());
    return std::nullopt;
  }

  json::Json scratch_;
};

}  // namespace

std::unique_ptr<Decoder> make_sockjs() {
  return std::make_unique<SockJs>();
}

Result<Message> encode_sockjs(json::Value packet) {
  const std::string_view kind = string_of(packet, "sockjs");
  const auto messages = packet.find("messages");
  if (kind == "open" || kind == "heartbeat") {
    return Message{true, kind == "open" ? "o" : "h"};
  }
  if (kind == "close") {
    const auto code = packet.find("code"), reason = packet.find("reason");
    return Message{true,
                   "c[" + (code ? code->text() : "3000") + "," + (reason ? reason->text() : "\"Go away!\"") + "]"};
  }
  if (kind != "message" && kind != "send") {
    return no_packet("/sockjs is none of SockJS's frames");
  }
  return messages && are_strings(*messages)
             ? Result<Message>(Message{true, (kind == "message" ? "a" : "") + messages->text()})
             : no_packet("/messages is no array of strings");
}

}  // namespace whydrop::codec
