// Invariant: any bytes are a token, an opaque token or a clear error, bounded in its warnings; text and JSON made of it
// are UTF-8, and the JSON parses. No key makes a token good that it did not sign: of the fixed keys none signed
// anything of the input, so that nothing but a forgery could be good. The input is taken as a key as well.
#include "auth/jwt.hpp"
#include "auth/token_text.hpp"
#include "base/utf8.hpp"
#include "fuzz/require.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace whydrop;
using fuzz::require;

constexpr std::string_view kKeys[] = {
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d)"
    R"(4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS)"
    R"(-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs9)"
    R"(1kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAC"})",
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"one"},{"kty":"oct","k":"_w8uRkq8n2vLkX1yZ0wYtQ"}]})",
    "a secret that signed nothing",
};
constexpr std::string_view kToken = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  require(auth::token_in(input).size() <= input.size(), "a token is no longer than the text that holds it");
  if (const auto view = auth::inspect_token(input)) {
    require(view->warnings.size() <= 40, "warnings are bounded");
    const auto state = auth::judge_token(*view, 1'700'000'000, {"a"});
    require(is_utf8(auth::token_text(*view, state)), "what is told to people is UTF-8");
    json::Json parsed;
    require(!parsed.parse(auth::token_json(*view, state)), "what is told to programs is JSON");
  }
  // RFC 7515 A.3's own token is the one that a key of these did sign; it is no seed.
  for (const std::string_view key : kKeys) {
    const auto result = auth::verify_token(input, key);
    require(!result || !result->good, "nothing is good that these keys did not sign");
  }
  const auto result = auth::verify_token(kToken, input);
  require(!result || !result->good, "no key makes an empty signature good");
  return 0;
}
