// libcjose and OpenSSL are known here only.
#include "auth/signature.hpp"

#include "auth/key_strength.hpp"
#include "base/base64.hpp"
#include "base/text.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include <cjose/cjose.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace whydrop::auth {

struct Key::Impl {
  explicit Impl(cjose_jwk_t* given) : jwk(given) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { cjose_jwk_release(jwk); }
  cjose_jwk_t* jwk;
  bool can_sign = false;
};

namespace {

using Bytes = std::vector<std::uint8_t>;
using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

constexpr std::array<Algorithm, 12> kAlgorithms{{
    {"HS256", Family::hmac, "", 32},
    {"HS384", Family::hmac, "", 48},
    {"HS512", Family::hmac, "", 64},
    {"RS256", Family::rsa, "", 0},
    {"RS384", Family::rsa, "", 0},
    {"RS512", Family::rsa, "", 0},
    {"PS256", Family::rsa, "", 0},
    {"PS384", Family::rsa, "", 0},
    {"PS512", Family::rsa, "", 0},
    {"ES256", Family::ecdsa, "P-256", 64},
    {"ES384", Family::ecdsa, "P-384", 96},
    {"ES512", Family::ecdsa, "P-521", 132},
}};

/// A curve's names: in JWKs, in OpenSSL and in libcjose.
struct Curve {
  std::string_view name, openssl;
  cjose_jwk_ec_curve cjose;
};
constexpr std::array<Curve, 3> kCurves{{
    {"P-256", "prime256v1", CJOSE_JWK_EC_P_256},
    {"P-384", "secp384r1", CJOSE_JWK_EC_P_384},
    {"P-521", "secp521r1", CJOSE_JWK_EC_P_521},
}};

tl::unexpected<Error> unreadable_key(const std::string& why) {
  return fail(ErrorKind::usage,
              "cannot read the key: " + why,
              "give a secret, a PEM public key or certificate, a JWK or a JWK set, each as @FILE");
}

Key make_key(Family family, std::string curve, std::size_t bits, cjose_jwk_t* jwk, bool can_sign) {
  auto impl = std::make_shared<Key::Impl>(jwk);
  impl->can_sign = can_sign;
  return Key(family, std::move(curve), bits, std::move(impl));
}

// ---- OpenSSL's keys to libcjose's -----------------------------------------------------------------------------------

/// A number of a key, big-endian; empty where the key has none.
Bytes number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
    return {};
  }
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2bin(number, bytes.data());
  BN_clear_free(number);
  return bytes;
}

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<Key> rsa_key(const EVP_PKEY* pkey) {
  Bytes e = number_of(pkey, OSSL_PKEY_PARAM_RSA_E), n = number_of(pkey, OSSL_PKEY_PARAM_RSA_N),
        d = number_of(pkey, OSSL_PKEY_PARAM_RSA_D), p = number_of(pkey, OSSL_PKEY_PARAM_RSA_FACTOR1),
        q = number_of(pkey, OSSL_PKEY_PARAM_RSA_FACTOR2), dp = number_of(pkey, OSSL_PKEY_PARAM_RSA_EXPONENT1),
        dq = number_of(pkey, OSSL_PKEY_PARAM_RSA_EXPONENT2), qi = number_of(pkey, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
  cjose_jwk_rsa_keyspec spec{};
  const auto put = [](Bytes& bytes, std::uint8_t*& data, std::size_t& size) {
    data = bytes.empty() ? nullptr : bytes.data();
    size = bytes.size();
  };
  put(e, spec.e, spec.elen);
  put(n, spec.n, spec.nlen);
  put(d, spec.d, spec.dlen);
  put(p, spec.p, spec.plen);
  put(q, spec.q, spec.qlen);
  put(dp, spec.dp, spec.dplen);
  put(dq, spec.dq, spec.dqlen);
  put(qi, spec.qi, spec.qilen);
  cjose_jwk_t* jwk = cjose_jwk_create_RSA_spec(&spec, nullptr);
  if (jwk == nullptr) {
    return unreadable_key("the RSA key cannot be used");
  }
  Key key = make_key(Family::rsa, "", static_cast<std::size_t>(EVP_PKEY_get_bits(pkey)), jwk, !d.empty());
  key.weakness = rsa_weakness(text_of(n), text_of(e)).value_or("");
  return key;
}

Result<Key> ec_key(const EVP_PKEY* pkey) {
  char group[64] = {};
  std::size_t size = 0;
  EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &size);
  const auto curve =
      std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& row) { return row.openssl == group; });
  if (curve == kCurves.end()) {
    return unreadable_key(fmt::format("no JWT algorithm uses its curve, {}", group));
  }
  Bytes x = number_of(pkey, OSSL_PKEY_PARAM_EC_PUB_X), y = number_of(pkey, OSSL_PKEY_PARAM_EC_PUB_Y),
        d = number_of(pkey, OSSL_PKEY_PARAM_PRIV_KEY);
  cjose_jwk_ec_keyspec spec{};
  spec.crv = curve->cjose;
  spec.x = x.data();
  spec.xlen = x.size();
  spec.y = y.data();
  spec.ylen = y.size();
  spec.d = d.empty() ? nullptr : d.data();
  spec.dlen = d.size();
  cjose_jwk_t* jwk = cjose_jwk_create_EC_spec(&spec, nullptr);
  if (jwk == nullptr) {
    return unreadable_key("the EC key cannot be used");
  }
  return make_key(Family::ecdsa, std::string(curve->name), 0, jwk, !d.empty());
}

