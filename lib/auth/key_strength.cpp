#include "auth/key_strength.hpp"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <openssl/bn.h>

namespace whydrop::auth {
namespace {

using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using Context = std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)>;

/// Trial division finds what somebody made by hand, not what is hard.
constexpr unsigned kMostDivisor = 2000;

Number number_of(std::string_view bytes) {
  return {BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr),
          BN_free};
}

unsigned small_factor(const BIGNUM* modulus) {
  for (unsigned divisor = 2; divisor < kMostDivisor; ++divisor) {
    if (BN_mod_word(modulus, divisor) == 0) {
      return divisor;
    }
  }
  return 0;
}

/// True if the remainder by `prime` is a power of 65537.
bool is_power_of_generator(unsigned remainder, unsigned prime) {
  const unsigned generator = 65537 % prime;
  unsigned power = 1;
  do {
    if (power == remainder) {
      return true;
    }
    power = power * generator % prime;
  } while (power != 1);
  return false;
}

/// The fingerprint of CVE-2017-15361: for all of these primes the modulus is a power of 65537; of other keys one in
/// some hundred millions has it.
bool has_roca_form(const BIGNUM* modulus) {
  constexpr std::array<unsigned, 17> kPrimes{11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157};
  for (const unsigned prime : kPrimes) {
    if (!is_power_of_generator(static_cast<unsigned>(BN_mod_word(modulus, prime)), prime)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<std::string> rsa_weakness(std::string_view modulus, std::string_view exponent) {
  const Number n = number_of(modulus), e = number_of(exponent);
  if (BN_is_zero(e.get()) || BN_is_one(e.get())) {
    return fmt::format("its exponent is {}: what it signs can be made by anybody", BN_is_one(e.get()) ? 1 : 0);
  }
  if (!BN_is_odd(e.get())) {
    return "its exponent is even: it is no key of RSA";
  }
  if (const unsigned factor = small_factor(n.get()); factor != 0) {
    return fmt::format("its modulus can be divided by {}: its private half can be computed", factor);
  }
  if (has_roca_form(n.get())) {
    return "its modulus has the form of CVE-2017-15361: its private half can be computed";
  }
  const Context context(BN_CTX_new(), BN_CTX_free);
  if (BN_check_prime(n.get(), context.get(), nullptr) == 1) {
    return "its modulus is a prime: its private half can be computed";
  }
  return std::nullopt;
}

}  // namespace whydrop::auth
