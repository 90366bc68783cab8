#pragma once

#include "handshake/head.hpp"
#include "rules/rules.hpp"
#include "session/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace whydrop::rules {

using session::Side;

/// What a check saw broken, in words with the values in them.
struct Broken {
  std::string says;
  std::string fix;
  std::vector<std::uint64_t> also;  ///< seq of facts that show it, beside the one judged
};
using Judgement = std::optional<Broken>;

/// What one side has said before the frame that is judged.
struct Half {
  std::uint64_t message_seq = 0;  ///< first frame of the message under way; 0: none
  bool text = false;              ///< the message under way is text, and all of it is known so far
  std::uint64_t close_seq = 0;    ///< this side's first Close; 0: none
  std::optional<std::uint16_t> close_code;

  bool in_message() const { return message_seq != 0; }
};

/// How far the upgrade is.
enum class Upgrade : std::uint8_t { unseen, asked, answered };

/// A frame to be judged; `whole` is false for one cut by the end of the stream, of which the header came.
struct FrameContext {
  const session::Frame& frame;
  std::uint64_t seq = 0;
  bool whole = true;
  const Half& own;
  const Half& peer;
  bool deflate_agreed = false;
  Upgrade upgrade = Upgrade::unseen;
  std::uint64_t upgrade_seq = 0;  ///< the Request or Response
};

/// A head to be judged. `request` is null for a request itself, and where a response came without one.
struct HeadContext {
  Side from = Side::client;
  std::uint64_t seq = 0;
  const handshake::Head& head;
  const std::vector<session::Header>& headers;
  const std::string& raw;  ///< may be empty
  const handshake::Head* request = nullptr;
  std::uint64_t request_seq = 0;

  bool is_request() const { return from == Side::client; }
  /// A head that never ended answers nothing.
  bool switches() const { return head.status == 101 && head.complete; }
};

/// Text of a message that is not UTF-8: `at` is the byte of the message's content where it breaks, `end` true if the
/// message ends inside a character.
struct TextContext {
  Side from = Side::client;
  std::uint64_t seq = 0;
  std::uint64_t message_seq = 0;
  std::uint64_t at = 0;
  bool end = false;
};

struct InflatedContext {
  const session::Inflated& inflated;
};

struct BytesContext {
  Side from = Side::client;
  std::uint64_t seq = 0;
  std::string_view bytes;  ///< from the first byte of a frame's header
};

using FrameCheck = Judgement (*)(const FrameContext&);
using HeadCheck = Judgement (*)(const HeadContext&);
using TextCheck = Judgement (*)(const TextContext&);
using InflatedCheck = Judgement (*)(const InflatedContext&);
using BytesCheck = Judgement (*)(const BytesContext&);
using Check = std::variant<FrameCheck, HeadCheck, TextCheck, InflatedCheck, BytesCheck>;

/// One row of the table: what is demanded, and the function that sees it broken.
struct Row {
  Rule rule;
  Check check;
};
const std::vector<Row>& table();

/// "The server" or "The client", to begin a sentence.
std::string_view subject(Side side);

}  // namespace whydrop::rules
