#include "net/identity.hpp"

#include "net/signing.hpp"

#include <utility>

namespace whydrop::net {
namespace {

constexpr const char* kOurNames = "DNS:localhost,IP:127.0.0.1,IP:::1";
constexpr const char* kOtherNames = "DNS:elsewhere.example";

Wanted leaf_for(std::string_view fault) {
  Wanted leaf{"localhost", kOurNames, -kHour, 7 * kDay};
  if (fault == "expired") {
    leaf.not_before = -30 * kDay, leaf.not_after = -kDay;
  }
  if (fault == "hostname") {
    leaf.common_name = "elsewhere.example", leaf.alt_names = kOtherNames;
  }
  return leaf;
}

bool known_fault(std::string_view fault) {
  return fault.empty() || fault == "expired" || fault == "hostname" || fault == "self-signed";
}

auto broken() {
  return fail(ErrorKind::internal, "certificate for the rehearsal server: OpenSSL could not make it");
}

}  // namespace

Result<Identity> make_identity(std::string_view fault) {
  if (!known_fault(fault)) {
    return fail(
        ErrorKind::usage, "TLS fault " + std::string(fault) + ": not known", "use expired, hostname or self-signed");
  }
  const OwnedKey ca_key = make_signing_key();
  const OwnedKey leaf_key = make_signing_key();
  if (!ca_key || !leaf_key) {
    return broken();
  }
  const Wanted ca_wanted{"whydrop rehearsal CA", "", -31 * kDay, 7 * kDay};
  const SignedCertificate ca = make_certificate(ca_wanted, ca_key.get(), nullptr, ca_key.get());
  const bool alone = fault == "self-signed";
  const SignedCertificate leaf = make_certificate(
      leaf_for(fault), leaf_key.get(), alone ? nullptr : ca.get(), alone ? leaf_key.get() : ca_key.get());
  SslContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!ca || !leaf || !context || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), leaf_key.get()) != 1) {
    return broken();
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Session tickets would be unread bytes at a client that never reads, and make what is on the wire less plain.
  SSL_CTX_set_num_tickets(context.get(), 0);
  return Identity{std::move(context), certificate_pem(ca.get())};
}

}  // namespace whydrop::net
