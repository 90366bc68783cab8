#include "rehearsal/token_issuer.hpp"

#include "auth/jwt.hpp"
#include "base/hex.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

namespace whydrop::rehearsal {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// Private and public half as PEM.
std::pair<std::string, std::string> make_rsa_key() {
  const Key key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const Bio hidden(BIO_new(BIO_s_mem()), BIO_free), shown(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(hidden.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_PUBKEY(shown.get(), key.get());
  return {text_of(hidden.get()), text_of(shown.get())};
}

/// Printable, so that no byte of it makes it look like another kind of key.
std::string make_secret() {
  std::array<unsigned char, 32> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return hex_encode(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

bool has_scopes(const auth::TokenView& token, const std::vector<std::string>& scopes) {
  return std::all_of(scopes.begin(), scopes.end(), [&token](const std::string& scope) {
    return std::find(token.scopes.begin(), token.scopes.end(), scope) != token.scopes.end();
  });
}

}  // namespace

TokenIssuer::TokenIssuer() : secret_(make_secret()) {}

Result<std::string> TokenIssuer::sign(std::string_view alg, std::string_view claims) {
  if (alg.substr(0, 2) == "HS") {
    return auth::sign_token(alg, claims, secret_);
  }
  if (private_pem_.empty()) {
    std::tie(private_pem_, public_pem_) = make_rsa_key();
  }
  return auth::sign_token(alg, claims, private_pem_);
}

bool TokenIssuer::is_ours(std::string_view token) const {
  const auto signed_with = [token](const std::string& key) {
    const auto verified = key.empty() ? Result<auth::Verification>{} : auth::verify_token(token, key);
    return verified && verified->good;
  };
  return signed_with(secret_) || signed_with(public_pem_);
}

std::string TokenIssuer::fault(std::string_view token,
                               const std::vector<std::string>& scopes,
                               std::int64_t now_ns) const {
  const auto view = auth::inspect_token(token);
  if (!view || view->opaque || !is_ours(token)) {
    return "token-invalid";
  }
  if (view->exp && *view->exp <= now_ns / kSecond) {
    return "token-expired";
  }
  return has_scopes(*view, scopes) ? "" : "token-scope";
}

}  // namespace whydrop::rehearsal
