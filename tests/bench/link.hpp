// A socket of a bench_peer, plain or TLS.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

namespace whydrop::bench {

/// A server's side of TLS with a certificate of its own making.
inline SSL_CTX* make_tls() {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  return context;
}

/// One connection. Closes its socket.
class Link {
 public:
  Link(int fd, SSL_CTX* tls) : fd_(fd), ssl_(tls != nullptr ? SSL_new(tls) : nullptr, SSL_free) {
    if (ssl_) {
      SSL_set_fd(ssl_.get(), fd);
      SSL_accept(ssl_.get());
    }
  }
  ~Link() { ::close(fd_); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Bytes that came; 0 or less at the end.
  long read(char* to, std::size_t size) {
    return ssl_ ? SSL_read(ssl_.get(), to, static_cast<int>(size)) : ::read(fd_, to, size);
  }
  bool write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const long wrote = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                              : ::write(fd_, bytes.data(), bytes.size());
      if (wrote <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
  }

 private:
  int fd_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
};

}  // namespace whydrop::bench
