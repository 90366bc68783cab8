// The one-shot SHA1() loads OpenSSL's providers first, which takes 0.9 ms: a third of a short run. The direct calls do
// not.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "handshake/head.hpp"

#include <array>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace whydrop::handshake {

std::string accept_key(std::string_view key) {
  std::string joined(key);
  joined += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, joined.data(), joined.size());
  SHA1_Final(digest.data(), &context);
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

}  // namespace whydrop::handshake
