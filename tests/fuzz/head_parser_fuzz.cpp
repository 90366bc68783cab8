// Invariant: any bytes, in any pieces, end in a Head without a crash; whole and split feeds give the same one; what
// belongs to the head is a prefix of the input within the limit; the body behind it ends at the same byte; extensions
// and negotiation take any head. The first byte of the input chooses the kind, the pieces and the limit.
#include "fuzz/require.hpp"
#include "handshake/body.hpp"
#include "handshake/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;
using fuzz::require;
using handshake::Head;
using handshake::HeadParser;

std::string describe(const Head& head) {
  std::string text = head.start_line + "\n" + std::to_string(head.status) + "\n" + head.fault + "\n";
  for (const auto& field : head.fields) {
    text += field.name + ":" + field.value + "\n";
  }
  return text + (head.complete ? "complete" : "") + (head.over_limit ? "over" : "");
}

struct Parsed {
  Head head;
  std::size_t used = 0;
};

Parsed parse(std::string_view input, HeadParser::Kind kind, std::size_t piece, std::size_t limit) {
  HeadParser parser(kind, limit);
  Parsed parsed;
  for (std::size_t at = 0; at < input.size() && !parser.done(); at += piece) {
    const std::string chunk(input.substr(at, piece));
    const auto used = parser.feed(chunk);
    require(used == chunk.size() || (used < chunk.size() && parser.done()),
            "bytes are left only when the head is done");
    parsed.used += used;
  }
  parsed.head = parser.head();
  require(!parser.done() || parser.feed("x") == 0, "a head that is done takes nothing");
  require(parsed.head.raw == input.substr(0, parsed.used), "the head is a prefix of the input");
  require(parsed.used <= limit && parsed.head.fields.size() <= HeadParser::kMaxFields, "a head is bounded");
  require(!(parsed.head.complete && parsed.head.over_limit), "a head is complete or given up");
  require(parsed.head.complete || parsed.head.over_limit || parsed.used == input.size(),
          "an open head took everything");
  return parsed;
}

std::size_t body_length(handshake::BodyReader body, std::string_view bytes, std::size_t piece) {
  std::size_t length = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string_view chunk = bytes.substr(at, piece);
    const std::size_t used = body.feed(chunk);
    require(used == chunk.size() || (used < chunk.size() && body.done()), "bytes are left only behind a body");
    length += used;
  }
  return length;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto kind = (data[0] & 1U) != 0 ? HeadParser::Kind::request : HeadParser::Kind::response;
  const std::size_t piece = 1U + ((data[0] >> 1) & 15U);
  const std::size_t limit = (data[0] & 32U) != 0 ? 1U + (data[0] >> 6) * 20U : HeadParser::kMaxHead;
  const auto whole = parse(input, kind, input.size() + 1, limit);
  const auto split = parse(input, kind, piece, limit);
  require(describe(whole.head) == describe(split.head) && whole.used == split.used, "whole and split feeds agree");

  const std::string_view rest = input.substr(whole.used);
  for (const auto& body :
       {handshake::BodyReader::of_request(whole.head), handshake::BodyReader::of_response(whole.head, "GET")}) {
    require(body_length(body, rest, rest.size() + 1) == body_length(body, rest, piece), "a body ends at one place");
  }

  const auto agreed = handshake::negotiate(whole.head, whole.head);
  require(!agreed.deflate || agreed.deflate_fault.empty(), "what is agreed has no fault");
  require(
      !agreed.deflate || (agreed.deflate->server_max_window_bits >= 8 && agreed.deflate->server_max_window_bits <= 15),
      "a window has 8 to 15 bits");
  handshake::opens_session(whole.head, whole.head);
  return 0;
}
