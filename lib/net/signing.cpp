#include "net/signing.hpp"

#include <cstdint>
#include <utility>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace whydrop::net {
namespace {

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
  if (!wanted.alt_names.empty()) {
    return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth") &&
           add_extension(certificate, issuer, NID_subject_alt_name, wanted.alt_names.c_str());
  }
  const char* constraints = wanted.servers_only ? "critical,CA:TRUE,pathlen:0" : "critical,CA:TRUE";
  return add_extension(certificate, issuer, NID_basic_constraints, constraints) &&
         add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign") &&
         (!wanted.servers_only || add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth")) &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
}

}  // namespace

OwnedKey make_signing_key() {
  return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

SignedCertificate make_certificate(const Wanted& wanted, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  SignedCertificate made(X509_new(), X509_free);
  if (!made || X509_set_version(made.get(), 2) != 1 || !set_serial(made.get())) {
    return {nullptr, X509_free};
  }
  X509_NAME* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(wanted.common_name.c_str()), -1, -1, 0);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), wanted.not_before);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.not_after);
  X509* signer = issuer != nullptr ? issuer : made.get();
  const bool good = X509_set_issuer_name(made.get(), X509_get_subject_name(signer)) == 1 &&
                    X509_set_pubkey(made.get(), key) == 1 && set_extensions(made.get(), signer, wanted) &&
                    X509_sign(made.get(), issuer_key, EVP_sha256()) != 0;
  return good ? std::move(made) : SignedCertificate(nullptr, X509_free);
}

std::string certificate_pem(X509* certificate) {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

}  // namespace whydrop::net
