#include "wire/foreign.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace whydrop::wire {
namespace {

struct Signature {
  std::string_view protocol;
  std::string_view bytes;  ///< '\xFF' stands for any byte
};

using namespace std::string_view_literals;

/// The longer one of two that begin alike stands first.
constexpr std::array<Signature, 15> kSignatures{{
    {"HTTP/1", "HTTP/1."sv},
    {"HTML", "<!doctype"sv},
    {"HTML", "<html"sv},
    {"HTML", "<head"sv},
    {"TLS", "\x16\x03"sv},                                 // a handshake record. RFC 8446 section 5.1
    {"TLS", "\x15\x03"sv},                                 // an alert
    {"HTTP/2", "\x00\x00\xFF\x04\x00\x00\x00\x00\x00"sv},  // SETTINGS on stream 0. RFC 9113 section 3.4
    {"PROXY", "PROXY "sv},
    {"PROXY", "\r\n\r\n\x00\r\nQUIT\n"sv},
    {"SSH", "SSH-"sv},     // RFC 4253 section 4.2
    {"banner", "220 "sv},  // SMTP, FTP. RFC 5321 section 4.2
    {"banner", "220-"sv},
    {"JSON", "{\""sv},
    {"JSON", "[{"sv},
    {"JSON", "[\""sv},
}};

bool same(char given, char wanted) {
  return wanted == '\xFF' ||
         std::tolower(static_cast<unsigned char>(given)) == std::tolower(static_cast<unsigned char>(wanted));
}

}  // namespace

ForeignGuess guess_foreign(std::string_view first) {
  ForeignGuess guess;
  for (const Signature& known : kSignatures) {
    const std::size_t common = std::min(first.size(), known.bytes.size());
    if (!std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(common), known.bytes.begin(), same)) {
      continue;
    }
    if (common == known.bytes.size()) {
      return {known.protocol, common, false};
    }
    guess.more = true;
  }
  return guess;
}

}  // namespace whydrop::wire
