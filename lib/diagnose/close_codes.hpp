#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace whydrop::diagnose {

/// What a close code means. RFC 6455 section 7.4 and the IANA registry of close codes.
struct CloseCode {
  std::uint16_t first, last;  ///< a range where they differ
  std::string_view text;      ///< what it says, and what it usually comes from
  std::string_view fix;
  std::string_view citation;
};

/// Every code and range, in order; together they cover 0 to 65535.
const std::vector<CloseCode>& close_codes();
const CloseCode& find_close_code(std::uint16_t code);

}  // namespace whydrop::diagnose
