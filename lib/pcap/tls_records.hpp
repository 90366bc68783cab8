#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::pcap {

/// What can be seen of one direction of TLS without its keys. RFC 8446 section 5, RFC 5246 section 6.
class TlsRecords {
 public:
  void feed(std::string_view bytes);

  /// False once bytes came that begin no record.
  bool is_tls() const { return !broken_; }
  bool hello_read() const { return hello_read_; }
  /// Records of data.
  std::uint64_t data_records() const { return data_records_; }
  const std::string& server_name() const { return server_name_; }
  /// Of a hello: what it chose or, of a client's, offered first.
  const std::vector<std::string>& alpn() const { return alpn_; }
  /// "TLSv1.3"; empty before a server's hello.
  const std::string& version() const { return version_; }
  std::uint16_t cipher() const { return cipher_; }
  /// An alert that was not encrypted, by its name in RFC 8446 section 6.
  const std::string& alert() const { return alert_; }
  /// True if the last record was an alert, or in TLS 1.3 is as long as one.
  bool ends_with_alert() const { return last_is_alert_; }
  /// Encrypted records have begun.
  bool sealed() const { return sealed_; }

 private:
  void take_record(std::uint8_t type, std::string_view body, std::size_t size);
  void take_hello(std::string_view message);

  std::string head_;        ///< what came of a record that is not whole; of one that is not kept only its header
  std::uint64_t skip_ = 0;  ///< bytes of the record under way that are not kept
  std::string handshake_;
  bool broken_ = false, sealed_ = false, last_is_alert_ = false, hello_read_ = false;
  std::uint64_t data_records_ = 0;
  std::string server_name_, version_, alert_;
  std::vector<std::string> alpn_;
  std::uint16_t cipher_ = 0;
};

/// True if `bytes` can be the beginning of a ClientHello.
bool may_be_client_hello(std::string_view bytes);

/// "TLS_AES_128_GCM_SHA256"; "0x1301" of one that is not known.
std::string cipher_name(std::uint16_t cipher);

}  // namespace whydrop::pcap