Result<Key> key_of(const EVP_PKEY* pkey) {
  switch (EVP_PKEY_get_base_id(pkey)) {
  case EVP_PKEY_RSA:
  case EVP_PKEY_RSA_PSS:
    return rsa_key(pkey);
  case EVP_PKEY_EC:
    return ec_key(pkey);
  default:
    return unreadable_key("it is neither an RSA nor an EC key");
  }
}

// ---- PEM and DER ----------------------------------------------------------------------------------------------------

/// A key with a password is not asked for on the terminal in the middle of a run.
int no_password(char*, int, int, void*) {
  return -1;
}

Pkey public_part(X509* certificate) {
  Pkey key(certificate == nullptr ? nullptr : X509_get_pubkey(certificate), EVP_PKEY_free);
  X509_free(certificate);
  return key;
}

Pkey decode_rsa_public(BIO* bio) {
  EVP_PKEY* key = nullptr;
  OSSL_DECODER_CTX* decoder =
      OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", nullptr, "RSA", EVP_PKEY_PUBLIC_KEY, nullptr, nullptr);
  OSSL_DECODER_CTX_set_pem_password_cb(decoder, no_password, nullptr);
  OSSL_DECODER_from_bio(decoder, bio);
  OSSL_DECODER_CTX_free(decoder);
  return {key, EVP_PKEY_free};
}

Pkey read_pem(std::string_view text) {
  using Reader = Pkey (*)(BIO*);
  constexpr std::array<Reader, 4> kReaders{
      [](BIO* bio) { return public_part(PEM_read_bio_X509(bio, nullptr, no_password, nullptr)); },
      [](BIO* bio) { return Pkey(PEM_read_bio_PUBKEY(bio, nullptr, no_password, nullptr), EVP_PKEY_free); },
      [](BIO* bio) { return Pkey(PEM_read_bio_PrivateKey(bio, nullptr, no_password, nullptr), EVP_PKEY_free); },
      decode_rsa_public,
  };
  Pkey key(nullptr, EVP_PKEY_free);
  for (const Reader read : kReaders) {
    const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
    key = read(bio.get());
    if (key) {
      break;
    }
  }
  ERR_clear_error();
  return key;
}

/// Null unless all of `bytes` is one key or certificate.
Pkey read_der(std::string_view bytes) {
  using Reader = Pkey (*)(const unsigned char**, long);
  constexpr std::array<Reader, 3> kReaders{
      [](const unsigned char** at, long size) { return Pkey(d2i_PUBKEY(nullptr, at, size), EVP_PKEY_free); },
      [](const unsigned char** at, long size) { return public_part(d2i_X509(nullptr, at, size)); },
      [](const unsigned char** at, long size) { return Pkey(d2i_AutoPrivateKey(nullptr, at, size), EVP_PKEY_free); },
  };
  const auto* begin = reinterpret_cast<const unsigned char*>(bytes.data());
  Pkey key(nullptr, EVP_PKEY_free);
  for (const Reader read : kReaders) {
    const unsigned char* at = begin;
    key = read(&at, static_cast<long>(bytes.size()));
    // A line break behind it does not make a secret of it.
    if (key && trim(bytes.substr(static_cast<std::size_t>(at - begin))).empty()) {
      break;
    }
    key.reset();
  }
  ERR_clear_error();
  return key;
}

