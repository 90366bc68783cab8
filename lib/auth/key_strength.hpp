// For the .cpp files of auth/ only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::auth {

/// Why an RSA key proves nothing, whatever it has signed: "its exponent is 1: …"; null where nothing of the kind is
/// known. `modulus` and `exponent`: big-endian bytes. Looks for an exponent that signs by itself, a modulus that is no
/// product of two large primes, and the form of keys that Infineon's library made (CVE-2017-15361).
std::optional<std::string> rsa_weakness(std::string_view modulus, std::string_view exponent);

}  // namespace whydrop::auth
