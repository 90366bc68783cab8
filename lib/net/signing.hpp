// For the .cpp files of net/ only.
#pragma once

#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace whydrop::net {

using OwnedKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using SignedCertificate = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long kHour = 3600;
constexpr long kDay = 24 * kHour;

/// What one certificate is to say. Times are seconds from now.
struct Wanted {
  std::string common_name;
  std::string alt_names;  ///< "DNS:localhost,IP:127.0.0.1"; empty for an authority
  long not_before = -kHour;
  long not_after = 7 * kDay;
  bool servers_only = false;  ///< of an authority: it may sign those of servers and no other authority
};

/// Null where OpenSSL cannot make one.
OwnedKey make_signing_key();
/// Without an issuer the certificate signs itself. Null where OpenSSL cannot make it.
SignedCertificate make_certificate(const Wanted& wanted, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key);
std::string certificate_pem(X509* certificate);

}  // namespace whydrop::net
