#pragma once

#include "base/result.hpp"
#include "engine/input.hpp"
#include "engine/ports.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace whydrop::script {

/// What waits to be sent on a session. Without a gate everything goes at once. With one, a message goes only after the
/// one before it has crossed the wire, so that the gate judges it by all that came before.
class Outbox {
 public:
  struct Item {
    engine::Outgoing::Kind kind = engine::Outgoing::Kind::text;
    std::string payload{};  ///< a Close's reason
    std::uint16_t close_code = 1000;
    unsigned fragments = 1;  ///< a text or binary message is sent in so many frames
    std::string name{};      ///< type of the message, where it was asked for by its type
  };
  /// Told before a text or binary message is sent; false: it is not to be sent, and nothing after it.
  using Gate = std::function<bool(const Item&)>;

  /// `random`: where the masking keys of messages in several frames come from.
  Outbox(std::function<std::uint32_t()> random, Gate gate) : random_(std::move(random)), gate_(std::move(gate)) {}

  void open(engine::Channel& channel) { channel_ = &channel; }
  /// The connection is gone, and what waited for it.
  void gone();
  void push(Item item);
  /// A message of this side was seen on the wire.
  void crossed();
  /// True if nothing waits and nothing is on its way.
  bool idle() const { return waiting_.empty() && !under_way_; }
  /// Bytes that wait here.
  std::size_t size() const { return size_; }

 private:
  void send(const Item& item);
  void send_next();

  std::function<std::uint32_t()> random_;
  Gate gate_;
  engine::Channel* channel_ = nullptr;
  std::deque<Item> waiting_;
  std::size_t size_ = 0;
  bool under_way_ = false;
};

}  // namespace whydrop::script
