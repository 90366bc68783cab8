#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::pcap {

/// What TLS carried, by the number of the packet (from 1) that completed its record: in order, each from the side that
/// sent that packet.
using ClearText = std::map<std::uint64_t, std::vector<std::string>>;

/// Reads what `tshark -q -z follow,tls,yaml,N` prints, in any pieces. Of its outputs it is the one with exact bytes,
/// and with each record's packet; which side sent it, the packet says.
class FollowedTls {
 public:
  void feed(std::string_view text);
  /// Complete once the last line was fed, which "\n" ends.
  ClearText take() { return std::move(clear_); }

 private:
  void take_line(std::string_view line);

  std::string line_;
  std::string data_;  ///< base64 of the record that is read
  std::uint64_t packet_ = 0;
  bool in_data_ = false;
  ClearText clear_;
};

}  // namespace whydrop::pcap