/// A key in DER, also in base64 as inside PEM's lines; null for anything else.
Pkey read_bare(std::string_view text) {
  constexpr char kSequence = 0x30;  // all of them begin so
  if (!text.empty() && text.front() == kSequence) {
    if (Pkey key = read_der(text)) {
      return key;
    }
  }
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) {
    return c != '\n' && c != '\r' && c != ' ' && c != '\t';
  });
  const auto bytes = starts_with(digits, "M") ? base64_decode(digits) : std::nullopt;
  return bytes ? read_der(*bytes) : Pkey(nullptr, EVP_PKEY_free);
}

// ---- JWK ------------------------------------------------------------------------------------------------------------

Result<Key> read_jwk(json::Value object) {
  struct Row {
    std::string_view kty;
    Family family;
  };
  constexpr std::array<Row, 3> kTypes{{{"oct", Family::hmac}, {"RSA", Family::rsa}, {"EC", Family::ecdsa}}};
  const std::string kty = json::read::text(object, "kty");
  const auto* type = std::find_if(kTypes.begin(), kTypes.end(), [&](const Row& row) { return row.kty == kty; });
  if (type == kTypes.end()) {
    return unreadable_key(
        fmt::format("its kty is '{}', and none of oct, RSA and EC", escape_for_terminal(elide(kty, 40))));
  }
  const std::string text = object.text();
  cjose_jwk_t* jwk = cjose_jwk_import(text.data(), text.size(), nullptr);
  if (jwk == nullptr) {
    return unreadable_key(fmt::format("the JWK of kty {} lacks a member, or one is wrong", kty));
  }
  const bool can_sign = type->family == Family::hmac || object.find("d");
  Key key = make_key(type->family, json::read::text(object, "crv"), cjose_jwk_get_keysize(jwk, nullptr), jwk, can_sign);
  key.kid = json::read::text(object, "kid");
  key.use = json::read::text(object, "use");
  key.alg = json::read::text(object, "alg");
  key.operations = json::read::texts(object, "key_ops");
  if (type->family == Family::rsa) {
    const auto n = base64url_decode(json::read::text(object, "n")), e = base64url_decode(json::read::text(object, "e"));
    key.weakness = n && e ? rsa_weakness(*n, *e).value_or("") : "its numbers are not base64url";
  }
  return key;
}

Result<std::vector<Key>> read_json_keys(std::string_view text) {
  json::Json document;
  if (const auto fault = document.parse(text)) {
    return unreadable_key("it begins like JSON and is not: " + fault->why);
  }
  const auto set = document.root().find("keys");
  if (!set || !set->is(json::Type::array)) {
    auto key = read_jwk(document.root());
    return key ? Result<std::vector<Key>>({std::move(*key)}) : tl::unexpected<Error>(key.error());
  }
  std::vector<Key> keys;
  for (std::size_t i = 0; i < set->size(); ++i) {
    // A set may hold keys of types that others know. RFC 7517 section 5.
    if (auto key = read_jwk(set->item(i))) {
      keys.push_back(std::move(*key));
    }
  }
  return keys.empty() ? unreadable_key("the JWK set holds no key that can be used") : Result<std::vector<Key>>(keys);
}

Result<std::vector<Key>> one(Result<Key> key) {
  return key ? Result<std::vector<Key>>({std::move(*key)}) : tl::unexpected<Error>(key.error());
}

Result<Key> read_secret(std::string_view bytes) {
  cjose_jwk_t* jwk =
      cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), nullptr);
  return jwk == nullptr ? unreadable_key("the secret cannot be used")
                        : Result<Key>(make_key(Family::hmac, "", bytes.size() * 8, jwk, true));
}

struct Jws {
  explicit Jws(cjose_jws_t* given) : jws(given) {}
  Jws(const Jws&) = delete;
  Jws& operator=(const Jws&) = delete;
  ~Jws() { cjose_jws_release(jws); }
  cjose_jws_t* jws;
};

}  // namespace

