#include "wire/close_code.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>

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

std::uint16_t number(std::string_view bytes, std::size_t high, std::size_t low) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[high]) << 8 |
                                    static_cast<unsigned char>(bytes[low]));
}

bool is_plain_text(std::string_view text) {
  return is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
         });
}

/// A number of four digits that stands by itself and may be sent.
std::optional<std::uint16_t> code_in_digits(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto ends = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_digit);
    const auto size = static_cast<std::size_t>(ends - text.begin()) - at;
    if (size == 4) {
      const int code =
          (text[at] - '0') * 1000 + (text[at + 1] - '0') * 100 + (text[at + 2] - '0') * 10 + text[at + 3] - '0';
      return is_sendable(static_cast<std::uint16_t>(code)) ? std::optional(static_cast<std::uint16_t>(code))
                                                           : std::nullopt;
    }
    at += size + 1;
  }
  return std::nullopt;
}

/// What follows the HT of HTTP/1.
constexpr std::string_view kHttp = "TP/1.";

std::optional<MistakenClose> read_as_text(std::string_view body) {
  if (!is_plain_text(body)) {
    return std::nullopt;
  }
  const auto code = code_in_digits(body);
  if (code && is_digit(body.front())) {
    return MistakenClose{MistakenClose::Form::digits, code};
  }
  // Two characters may be a code by chance; words are longer, and have letters.
  const bool words = body.size() > 2 && std::any_of(body.begin(), body.end(), [](unsigned char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
                     });
  return words ? std::optional(MistakenClose{MistakenClose::Form::text, code}) : std::nullopt;
}

std::optional<MistakenClose> read_as_number(std::string_view body) {
  if (body.size() == 4 && number(body, 0, 1) == 0 && is_sendable(number(body, 2, 3))) {
    return MistakenClose{MistakenClose::Form::wide, number(body, 2, 3)};
  }
  const auto swapped = number(body, 1, 0);
  // Of the 2,000 codes of libraries and applications the first of each thousand are used; any other is chance.
  if (!is_sendable(swapped) || swapped % 1000 >= 100) {
    return std::nullopt;
  }
  const bool wide = body.size() == 4 && number(body, 2, 3) == 0;
  return MistakenClose{wide ? MistakenClose::Form::wide_low : MistakenClose::Form::swapped, swapped};
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

std::optional<MistakenClose> read_mistaken_close(std::string_view body) {
  if (body.size() < 2 || is_sendable(number(body, 0, 1))) {
    return std::nullopt;
  }
  if (body.substr(0, kHttp.size()) == kHttp) {
    return MistakenClose{MistakenClose::Form::http, std::nullopt};
  }
  const auto as_text = read_as_text(body);
  return as_text ? as_text : read_as_number(body);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return payload.append(reason);
}

}  // namespace whydrop::wire
