// Internal to run/.
#pragma once

#include "base/result.hpp"
#include "net/authority.hpp"
#include "run/host.hpp"

#include <string>

namespace whydrop::run {

/// Where the proxy's authority is kept, key and certificate; empty where there is no home.
std::string proxy_authority_path(const Host& host);

/// The authority that is kept there; a new one where there is none, or it has expired. Errors: local.
Result<net::CertificateAuthority> proxy_authority(const Host& host);

}  // namespace whydrop::run
