// Internal: formats of hosts and mail addresses.
#pragma once

#include <string_view>

namespace whydrop::schema {

/// RFC 2673 section 3.2, as RFC 6943 reads it: no leading zeros.
bool is_ipv4(std::string_view text);
/// RFC 4291 section 2.2.
bool is_ipv6(std::string_view text);
/// RFC 1123 section 2.1; a label that begins with "xn--" is a valid A-label. RFC 5891 section 4.4.
bool is_hostname(std::string_view text);
/// The same with letters of any script. RFC 5891 section 4.
bool is_idn_hostname(std::string_view text);
/// RFC 5321 section 4.1.2.
bool is_email(std::string_view text);
/// RFC 6531 section 3.3.
bool is_idn_email(std::string_view text);

}  // namespace whydrop::schema
