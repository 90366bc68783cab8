#include "run/proxy_authority.hpp"

#include "auth/private_file.hpp"
#include "base/try.hpp"
#include "run/proxy.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

constexpr std::string_view kFile = "proxy-authority.pem";

}  // namespace

std::string proxy_authority_path(const Host& host) {
  return auth::state_path(kFile, host.environment("XDG_STATE_HOME"), host.environment("HOME"));
}

Result<net::CertificateAuthority> proxy_authority(const Host& host) {
  const std::string path = proxy_authority_path(host);
  if (path.empty()) {
    return fail(
        ErrorKind::local, "authority of the proxy: there is no home to keep it in", "set HOME or XDG_STATE_HOME");
  }
  const auth::PrivateFile file("authority", path, "remove it; a new one is made, and is to be trusted anew");
  const auto kept = file.read();
  WHYDROP_TRY(kept);
  if (*kept) {
    auto known = net::CertificateAuthority::read(**kept);
    if (known || known.error().message.find("expired") == std::string::npos) {
      return known ? std::move(known) : Result<net::CertificateAuthority>(file.cannot("use", known.error().message));
    }
  }
  auto made = net::CertificateAuthority::make();
  WHYDROP_TRY(made);
  WHYDROP_TRY(file.replace(made->secret_pem()));
  return made;
}

Result<std::string> proxy_certificate(const Host& host) {
  return proxy_authority(host).map([](const net::CertificateAuthority& it) { return it.certificate_pem(); });
}

Result<std::string> proxy_trust_hint(const Host& host) {
  return proxy_authority(host).map([&](const net::CertificateAuthority& it) {
    return fmt::format(
        R"(Whoever trusts this authority believes every certificate that its key signs. The key is in
{} (mode 0600); the authority is valid until {}.
Trust it for one client rather than for the machine:

  whydrop proxy ca --print > whydrop-ca.pem
  NODE_EXTRA_CA_CERTS=whydrop-ca.pem        Node.js
  SSL_CERT_FILE=whydrop-ca.pem              Python, OpenSSL, Go
  DENO_CERT=whydrop-ca.pem                  Deno
  curl --cacert whydrop-ca.pem              curl
  keytool -importcert -alias whydrop -file whydrop-ca.pem -keystore trust.p12 -storepass changeit -noprompt
                                            Java, with -Djavax.net.ssl.trustStore=trust.p12
  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n whydrop -i whydrop-ca.pem
                                            Chromium; certutil -D -n whydrop takes it away again
)",
        proxy_authority_path(host),
        it.not_after().substr(0, 10));
  });
}

}  // namespace whydrop::run
