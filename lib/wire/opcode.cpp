#include "wire/opcode.hpp"

namespace whydrop::wire {

std::string_view name(Side side) {
  return side == Side::client ? "client" : "server";
}

std::optional<Side> parse_side(std::string_view text) {
  if (text == "client") {
    return Side::client;
  }
  return text == "server" ? std::optional(Side::server) : std::nullopt;
}

std::string_view name(Opcode opcode) {
  switch (opcode) {
  case Opcode::continuation:
    return "continuation";
  case Opcode::text:
    return "text";
  case Opcode::binary:
    return "binary";
  case Opcode::reserved_3:
    return "reserved_3";
  case Opcode::reserved_4:
    return "reserved_4";
  case Opcode::reserved_5:
    return "reserved_5";
  case Opcode::reserved_6:
    return "reserved_6";
  case Opcode::reserved_7:
    return "reserved_7";
  case Opcode::close:
    return "close";
  case Opcode::ping:
    return "ping";
  case Opcode::pong:
    return "pong";
  case Opcode::reserved_b:
    return "reserved_b";
  case Opcode::reserved_c:
    return "reserved_c";
  case Opcode::reserved_d:
    return "reserved_d";
  case Opcode::reserved_e:
    return "reserved_e";
  case Opcode::reserved_f:
    return "reserved_f";
  }
  return "";
}

}  // namespace whydrop::wire
