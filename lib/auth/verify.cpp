#include "auth/jwt.hpp"
#include "auth/signature.hpp"
#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::auth {
namespace {

/// A name out of a token, safe to show.
std::string shown(std::string_view text) {
  return escape_for_terminal(elide(text, 60));
}

bool repeats_a_name(json::Value object) {
  for (std::size_t i = 1; i < object.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (object.member(j).first == object.member(i).first) {
        return true;
      }
    }
  }
  return false;
}

/// Why no key at all could make this token good; null where one could.
std::optional<std::string> why_never(const TokenView& view, const Algorithm* algorithm) {
  json::Json header;
  if (header.parse(view.header)) {
    return "the header cannot be read";
  }
  constexpr std::size_t kMostNames = 100;
  if (header.root().size() > kMostNames || repeats_a_name(header.root())) {
    return "the header has a name twice: what it says of its algorithm cannot be relied on";
  }
  if (is_none(view.alg)) {
    return "alg is none: there is no signature, and anyone can make such a token";
  }
  if (algorithm == nullptr) {
    return view.alg.empty() ? "the header names no algorithm"
                            : fmt::format("alg is {}: only HS, RS, PS and ES of 256, 384 and 512 bits can be checked",
                                          shown(view.alg));
  }
  if (const auto crit = header.root().find("crit")) {
    return fmt::format("crit demands what is not known here: {}", shown(crit->text()));
  }
  return std::nullopt;
}

std::string_view wanted(Family family) {
  switch (family) {
  case Family::hmac:
    return "a secret";
  case Family::rsa:
    return "an RSA key";
  case Family::ecdsa:
    return "an EC key";
  }
  return {};
}

/// Why none of `keys` can be asked about the token.
std::string why_no_fit(const std::vector<Key>& keys, const Algorithm& algorithm) {
  const Key& key = keys.front();
  if (keys.size() > 1) {
    return fmt::format("none of the {} keys is one for {}", keys.size(), algorithm.name);
  }
  if (algorithm.family == Family::hmac && key.family() != Family::hmac) {
    return fmt::format(
        "{} needs a secret, and the key is {}: it is no proof that a token was signed with its public half",
        algorithm.name,
        key.words());
  }
  if (key.family() != algorithm.family) {
    return fmt::format("{} needs {}, and the key is {}", algorithm.name, wanted(algorithm.family), key.words());
  }
  if (!key.alg.empty() && key.alg != algorithm.name) {
    return fmt::format("the key is for {}, and the token says {}", shown(key.alg), algorithm.name);
  }
  if (!key.use.empty() && key.use != "sig") {
    return fmt::format("the key's use is '{}', not sig", shown(key.use));
  }
  if (!key.fits(algorithm)) {
    return fmt::format("{} needs a key on {}, and the key is {}", algorithm.name, algorithm.curve, key.words());
  }
  return fmt::format("the key's key_ops are {}, and none of them is verify",
                     shown(fmt::format("{}", fmt::join(key.operations, ", "))));
}

/// Why a good signature says little: keys that others may guess or compute. RFC 7518 sections 3.2 and 3.3.
std::vector<std::string> strength_warnings(const Algorithm& algorithm, const Key& key) {
  constexpr std::size_t kFewestRsaBits = 2048, kByte = 8;
  if (algorithm.family == Family::rsa && key.bits() < kFewestRsaBits) {
    return {fmt::format("the RSA key has {} bits: {} takes {} at least (RFC 7518 section 3.3)",
                        key.bits(),
                        algorithm.name,
                        kFewestRsaBits)};
  }
  if (algorithm.family == Family::hmac && key.bits() / kByte < algorithm.signature_size) {
    return {
        fmt::format("the secret has {} bytes: {} takes {} at least (RFC 7518 section 3.2); a shorter one can be "
                    "guessed from one token",
                    key.bits() / kByte,
                    algorithm.name,
                    algorithm.signature_size)};
  }
  return {};
}

/// Why it is not certain which key of a set is meant; null where it is.
std::optional<std::string> why_ambiguous(const std::vector<Key>& keys,
                                         const Algorithm& algorithm,
                                         const std::string& kid) {
  const auto is_secret = [](const Key& key) { return key.family() == Family::hmac; };
  const auto secrets = static_cast<std::size_t>(std::count_if(keys.begin(), keys.end(), is_secret));
  if (secrets != 0 && secrets != keys.size()) {
    return "the set has secrets and public keys: which kind is meant is not certain, and a public key is no secret";
  }
  const auto same = std::count_if(
      keys.begin(), keys.end(), [&](const Key& key) { return !kid.empty() && key.kid == kid && key.fits(algorithm); });
  if (same > 1) {
    return fmt::format(
        "the set has {} keys of the token's kid, {}: which one is meant is not certain", same, shown(kid));
  }
  return std::nullopt;
}

