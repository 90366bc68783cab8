#include "pcap/clear_text.hpp"

#include "base/base64.hpp"
#include "base/fields.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace whydrop::pcap {

void FollowedTls::feed(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line_ += text.substr(0, end);
    if (end == text.size()) {
      return;
    }
    text.remove_prefix(end + 1);
    take_line(line_);
    line_.clear();
  }
}

/// The base64 of a record stands in lines of its own, which are indented; the last may have what follows behind it.
void FollowedTls::take_line(std::string_view line) {
  constexpr std::string_view kPacket = "  - packet: ", kData = "    data: !!binary |", kIndent = "      ";
  if (in_data_ && starts_with(line, kIndent)) {
    data_ += trim(line);
    return;
  }
  if (in_data_) {
    in_data_ = false;
    if (auto bytes = base64_decode(data_); bytes && packet_ > 0) {
      clear_[packet_].push_back(std::move(*bytes));
    }
    data_.clear();
  }
  if (starts_with(line, kPacket)) {
    packet_ = parse_number(trim(line.substr(kPacket.size())), 1, UINT64_MAX).value_or(0);
  } else if (starts_with(line, kData)) {
    in_data_ = true;
  }
}

}  // namespace whydrop::pcap
