#include "rehearsal/deflate.hpp"

#include <algorithm>
#include <string>

namespace whydrop::rehearsal {
namespace {

/// zlib cannot deflate with a window of 256 bytes.
bool window_bits(const std::string& text, int& bits) {
  if (text.empty() || text.size() > 2 ||
      !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return false;
  }
  bits = std::stoi(text);
  return bits >= 9 && bits <= 15;
}

std::optional<handshake::DeflateParameters> accept_offer(const handshake::Extension& offer) {
  handshake::DeflateParameters agreed;
  for (const auto& [name, value] : offer.parameters) {
    if (name == "server_no_context_takeover") {
      agreed.server_no_context_takeover = true;
    } else if (name == "client_no_context_takeover") {
      agreed.client_no_context_takeover = true;
    } else if (name == "server_max_window_bits" && !window_bits(value, agreed.server_max_window_bits)) {
      return std::nullopt;
    } else if (name != "server_max_window_bits" && name != "client_max_window_bits") {
      return std::nullopt;
    }
  }
  return agreed;
}

}  // namespace

std::optional<handshake::DeflateParameters> accept_deflate(const handshake::Head& request) {
  for (const std::string_view value : request.find_all("Sec-WebSocket-Extensions")) {
    const auto offers = handshake::parse_extensions(value);
    for (const auto& offer : offers.value_or(std::vector<handshake::Extension>{})) {
      const auto agreed = offer.name == "permessage-deflate" ? accept_offer(offer) : std::nullopt;
      if (agreed) {
        return agreed;
      }
    }
  }
  return std::nullopt;
}

std::string extension_value(const handshake::DeflateParameters& agreed) {
  std::string value = "permessage-deflate";
  if (agreed.server_no_context_takeover) {
    value += "; server_no_context_takeover";
  }
  if (agreed.client_no_context_takeover) {
    value += "; client_no_context_takeover";
  }
  if (agreed.server_max_window_bits != 15) {
    value += "; server_max_window_bits=" + std::to_string(agreed.server_max_window_bits);
  }
  return value;
}

Deflate::Deflate(const handshake::DeflateParameters& agreed, std::size_t max_message)
    : deflater_({!agreed.server_no_context_takeover, agreed.server_max_window_bits}),
      inflater_({!agreed.client_no_context_takeover, max_message, max_message}) {}

std::string Deflate::compress(std::string_view message) {
  return deflater_.compress(message);
}

std::optional<std::string> Deflate::inflate(std::string_view payload) {
  inflater_.feed(payload);
  const wire::InflatedMessage message = inflater_.finish();
  return message.error.empty() ? std::optional(std::string(message.content)) : std::nullopt;
}

std::string inflate_bomb(unsigned mebibytes) {
  const std::string block = wire::Deflater({false}).compress(std::string(1U << 20, 'a'));
  // A message stands for itself and, with its tail, ends at a byte, so it can be repeated as it is.
  std::string bomb = block;
  for (unsigned n = 1; n < mebibytes; ++n) {
    bomb.append(wire::kMessageTail).append(block);
  }
  return bomb;
}

}  // namespace whydrop::rehearsal
