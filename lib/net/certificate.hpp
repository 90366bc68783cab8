#pragma once

#include "session/event.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::net {

/// A certificate that was refused, in a stable word and what it means: "expired: …". `verify_result`: an X509_V_ERR_*.
session::Failure certificate_failure(long verify_result);
inline constexpr long kHostnameMismatch = 62;  ///< X509_V_ERR_HOSTNAME_MISMATCH

/// Why a PEM certificate is refused that has no subjectAltName, as browsers do; null for one that has, or that cannot
/// be read. RFC 9525 section 2.
std::optional<session::Failure> nameless_failure(std::string_view pem);
/// Puts what a PEM certificate says of itself into `fact`: subject, issuer and times.
void describe_certificate(session::Tls& fact, std::string_view pem);

}  // namespace whydrop::net
