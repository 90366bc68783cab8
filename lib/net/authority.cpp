#include "net/authority.hpp"

#include "net/asio.hpp"
#include "net/certificate.hpp"
#include "net/signing.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace whydrop::net {
namespace {

constexpr long kAuthorityDays = 30;
constexpr long kLeafDays = 7;
/// Contexts that are kept; more names than these are those of no one page.
constexpr std::size_t kMostNames = 1000;

auto cannot_make() {
  return fail(ErrorKind::internal, "certificate of the proxy: OpenSSL could not make it");
}

std::string key_pem(EVP_PKEY* key) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// "IP:127.0.0.1" or "DNS:host"; empty for what could break out of the extension's syntax.
std::string alt_name(const std::string& name) {
  asio::error_code not_literal;
  asio::ip::make_address(name, not_literal);
  if (!not_literal) {
    return "IP:" + name;
  }
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
  });
  return plain && !name.empty() && name.size() <= 253 ? "DNS:" + name : std::string();
}

/// A WebSocket needs HTTP/1.1; a client that offers nothing speaks it, too. RFC 7301 section 3.2.
int choose_http1(
    SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered, unsigned length, void*) {
  static constexpr unsigned char kHttp1[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, size, kHttp1, sizeof kHttp1, offered, length);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

struct CertificateAuthority::Impl {
  OwnedKey key{nullptr, EVP_PKEY_free};
  SignedCertificate certificate{nullptr, X509_free};
  OwnedKey leaf_key{nullptr, EVP_PKEY_free};  ///< of all leaves: making one costs most
  std::map<std::string, SslContext> contexts;

  SslContext context_for(const std::string& name);
  static int choose_name(SSL* ssl, int* alert, void* self);
};

/// Null where it cannot be made.
SslContext CertificateAuthority::Impl::context_for(const std::string& name) {
  if (const auto known = contexts.find(name); known != contexts.end()) {
    return known->second;
  }
  const std::string alt = alt_name(name);
  if (alt.empty()) {
    return nullptr;
  }
  const SignedCertificate leaf = make_certificate(
      {name.substr(0, 64), alt, -kHour, kLeafDays * kDay}, leaf_key.get(), certificate.get(), key.get());
  SslContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!leaf || !context || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), leaf_key.get()) != 1) {
    return nullptr;
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_http1, nullptr);
  SSL_CTX_set_tlsext_servername_callback(context.get(), choose_name);
  SSL_CTX_set_tlsext_servername_arg(context.get(), this);
  if (contexts.size() >= kMostNames) {
    contexts.clear();
  }
  contexts.emplace(name, context);
  return context;
}

int CertificateAuthority::Impl::choose_name(SSL* ssl, int*, void* self) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  const SslContext context = name != nullptr ? static_cast<Impl*>(self)->context_for(name) : nullptr;
  if (context) {
    SSL_set_SSL_CTX(ssl, context.get());
  }
  return SSL_TLSEXT_ERR_OK;
}

CertificateAuthority::CertificateAuthority(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CertificateAuthority::~CertificateAuthority() = default;
CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority& CertificateAuthority::operator=(CertificateAuthority&&) noexcept = default;

Result<CertificateAuthority> CertificateAuthority::make() {
  auto made = std::make_unique<Impl>();
  made->key = make_signing_key();
  made->leaf_key = make_signing_key();
  if (!made->key || !made->leaf_key) {
    return cannot_make();
  }
  made->certificate = make_certificate(
      {"whydrop proxy CA", "", -kHour, kAuthorityDays * kDay, true}, made->key.get(), nullptr, made->key.get());
  if (!made->certificate) {
    return cannot_make();
  }
  return CertificateAuthority(std::move(made));
}

Result<CertificateAuthority> CertificateAuthority::read(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                         BIO_free);
  auto found = std::make_unique<Impl>();
  found->certificate.reset(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  found->key.reset(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (!found->certificate || !found->key || X509_check_private_key(found->certificate.get(), found->key.get()) != 1) {
    return fail(ErrorKind::local, "it holds no certificate with its key");
  }
  if (X509_cmp_current_time(X509_get0_notAfter(found->certificate.get())) <= 0) {
    return fail(ErrorKind::local, "its certificate has expired");
  }
  found->leaf_key = make_signing_key();
  if (!found->leaf_key) {
    return cannot_make();
  }
  return CertificateAuthority(std::move(found));
}

std::string CertificateAuthority::certificate_pem() const {
  return net::certificate_pem(impl_->certificate.get());
}

std::string CertificateAuthority::secret_pem() const {
  return certificate_pem() + key_pem(impl_->key.get());
}

std::string CertificateAuthority::not_after() const {
  session::Tls said;
  describe_certificate(said, certificate_pem());
  return said.not_after;
}

Result<SslContext> CertificateAuthority::server_context(const std::string& name) {
  SslContext context = impl_->context_for(name);
  if (!context) {
    return cannot_make();
  }
  return context;
}

}  // namespace whydrop::net