/// RFC 7515 section 2: base64url, without padding. Null where all parts are.
std::optional<std::string> wrong_alphabet(std::string_view token) {
  const std::size_t at = token.find_first_of("=+/");
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  constexpr std::string_view kParts[] = {"header", "payload", "signature"};
  const auto part =
      static_cast<std::size_t>(std::count(token.begin(), token.begin() + static_cast<std::ptrdiff_t>(at), '.'));
  return fmt::format(token[at] == '=' ? "the {} ends in '=': base64url in a JWT has no padding (RFC 7515 section 2)"
                                      : "the {} holds + or /: that is base64, and a JWT takes base64url (- and _)",
                     kParts[std::min<std::size_t>(part, 2)]);
}

/// The keys to ask: in a set those of the token's kid; all where it names none.
std::vector<Key> candidates(const std::vector<Key>& keys, const std::string& kid) {
  std::vector<Key> named;
  const bool choose = keys.size() > 1 && !kid.empty();
  std::copy_if(
      keys.begin(), keys.end(), std::back_inserter(named), [&](const Key& key) { return !choose || key.kid == kid; });
  return named;
}

std::string good_words(const Algorithm& algorithm, const Key& key) {
  return fmt::format("the signature is good: {}{}", algorithm.name, key.kid.empty() ? "" : ", key " + shown(key.kid));
}

/// A secret's file often ends in a line break that is no part of it.
Verification try_without_line_break(const Algorithm& algorithm, std::string_view token, std::string_view secret) {
  const std::string_view bare = secret.substr(0, secret.find_last_not_of("\r\n") + 1);
  const auto keys = bare.size() == secret.size() ? Result<std::vector<Key>>(std::vector<Key>()) : read_keys(bare);
  if (keys && !keys->empty() && keys->front().verifies(algorithm, token)) {
    return {true,
            good_words(algorithm, keys->front()) + ", without the line break at the secret's end",
            strength_warnings(algorithm, keys->front())};
  }
  return {
      false, fmt::format("the signature does not match: it was not made by {} with this secret", algorithm.name), {}};
}

Verification try_keys(const Algorithm& algorithm,
                      std::string_view token,
                      const std::vector<Key>& keys,
                      std::string_view given) {
  std::size_t fitting = 0;
  const Key* weak = nullptr;
  for (const Key& key : keys) {
    const bool asked = key.fits(algorithm) && key.is_for("verify");
    fitting += asked ? 1 : 0;
    weak = asked && !key.weakness.empty() ? &key : weak;
    if (key.verifies(algorithm, token)) {
      return {true, good_words(algorithm, key), strength_warnings(algorithm, key)};
    }
  }
  if (weak != nullptr) {
    return {false, fmt::format("the key proves nothing: {}", weak->weakness), {}};
  }
  if (fitting == 0) {
    return {false, why_no_fit(keys, algorithm), {}};
  }
  if (algorithm.family == Family::hmac && keys.size() == 1) {
    return try_without_line_break(algorithm, token, given);
  }
  return {false,
          fmt::format("the signature does not match: it was not made by {} with {}",
                      algorithm.name,
                      fitting == 1 ? "this key" : fmt::format("any of {} keys", fitting)),
          {}};
}

/// True if its signature has the length that its algorithm makes. RFC 7518 section 3.4.
bool has_right_length(const Algorithm& algorithm, std::string_view token) {
  const auto signature = base64url_decode(token.substr(token.rfind('.') + 1));
  return signature && (algorithm.signature_size == 0 || signature->size() == algorithm.signature_size);
}

Verification no(std::string why) {
  return {false, std::move(why), {}};
}

}  // namespace

Result<Verification> verify_token(std::string_view given, std::string_view key) {
  const auto view = inspect_token(given, Payload::any);
  WHYDROP_TRY(view);
  if (view->opaque) {
    return fail(ErrorKind::usage,
                "cannot check the token: it is opaque, not a JWT",
                "only the server that made it can say whether it is good");
  }
  const auto keys = read_keys(key);
  WHYDROP_TRY(keys);
  const Algorithm* algorithm = find_algorithm(view->alg);
  if (const auto never = why_never(*view, algorithm)) {
    return no(*never);
  }
  const std::string_view token = bare_token(given);
  if (auto fault = wrong_alphabet(token)) {
    return no(std::move(*fault));
  }
  if (!has_right_length(*algorithm, token)) {
    return no(fmt::format("the signature is not of the length that {} makes", algorithm->name));
  }
  if (auto why = why_ambiguous(*keys, *algorithm, view->kid)) {
    return no(std::move(*why));
  }
  const auto chosen = candidates(*keys, view->kid);
  if (chosen.empty()) {
    return no(fmt::format("no key of the set has the token's kid, {}", shown(view->kid)));
  }
  return try_keys(*algorithm, token, chosen, key);
}

Result<std::string> sign_token(std::string_view alg, std::string_view claims_json, std::string_view key) {
  const Algorithm* algorithm = find_algorithm(alg);
  if (algorithm == nullptr) {
    return fail(ErrorKind::usage,
                fmt::format("cannot sign by {}: no such algorithm", shown(alg)),
                "HS256, RS256, PS256 or ES256, or with 384 or 512");
  }
  const auto keys = read_keys(key);
  return keys ? keys->front().sign(*algorithm, claims_json) : tl::unexpected<Error>(keys.error());
}

}  // namespace whydrop::auth
