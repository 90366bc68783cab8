#include "wire/close_code.hpp"

namespace whydrop::wire {
namespace {

struct Row {
  std::uint16_t code;
  std::string_view name;
};

/// The names of IANA's "WebSocket Close Code Number Registry"; 1014 and 3000 on have come after RFC 6455.
constexpr Row kRegistry[] = {
    {1000, "normal closure"},
    {1001, "going away"},
    {1002, "protocol error"},
    {1003, "unsupported data"},
    {1004, "reserved"},
    {1005, "no status received"},
    {1006, "abnormal closure"},
    {1007, "invalid frame payload data"},
    {1008, "policy violation"},
    {1009, "message too big"},
    {1010, "mandatory extension"},
    {1011, "internal error"},
    {1012, "service restart"},
    {1013, "try again later"},
    {1014, "bad gateway"},
    {1015, "TLS handshake"},
    {3000, "unauthorized"},
    {3003, "forbidden"},
    {3008, "timeout"},
};

std::string_view words(CloseRange range) {
  switch (range) {
  case CloseRange::invalid:
    return "not a close code";
  case CloseRange::registered:
    return "registered";
  case CloseRange::derived:
    return "derived";
  case CloseRange::unassigned:
    return "unassigned";
  case CloseRange::library:
    return "library use";
  case CloseRange::private_use:
    return "private use";
  }
  return "";
}

}  // namespace

CloseRange close_range(std::uint16_t code) {
  if (code < 1000 || code > 4999) {
    return CloseRange::invalid;
  }
  if (code >= 3000) {
    return code >= 4000 ? CloseRange::private_use : CloseRange::library;
  }
  if (code == 1005 || code == 1006 || code == 1015) {
    return CloseRange::derived;
  }
  return is_sendable(code) ? CloseRange::registered : CloseRange::unassigned;
}

std::string_view close_code_name(std::uint16_t code) {
  for (const Row& row : kRegistry) {
    if (row.code == code) {
      return row.name;
    }
  }
  return words(close_range(code));
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}

}  // namespace whydrop::wire