const Algorithm* find_algorithm(std::string_view name) {
  const auto* found =
      std::find_if(kAlgorithms.begin(), kAlgorithms.end(), [&](const Algorithm& row) { return row.name == name; });
  return found == kAlgorithms.end() ? nullptr : found;
}

bool is_none(std::string_view alg) {
  constexpr std::string_view kNone = "none";
  return std::equal(alg.begin(), alg.end(), kNone.begin(), kNone.end(), [](char a, char b) {
    return a == b || a + ('a' - 'A') == b;
  });
}

bool Key::fits(const Algorithm& algorithm) const {
  return family_ == algorithm.family && curve_ == algorithm.curve && (use.empty() || use == "sig") &&
         (alg.empty() || alg == algorithm.name);
}

/// RFC 7517 section 4.3.
bool Key::is_for(std::string_view operation) const {
  return operations.empty() || std::find(operations.begin(), operations.end(), operation) != operations.end();
}

std::string Key::words() const {
  switch (family_) {
  case Family::hmac:
    return "a secret";
  case Family::rsa:
    return fmt::format("an RSA key of {} bits", bits_);
  case Family::ecdsa:
    return "an EC key on " + curve_;
  }
  return {};
}

bool Key::verifies(const Algorithm& algorithm, std::string_view token) const {
  if (!fits(algorithm) || !is_for("verify") || !weakness.empty()) {
    return false;
  }
  const Jws jws(cjose_jws_import(token.data(), token.size(), nullptr));
  const bool good = jws.jws != nullptr && cjose_jws_verify(jws.jws, impl_->jwk, nullptr);
  ERR_clear_error();
  return good;
}

Result<std::string> Key::sign(const Algorithm& algorithm, std::string_view claims) const {
  if (!fits(algorithm) || !is_for("sign") || !impl_->can_sign) {
    return fail(ErrorKind::usage,
                fmt::format("cannot sign by {}: the key is {}{}",
                            algorithm.name,
                            words(),
                            impl_->can_sign ? "" : ", its public half only"),
                "");
  }
  cjose_header_t* header = cjose_header_new(nullptr);
  const bool named = cjose_header_set(header, CJOSE_HDR_ALG, std::string(algorithm.name).c_str(), nullptr) &&
                     cjose_header_set(header, "typ", "JWT", nullptr) &&
                     (kid.empty() || cjose_header_set(header, CJOSE_HDR_KID, kid.c_str(), nullptr));
  const Jws jws(
      named ? cjose_jws_sign(
                  impl_->jwk, header, reinterpret_cast<const std::uint8_t*>(claims.data()), claims.size(), nullptr)
            : nullptr);
  cjose_header_release(header);
  const char* text = nullptr;
  const bool made = jws.jws != nullptr && cjose_jws_export(jws.jws, &text, nullptr);
  ERR_clear_error();
  return made ? Result<std::string>(text)
              : fail(ErrorKind::internal, fmt::format("cannot sign by {}: the signature failed", algorithm.name));
}

Result<std::vector<Key>> read_keys(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  const std::string_view bare = trim(starts_with(text, kByteOrderMark) ? text.substr(3) : text);
  if (bare.empty()) {
    return unreadable_key("it is empty");
  }
  // What is or claims to be a key of another kind never becomes a secret: else a token that was signed with the text
  // of a public key would be good.
  if (bare.find("-----BEGIN") != std::string_view::npos) {
    const Pkey key = read_pem(bare);
    return key ? one(key_of(key.get())) : unreadable_key("its PEM holds no key or certificate, or one with a password");
  }
  if (bare.front() == '{' || bare.front() == '[') {
    return read_json_keys(bare);
  }
  if (starts_with(bare, "ssh-") || starts_with(bare, "ecdsa-sha2-")) {
    return fail(ErrorKind::usage,
                "cannot read the key: it is an SSH public key",
                "ssh-keygen -e -m PKCS8 -f FILE writes it as PEM");
  }
  if (const Pkey key = read_bare(text)) {
    return one(key_of(key.get()));
  }
  return one(read_secret(text));
}

}  // namespace whydrop::auth
