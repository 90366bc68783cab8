#include "net/identity.hpp"

#include <cstdint>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace whydrop::net {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long kHour = 3600;
constexpr long kDay = 24 * kHour;

/// What one certificate is to say. Times are seconds from now.
struct Wanted {
  const char* common_name;
  const char* alt_names;  ///< null for a CA
  long not_before;
  long not_after;
};

constexpr const char* kOurNames = "DNS:localhost,IP:127.0.0.1,IP:::1";
constexpr const char* kOtherNames = "DNS:elsewhere.example";

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  if (extension == nullptr) {
    return false;
  }
  const bool added = X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool set_serial(X509* certificate) {
  std::uint32_t serial = 0;
  return RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial | 1U) == 1;
}

bool set_extensions(X509* certificate, X509* issuer, const Wanted& wanted) {
  if (wanted.alt_names == nullptr) {
    return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE") &&
           add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign") &&
           add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  }
  return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, issuer, NID_subject_alt_name, wanted.alt_names);
}

/// Without an issuer the certificate signs itself.
Certificate make_certificate(const Wanted& wanted, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  Certificate made(X509_new(), X509_free);
  if (!made || X509_set_version(made.get(), 2) != 1 || !set_serial(made.get())) {
    return {nullptr, X509_free};
  }
  X509_NAME* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(wanted.common_name), -1, -1, 0);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), wanted.not_before);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.not_after);
  X509* signer = issuer != nullptr ? issuer : made.get();
  const bool good = X509_set_issuer_name(made.get(), X509_get_subject_name(signer)) == 1 &&
                    X509_set_pubkey(made.get(), key) == 1 && set_extensions(made.get(), signer, wanted) &&
                    X509_sign(made.get(), issuer_key, EVP_sha256()) != 0;
  return good ? std::move(made) : Certificate(nullptr, X509_free);
}

std::string pem_of(X509* certificate) {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

Wanted leaf_for(std::string_view fault) {
  Wanted leaf{"localhost", kOurNames, -kHour, 7 * kDay};
  if (fault == "expired") {
    leaf.not_before = -30 * kDay, leaf.not_after = -kDay;
  }
  if (fault == "hostname") {
    leaf.common_name = "elsewhere.example", leaf.alt_names = kOtherNames;
  }
  return leaf;
}

bool known_fault(std::string_view fault) {
  return fault.empty() || fault == "expired" || fault == "hostname" || fault == "self-signed";
}

auto broken() {
  return fail(ErrorKind::internal, "certificate for the rehearsal server: OpenSSL could not make it");
}

}  // namespace

Result<Identity> make_identity(std::string_view fault) {
  if (!known_fault(fault)) {
    return fail(
        ErrorKind::usage, "TLS fault " + std::string(fault) + ": not known", "use expired, hostname or self-signed");
  }
  const Key ca_key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Key leaf_key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  if (!ca_key || !leaf_key) {
    return broken();
  }
  const Wanted ca_wanted{"whydrop rehearsal CA", nullptr, -31 * kDay, 7 * kDay};
  const Certificate ca = make_certificate(ca_wanted, ca_key.get(), nullptr, ca_key.get());
  const bool alone = fault == "self-signed";
  const Certificate leaf = make_certificate(
      leaf_for(fault), leaf_key.get(), alone ? nullptr : ca.get(), alone ? leaf_key.get() : ca_key.get());
  SslContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!ca || !leaf || !context || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), leaf_key.get()) != 1) {
    return broken();
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Session tickets would be unread bytes at a client that never reads, and make what is on the wire less plain.
  SSL_CTX_set_num_tickets(context.get(), 0);
  return Identity{std::move(context), pem_of(ca.get())};
}

}  // namespace whydrop::net
