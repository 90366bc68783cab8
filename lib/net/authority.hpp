#pragma once

#include "base/result.hpp"
#include "net/identity.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace whydrop::net {

/// An authority of our own, that signs certificates for servers while somebody waits for them. It can sign nothing but
/// certificates of TLS servers.
class CertificateAuthority {
 public:
  /// A new one, with a key of its own; it is valid for 30 days. Errors: internal.
  static Result<CertificateAuthority> make();
  /// One that `pem` holds, certificate and key. Errors: local, "…: why", for what is none, or has expired.
  static Result<CertificateAuthority> read(std::string_view pem);
  ~CertificateAuthority();
  CertificateAuthority(CertificateAuthority&&) noexcept;
  CertificateAuthority& operator=(CertificateAuthority&&) noexcept;

  /// Certificate and key: whoever has it can pretend to be any server to those who trust the certificate.
  std::string secret_pem() const;
  /// What clients are to trust.
  std::string certificate_pem() const;
  /// "2026-01-31T00:00:00Z"
  std::string not_after() const;

  /// The context of a server whose certificate is for the name that the client asks for (SNI), else for `name`, a host
  /// or an address; it speaks HTTP/1.1 only. Kept, so that a second one costs nothing. Errors: internal.
  Result<SslContext> server_context(const std::string& name);

 private:
  struct Impl;
  explicit CertificateAuthority(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::net
