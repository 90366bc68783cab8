#include "base/text.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::Cause;

namespace {

struct IdOfCause {
  Cause cause;
  std::string_view id;
};

/// Id of the row of `cause`; `otherwise` for a cause that none has.
template <std::size_t N>
std::string_view id_of(Cause cause, const std::array<IdOfCause, N>& rows, std::string_view otherwise) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const IdOfCause& row) { return row.cause == cause; });
  return found == rows.end() ? otherwise : found->id;
}

std::string error_words(const Ledger& ledger, std::string_view error) {
  return printable(error.empty() && ledger.ending ? ledger.ending->fact.detail : error, 200);
}

std::optional<Judgement> resolve_failed(const Ledger& ledger, std::string_view id) {
  static constexpr std::array<IdOfCause, 3> kRows{{{Cause::nxdomain, "resolve-nxdomain"},
                                                   {Cause::servfail, "resolve-servfail"},
                                                   {Cause::timed_out, "resolve-timed-out"}}};
  if (!ledger.ending || ledger.how() != EndingHow::resolve_failed) {
    return std::nullopt;
  }
  const Cause cause = ledger.resolve ? ledger.resolve->fact.cause : Cause::other;
  if (id_of(cause, kRows, "resolve-failed") != id) {
    return std::nullopt;
  }
  const std::string error = error_words(ledger, ledger.resolve ? ledger.resolve->fact.error : "");
  return Judgement{fmt::format("The name {} could not be resolved: {}.",
                               ledger.resolve ? printable(ledger.resolve->fact.host, 253) : "of the host",
                               error),
                   {ledger.resolve ? ledger.resolve->seq : 0, ledger.ending->seq}};
}

std::optional<Judgement> connect_failed(const Ledger& ledger, std::string_view id) {
  static constexpr std::array<IdOfCause, 3> kRows{{{Cause::refused, "connect-refused"},
                                                   {Cause::timed_out, "connect-timed-out"},
                                                   {Cause::unreachable, "connect-unreachable"}}};
  if (!ledger.ending || ledger.how() != EndingHow::connect_failed) {
    return std::nullopt;
  }
  const Cause cause = ledger.connect ? ledger.connect->fact.cause : Cause::other;
  if (id_of(cause, kRows, "connect-failed") != id) {
    return std::nullopt;
  }
  if (ledger.attempts.size() > 1) {
    std::vector<std::uint64_t> evidence{ledger.ending->seq};
    for (const auto& attempt : ledger.attempts) {
      evidence.push_back(attempt.seq);
    }
    return Judgement{fmt::format("No address of the name took the connection: {}.", attempts_words(ledger)),
                     std::move(evidence)};
  }
  const std::string error = error_words(ledger, ledger.connect ? ledger.connect->fact.error : "");
  const std::string remote = ledger.connect ? printable(ledger.connect->fact.remote, 253) : "the server";
  return Judgement{
      fmt::format("No {}connection to {}: {}.", remote.rfind("unix:", 0) == 0 ? "" : "TCP ", remote, spoken(error)),
      {ledger.connect ? ledger.connect->seq : 0, ledger.ending->seq}};
}

std::optional<Judgement> proxy_failed(const Ledger& ledger, std::string_view id) {
  if (!ledger.ending || ledger.how() != EndingHow::proxy_failed) {
    return std::nullopt;
  }
  const bool asks_login = ledger.proxy && ledger.proxy->fact.kind == "http" && ledger.proxy->fact.status == 407;
  if ((id == "proxy-auth") != asks_login) {
    return std::nullopt;
  }
  return Judgement{fmt::format("The proxy {} {}: {}.",
                               ledger.proxy ? printable(ledger.proxy->fact.address, 253) : "",
                               proxy_words(ledger),
                               spoken(error_words(ledger, ledger.proxy ? ledger.proxy->fact.error : ""))),
                   {ledger.proxy ? ledger.proxy->seq : 0, ledger.ending->seq}};
}

/// The names that a certificate is good for, where another one was asked for.
std::string names_words(const session::Tls& tls) {
  return tls.chain.empty() || tls.chain.front().names.empty()
             ? std::string()
             : fmt::format(" It names {}.",
                           printable(fmt::format("{}", fmt::join(tls.chain.front().names, ", ")), 200));
}

