#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <openssl/ssl.h>

namespace whydrop::net {

using SslContext = std::shared_ptr<SSL_CTX>;

/// A server's TLS context with a leaf certificate made now, and the certificate that a client must trust.
struct Identity {
  SslContext context;
  std::string ca_pem;
};

/// Makes a key, a CA and a leaf for localhost, 127.0.0.1 and ::1. `fault` spoils the leaf: "" (good), "expired",
/// "hostname" (names another host), "self-signed" (no CA signs it).
Result<Identity> make_identity(std::string_view fault);

}  // namespace whydrop::net
