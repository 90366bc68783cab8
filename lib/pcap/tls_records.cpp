#include "pcap/tls_records.hpp"

#include "base/big_endian.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace whydrop::pcap {
namespace {

constexpr std::uint8_t kChangeCipherSpec = 20, kAlert = 21, kHandshake = 22, kData = 23, kHeartbeat = 24;
constexpr std::uint8_t kClientHello = 1, kServerHello = 2;
constexpr std::uint16_t kServerNameExtension = 0, kAlpnExtension = 16, kVersionsExtension = 43;
constexpr std::size_t kRecordHeader = 5;
/// An alert in TLS 1.3: two bytes, the type, and the tag of the ciphers that there are. RFC 8446 sections 5.2 and 6.
constexpr std::size_t kSealedAlert = 2 + 1 + 16, kSealedShortAlert = 2 + 1 + 8;
constexpr std::size_t kMostHandshake = 64U << 10;

/// Takes what stands next; short and then empty where there is less.
class Take {
 public:
  explicit Take(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number(std::size_t size) { return big_endian(bytes(size)); }
  std::string_view bytes(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  /// A list with its length in so many bytes in front.
  std::string_view list(std::size_t size) { return bytes(number(size)); }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::string version_name(std::uint16_t version) {
  switch (version) {
  case 0x0304:
    return "TLSv1.3";
  case 0x0303:
    return "TLSv1.2";
  case 0x0302:
    return "TLSv1.1";
  case 0x0301:
    return "TLSv1";
  default:
    return fmt::format("0x{:04x}", version);
  }
}

/// RFC 8446 section 6.
std::string alert_name(std::uint8_t alert) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 27> kAlerts{{{0, "close_notify"},
                                                                               {10, "unexpected_message"},
                                                                               {20, "bad_record_mac"},
                                                                               {22, "record_overflow"},
                                                                               {40, "handshake_failure"},
                                                                               {42, "bad_certificate"},
                                                                               {43, "unsupported_certificate"},
                                                                               {44, "certificate_revoked"},
                                                                               {45, "certificate_expired"},
                                                                               {46, "certificate_unknown"},
                                                                               {47, "illegal_parameter"},
                                                                               {48, "unknown_ca"},
                                                                               {49, "access_denied"},
                                                                               {50, "decode_error"},
                                                                               {51, "decrypt_error"},
                                                                               {70, "protocol_version"},
                                                                               {71, "insufficient_security"},
                                                                               {80, "internal_error"},
                                                                               {86, "inappropriate_fallback"},
                                                                               {90, "user_canceled"},
                                                                               {109, "missing_extension"},
                                                                               {110, "unsupported_extension"},
                                                                               {112, "unrecognized_name"},
                                                                               {113, "bad_certificate_status_response"},
                                                                               {115, "unknown_psk_identity"},
                                                                               {116, "certificate_required"},
                                                                               {120, "no_application_protocol"}}};
  const auto* found =
      std::find_if(kAlerts.begin(), kAlerts.end(), [alert](const auto& row) { return row.first == alert; });
  return found == kAlerts.end() ? fmt::format("alert {}", alert) : std::string(found->second);
}

}  // namespace

std::string cipher_name(std::uint16_t cipher) {
  constexpr std::array<std::pair<std::uint16_t, std::string_view>, 11> kCiphers{
      {{0x1301, "TLS_AES_128_GCM_SHA256"},
       {0x1302, "TLS_AES_256_GCM_SHA384"},
       {0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
       {0x1304, "TLS_AES_128_CCM_SHA256"},
       {0x1305, "TLS_AES_128_CCM_8_SHA256"},
       {0xC02B, "ECDHE-ECDSA-AES128-GCM-SHA256"},
       {0xC02C, "ECDHE-ECDSA-AES256-GCM-SHA384"},
       {0xC02F, "ECDHE-RSA-AES128-GCM-SHA256"},
       {0xC030, "ECDHE-RSA-AES256-GCM-SHA384"},
       {0xCCA8, "ECDHE-RSA-CHACHA20-POLY1305"},
       {0xCCA9, "ECDHE-ECDSA-CHACHA20-POLY1305"}}};
  const auto* found =
      std::find_if(kCiphers.begin(), kCiphers.end(), [cipher](const auto& row) { return row.first == cipher; });
  return found == kCiphers.end() ? fmt::format("0x{:04x}", cipher) : std::string(found->second);
}

bool may_be_client_hello(std::string_view bytes) {
  constexpr std::array<int, 6> kBegin{kHandshake, 3, -1, -1, -1, kClientHello};
  for (std::size_t i = 0; i < std::min(bytes.size(), kBegin.size()); ++i) {
    if (kBegin.at(i) >= 0 && static_cast<std::uint8_t>(bytes[i]) != kBegin.at(i)) {
      return false;
    }
  }
  return !bytes.empty();
}

void TlsRecords::feed(std::string_view bytes) {
  while (!bytes.empty() && !broken_) {
    if (skip_ > 0) {
      const std::size_t count = std::min<std::uint64_t>(skip_, bytes.size());
      skip_ -= count;
      bytes.remove_prefix(count);
      continue;
    }
    head_ += bytes.front();
    bytes.remove_prefix(1);
    if (head_.size() < kRecordHeader) {
      continue;
    }
    Take head(head_);
    const auto type = static_cast<std::uint8_t>(head.number(1));
    const auto version = head.number(2), size = head.number(2);
    if (type < kChangeCipherSpec || type > kHeartbeat || version >> 8 != 3) {
      broken_ = true;
      return;
    }
    const bool kept = !sealed_ && (type == kAlert || type == kHandshake);
    const std::size_t have = head_.size() - kRecordHeader;
    if (!kept) {
      take_record(type, {}, size);
      skip_ = size;
      head_.clear();
      continue;
    }
    const std::size_t more = std::min<std::size_t>(size - std::min<std::size_t>(size, have), bytes.size());
    head_ += bytes.substr(0, more);
    bytes.remove_prefix(more);
    if (head_.size() - kRecordHeader >= size) {
      const std::string body = head_.substr(kRecordHeader);
      head_.clear();
      take_record(type, body, size);
    }
  }
}

void TlsRecords::take_record(std::uint8_t type, std::string_view body, std::size_t size) {
  last_is_alert_ = type == kAlert || (type == kData && (size == kSealedAlert || size == kSealedShortAlert));
  if (type == kData) {
    sealed_ = true;
    data_records_ += last_is_alert_ ? 0 : 1;
  } else if (type == kChangeCipherSpec) {
    sealed_ = true;
  } else if (type == kAlert && !sealed_ && body.size() == 2) {
    alert_ = alert_name(static_cast<std::uint8_t>(body[1]));
  } else if (type == kHandshake && !sealed_ && !hello_read_ && handshake_.size() < kMostHandshake) {
    handshake_ += body;
    Take message(handshake_);
    const auto kind = message.number(1), length = message.number(3);
    if ((kind == kClientHello || kind == kServerHello) && handshake_.size() >= 4 + length) {
      hello_read_ = true;
      take_hello(handshake_);
      handshake_.clear();
    }
  }
}

/// RFC 8446 sections 4.1.2 and 4.1.3.
void TlsRecords::take_hello(std::string_view message) {
  Take hello(message);
  const bool client = hello.number(1) == kClientHello;
  hello.number(3);
  auto version = static_cast<std::uint16_t>(hello.number(2));
  hello.bytes(32);
  hello.list(1);
  if (client) {
    hello.list(2);
    hello.list(1);
  } else {
    cipher_ = static_cast<std::uint16_t>(hello.number(2));
    hello.number(1);
  }
  Take extensions(hello.list(2));
  while (!extensions.empty()) {
    const auto type = extensions.number(2);
    Take body(extensions.list(2));
    if (type == kServerNameExtension && client) {
      Take names(body.list(2));
      if (names.number(1) == 0) {
        server_name_ = names.list(2);
      }
    } else if (type == kAlpnExtension) {
      Take names(body.list(2));
      while (!names.empty()) {
        alpn_.emplace_back(names.list(1));
      }
    } else if (type == kVersionsExtension && !client) {
      version = static_cast<std::uint16_t>(body.number(2));
    }
  }
  if (!client) {
    version_ = version_name(version);
  }
}

}  // namespace whydrop::pcap