std::string certificate_words(const session::Tls& tls) {
  if (tls.subject.empty() && tls.issuer.empty()) {
    return {};
  }
  return fmt::format(" The certificate is for {}, issued by {}, valid from {} to {}.",
                     printable(tls.subject, 200),
                     printable(tls.issuer, 200),
                     printable(tls.not_before, 40),
                     printable(tls.not_after, 40)) +
         (tls.cause == Cause::hostname_mismatch ? names_words(tls) : "");
}

/// The certificate that no other one of the chain has issued, as far as names tell.
const session::Certificate& top_of(const std::vector<session::Certificate>& chain) {
  const session::Certificate* top = &chain.front();
  for (std::size_t i = 1; i < chain.size() && !top->self_issued; ++i) {
    const auto issuer = std::find_if(
        chain.begin(), chain.end(), [top](const session::Certificate& it) { return it.subject == top->issuer; });
    top = issuer == chain.end() ? top : &*issuer;
  }
  return *top;
}

/// Why no trusted root was reached: "the server sent 1 certificate; its issuer CN=X was neither sent nor is it trusted
/// here".
std::string chain_words(const session::Tls& tls) {
  const auto& chain = tls.chain;
  const session::Certificate& top = top_of(chain);
  const std::string sent = fmt::format("the server sent {}", counted(chain.size(), "certificate"));
  if (!top.self_issued) {
    return fmt::format("{}; {} {} was neither sent nor is it trusted here",
                       sent,
                       chain.size() == 1 ? "its issuer" : "the issuer of the last one,",
                       printable(top.issuer, 120));
  }
  return chain.size() == 1 ? sent + ", which is its own issuer and is not trusted here"
                           : fmt::format("{}, up to {}, which is not trusted here", sent, printable(top.subject, 120));
}

/// Alerts that name a cause. RFC 8446 section 6.2.
std::string_view alert_id(std::string_view error) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kAlerts = {
      {{"no application protocol", "tls-http2-only"},
       {"certificate required", "tls-wants-client-certificate"},
       {"unrecognized name", "tls-name-not-served"}}};
  const auto* found = std::find_if(
      kAlerts.begin(), kAlerts.end(), [error](const auto& alert) { return contains_caseless(error, alert.first); });
  return found == kAlerts.end() ? "tls-alert" : found->second;
}

std::optional<Judgement> tls_failed(const Ledger& ledger, std::string_view id) {
  static constexpr std::array<IdOfCause, 10> kRows{{{Cause::hostname_mismatch, "tls-hostname-mismatch"},
                                                    {Cause::self_signed, "tls-self-signed"},
                                                    {Cause::unknown_issuer, "tls-unknown-issuer"},
                                                    {Cause::expired, "tls-expired"},
                                                    {Cause::not_yet_valid, "tls-not-yet-valid"},
                                                    {Cause::revoked, "tls-revoked"},
                                                    {Cause::not_tls, "tls-not-tls"},
                                                    {Cause::protocol_version, "tls-protocol-version"},
                                                    {Cause::handshake_alert, "tls-alert"},
                                                    {Cause::handshake_cut, "tls-cut"}}};
  if (!ledger.ending || ledger.how() != EndingHow::tls_failed) {
    return std::nullopt;
  }
  const Cause cause = ledger.tls ? ledger.tls->fact.cause : Cause::other;
  const std::string error = error_words(ledger, ledger.tls ? ledger.tls->fact.error : "");
  if ((cause == Cause::handshake_alert ? alert_id(error) : id_of(cause, kRows, "tls-failed")) != id) {
    return std::nullopt;
  }
  if (id == "tls-http2-only") {
    return Judgement{
        "The server offers only HTTP/2 here: it answered the offer of HTTP/1.1 (ALPN) with the TLS alert "
        "no_application_protocol.",
        {ledger.tls ? ledger.tls->seq : 0, ledger.ending->seq}};
  }
  return Judgement{
      fmt::format("TLS failed: {}.{}", tls_fault_words(ledger), ledger.tls ? certificate_words(ledger.tls->fact) : ""),
      {ledger.tls ? ledger.tls->seq : 0, ledger.ending->seq}};
}

}  // namespace

