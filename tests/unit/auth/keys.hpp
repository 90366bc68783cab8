// Keys made for one run of the tests.
#pragma once

#include <string>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace whydrop::auth::test {

class KeyPair {
 public:
  static const KeyPair& rsa() {
    static const KeyPair pair(EVP_RSA_gen(2048));
    return pair;
  }
  static const KeyPair& ec(const char* curve) {
    static const KeyPair p256(EVP_EC_gen("P-256")), p384(EVP_EC_gen("P-384")), p521(EVP_EC_gen("P-521"));
    const std::string name = curve;
    return name == "P-256" ? p256 : name == "P-384" ? p384 : p521;
  }

  explicit KeyPair(EVP_PKEY* key) : key_(key) {}
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;
  ~KeyPair() { EVP_PKEY_free(key_); }

  std::string private_pem() const {
    return text([this](BIO* bio) { PEM_write_bio_PrivateKey(bio, key_, nullptr, nullptr, 0, nullptr, nullptr); });
  }
  std::string encrypted_pem() const {
    return text([this](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, key_, EVP_aes_128_cbc(), nullptr, 0, nullptr, const_cast<char*>("pass"));
    });
  }
  std::string traditional_pem() const {
    return text(
        [this](BIO* bio) { PEM_write_bio_PrivateKey_traditional(bio, key_, nullptr, nullptr, 0, nullptr, nullptr); });
  }
  std::string public_pem() const {
    return text([this](BIO* bio) { PEM_write_bio_PUBKEY(bio, key_); });
  }
  std::string public_der() const {
    return text([this](BIO* bio) { i2d_PUBKEY_bio(bio, key_); });
  }
  std::string certificate_pem() const {
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key_);
    X509_sign(certificate, key_, EVP_sha256());
    auto pem = text([certificate](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
    X509_free(certificate);
    return pem;
  }

 private:
  template <typename F>
  static std::string text(F write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string out(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return out;
  }
  EVP_PKEY* key_;
};

}  // namespace whydrop::auth::test
