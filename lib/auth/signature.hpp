// For the .cpp files of auth/ only.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::auth {

enum class Family : std::uint8_t { hmac, rsa, ecdsa };

/// A signature algorithm of RFC 7518 section 3.
struct Algorithm {
  std::string_view name;
  Family family;
  std::string_view curve;      ///< of ES*
  std::size_t signature_size;  ///< bytes; 0: as many as the RSA key has
};
/// Null for any other, "none" included.
const Algorithm* find_algorithm(std::string_view name);

/// True for "none" in any case. RFC 8725 section 3.1.
bool is_none(std::string_view alg);

/// The token itself of what people paste: without blanks and "Bearer ".
std::string_view bare_token(std::string_view given);

/// One key, of one family only: what was read as a public key can never serve as a secret.
class Key {
 public:
  Family family() const { return family_; }
  bool fits(const Algorithm& algorithm) const;
  /// True if its key_ops allow "sign" or "verify".
  bool is_for(std::string_view operation) const;
  /// "an RSA key of 2048 bits", "an EC key on P-256", "a secret"
  std::string words() const;

  std::string kid;  ///< of a JWK; may be empty
  std::string use, alg;
  std::vector<std::string> operations;  ///< its key_ops; empty: any
  std::string weakness;                 ///< why it proves nothing; empty: nothing is known

  std::size_t bits() const { return bits_; }

  /// True if the signature of a compact JWS is this key's. RFC 7515 section 5.2.
  bool verifies(const Algorithm& algorithm, std::string_view token) const;
  /// `claims` signed. Errors: usage, where the key is a public one.
  Result<std::string> sign(const Algorithm& algorithm, std::string_view claims) const;

  struct Impl;
  Key(Family family, std::string curve, std::size_t bits, std::shared_ptr<Impl> impl)
      : family_(family), curve_(std::move(curve)), bits_(bits), impl_(std::move(impl)) {}

 private:
  Family family_;
  std::string curve_;
  std::size_t bits_;
  std::shared_ptr<Impl> impl_;
};

/// The keys that a text holds: PEM (public key, certificate or private key), DER, a JWK, a JWK set, else a secret's
/// bytes. Errors: usage, for what is none of them, and for what looks like a key and cannot be read.
Result<std::vector<Key>> read_keys(std::string_view text);

}  // namespace whydrop::auth