std::string tls_fault_words(const Ledger& ledger) {
  const std::string error = error_words(ledger, ledger.tls ? ledger.tls->fact.error : "");
  const Cause cause = ledger.tls ? ledger.tls->fact.cause : Cause::other;
  const bool untrusted = cause == Cause::unknown_issuer || cause == Cause::self_signed;
  return untrusted && !ledger.tls->fact.chain.empty() ? chain_words(ledger.tls->fact) : spoken(error);
}

const std::vector<FindingRow>& connect_findings() {
  static const std::vector<FindingRow> rows = {
      {"resolve-nxdomain",
       Severity::error,
       Party::client,
       true,
       resolve_failed,
       "The name does not exist",
       "The name server answered that no such name exists.",
       "Check the spelling of the host, its region, and whether the name only exists inside another network (VPN).",
       "RFC 8020"},
      {"resolve-servfail",
       Severity::error,
       Party::network,
       true,
       resolve_failed,
       "The name server failed",
       "The name server could not answer (SERVFAIL): its own source is down, or the name's DNSSEC is broken. Whether "
       "the "
       "name exists is not known.",
       "Ask another name server, or try again later.",
       "RFC 1035 section 4.1.1"},
      {"resolve-timed-out",
       Severity::error,
       Party::network,
       true,
       resolve_failed,
       "The name server did not answer",
       "No answer came from the name server in time.",
       "Check the network and the name server that the system uses.",
       ""},
      {"resolve-failed",
       Severity::error,
       Party::unknown,
       true,
       resolve_failed,
       "The name could not be resolved",
       "No address was found for the host's name.",
       "Check the host's name, and -4 or -6 if one was given.",
       ""},
      {"connect-refused",
       Severity::error,
       Party::unknown,
       true,
       connect_failed,
       "The port refused the connection",
       "The host answered the TCP connection with a reset: nothing listens on this port, or a firewall rejects it.",
       "Check the port, and that the server runs and listens on this address.",
       ""},
      {"connect-timed-out",
       Severity::error,
       Party::network,
       true,
       connect_failed,
       "No answer to the TCP connection",
       "Neither an acceptance nor a refusal came in time: the host is off, or a firewall drops the packets.",
       "Check the address and the firewalls in between; some networks need a proxy (-x).",
       ""},
      {"connect-unreachable",
       Severity::error,
       Party::network,
       true,
       connect_failed,
       "No route to the host",
       "The system or a router reported that the host or its network cannot be reached.",
       "Check the network; if only IPv6 fails, try -4.",
       ""},
      {"connect-failed",
       Severity::error,
       Party::unknown,
       true,
       connect_failed,
       "No TCP connection",
       "The TCP connection could not be made.",
       "Check the address (host and port, or the socket's file), --interface and the network.",
       ""},
      {"proxy-auth",
       Severity::error,
       Party::client,
       true,
       proxy_failed,
       "The proxy asks for a login",
       "The proxy answered 407: it wants to know who is asking.",
       "Give the proxy's user and password with -U USER:PASSWORD.",
       "RFC 9110 section 15.5.8"},
      {"proxy-failed",
       Severity::error,
       Party::network,
       true,
       proxy_failed,
       "The proxy did not connect",
       "The proxy could not be reached, or it refused to open the connection.",
       "Check the proxy's address and whether it allows CONNECT to this host and port.",
       ""},
      {"tls-hostname-mismatch",
       Severity::error,
       Party::server,
       true,
       tls_failed,
       "The certificate is for another name",
       "The server's certificate does not name the host that was asked for: a wrong host, a missing name in the "
       "certificate, or a server that needs SNI.",
       "Connect by a name that the certificate holds, or have it reissued; -k only to look.",
       "RFC 9525 section 6"},
      {"tls-self-signed",
       Severity::error,
       Party::unknown,
       true,
       tls_failed,
       "The certificate is self-signed",
       "The server's certificate is signed by itself or by a root that this system does not trust. A proxy that "
       "inspects TLS looks like this too.",
       "Give its authority with --cacert; -k only to look.",
       "RFC 5280 section 6"},
      {"tls-unknown-issuer",
       Severity::error,
       Party::unknown,
       true,
       tls_failed,
       "The certificate's issuer is not known",
       "No chain to a trusted root was found: an authority of one's own, an intermediate certificate that the server "
       "does not send, or a proxy that inspects TLS.",
       "If the issuer is your company's proxy or an antivirus that reads TLS, or an authority of your own, give it "
       "with "
       "--cacert; else have the server send its whole chain.",
       "RFC 5280 section 6"},
      {"tls-expired",
       Severity::error,
       Party::server,
       true,
       tls_failed,
       "The certificate has expired",
       "The server's certificate, or one of its issuers', is past its last day.",
       "Renew the server's certificate; check this machine's clock.",
       "RFC 5280 section 4.1.2.5"},
      {"tls-not-yet-valid",
       Severity::error,
       Party::unknown,
       true,
       tls_failed,
       "The certificate is not valid yet",
       "The certificate's first day is in the future of this machine's clock.",
       "Check this machine's clock.",
       "RFC 5280 section 4.1.2.5"},
      {"tls-revoked",
       Severity::error,
       Party::server,
       true,
       tls_failed,
       "The certificate is revoked",
       "The authority has taken the server's certificate, or one of its issuers', back before its last day.",
       "Have the server's certificate reissued.",
       "RFC 5280 section 5"},
      {"tls-not-tls",
       Severity::error,
       Party::client,
       true,
       tls_failed,
       "The port does not speak TLS",
       "The answer to the TLS hello is not TLS: this port is plain.",
       "Use ws:// instead of wss://, or the TLS port.",
       ""},
      {"tls-protocol-version",
       Severity::error,
       Party::unknown,
       true,
       tls_failed,
       "No common version of TLS",
       "Both sides have no version of TLS in common.",
       "Check --tls-max, and the versions that the server allows.",
       "RFC 8446 section 4.1.2"},
      {"tls-alert",
       Severity::error,
       Party::unknown,
       true,
       tls_failed,
       "The server ended TLS with an alert",
       "The server refused the TLS handshake: the alert names why. A missing client certificate and an unknown SNI "
       "name "
       "are common.",
       "If the server wants a client certificate, give --cert and --key.",
       "RFC 8446 section 6.2"},
      {"tls-http2-only",
       Severity::error,
       Party::unknown,
       true,
       tls_failed,
       "The server speaks only HTTP/2",
       "In TLS both sides agree on HTTP/1.1 or HTTP/2 (ALPN). A WebSocket begins with HTTP/1.1 (RFC 6455), or with an "
       "extended CONNECT of HTTP/2 (RFC 8441), which whydrop does not speak.",
       "Use the host or port that takes HTTP/1.1, or let this one offer it (ALPN http/1.1).",
       "RFC 7301 section 3.2"},
      {"tls-wants-client-certificate",
       Severity::error,
       Party::client,
       true,
       tls_failed,
       "The server wants a client certificate",
       "The server checks who connects by a certificate of the client's, and none that it accepts was sent.",
       "Give certificate and key with --cert and --key.",
       "RFC 8446 section 4.3.2"},
      {"tls-name-not-served",
       Severity::error,
       Party::client,
       true,
       tls_failed,
       "The server has no host of this name",
       "The TLS server at this address serves other names than the one that was asked for (SNI).",
       "Check the host's name, and --resolve or --connect-to if they were given.",
       "RFC 6066 section 3"},
      {"tls-cut",
       Severity::error,
       Party::unknown,
       true,
       tls_failed,
       "The connection ended during the TLS handshake",
       "The connection ended before TLS was agreed: a firewall that forbids the name, or a port that is not TLS.",
       "Check port and name; try from another network.",
       "RFC 8446 section 6.1"},
      {"tls-failed",
       Severity::error,
       Party::unknown,
       true,
       tls_failed,
       "TLS failed",
       "The TLS handshake failed.",
       "Look at the error's own words.",
       "RFC 8446"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
