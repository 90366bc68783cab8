// What the request itself can have got wrong.
#include "base/text.hpp"
#include "diagnose/guide.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

std::vector<std::uint64_t> request_evidence(const Ledger& ledger) {
  return {ledger.request_seq, ledger.response ? ledger.response->seq : ledger.ending->seq};
}

Judgement inferred(
    const Ledger& ledger, Confidence confidence, std::string says, std::string lead, std::string fix = {}) {
  return {std::move(says),
          request_evidence(ledger),
          Basis::inferred,
          confidence,
          std::move(fix),
          std::nullopt,
          std::move(lead)};
}

/// ASGI servers answer an empty 403 to a path without a route, as to a close before accept.
std::optional<Judgement> asgi_path(const Ledger& ledger, std::string_view) {
  static constexpr std::string_view kServers[] = {"uvicorn", "hypercorn", "daphne"};
  const std::string_view server = hops_of(ledger).server;
  const auto* known = std::find_if(std::begin(kServers), std::end(kServers), [server](std::string_view name) {
    return contains_caseless(server, name);
  });
  if (!ledger.was_refused_with({403}) || known == std::end(kServers) || ledger.response->fact.body_length != 0) {
    return std::nullopt;
  }
  const std::string path = printable(profile::split_url(ledger.url).path, 60);
  const std::string seen = fmt::format(
      "{} answers an empty 403 to a path that no route has, and to a close before accept", printable(server, 40));
  return inferred(
      ledger,
      Confidence::medium,
      capital(seen) + ".",
      fmt::format("the path {}: {}", path, seen),
      fmt::format(
          "Check the path {} first (prefix, trailing slash), then what the application asks for before it accepts.",
          path));
}

/// 403 with a cause that the request may show: none of them can be seen from here.
std::optional<Judgement> origin_suspect(const Ledger& ledger, std::string_view) {
  if (!ledger.was_refused_with({403}) || ledger.request_seq == 0) {
    return std::nullopt;
  }
  const std::string host = profile::split_url(ledger.url).host;
  const std::string& origin = ledger.request_origin;
  if (origin.empty()) {
    return inferred(ledger,
                    Confidence::low,
                    "No Origin was sent; a server that checks it refuses so.",
                    "",
                    "If the server checks the Origin, set one with -o; else check the credentials.");
  }
  if (profile::split_url(origin).host == host) {
    return std::nullopt;
  }
  return inferred(ledger,
                  Confidence::low,
                  fmt::format("The Origin {} is of another host than {}; a server that checks it refuses so.",
                              printable(origin, 80),
                              printable(host, 80)),
                  "",
                  "Set an Origin that the server allows with -o.");
}

enum class Redirect { other, to_tls, to_login, to_slash };

bool is_login(std::string_view path) {
  static constexpr std::string_view kWords[] = {
      "login", "signin", "sign-in", "sign_in", "/auth", "/sso", "/oauth", "/session/new", "/cas/"};
  return std::any_of(
      std::begin(kWords), std::end(kWords), [path](std::string_view word) { return contains_caseless(path, word); });
}

Redirect redirect_of(const Ledger& ledger) {
  const std::string* location = ledger.header("Location");
  if (location == nullptr || !ledger.ending || ledger.how() != EndingHow::upgrade_refused ||
      ledger.response->fact.status < 300 || ledger.response->fact.status >= 400) {
    return Redirect::other;
  }
  const auto asked = profile::split_url(ledger.url);
  const auto to = profile::split_url(*location);
  const std::string path = starts_with(*location, "/") ? location->substr(0, location->find('?')) : to.path;
  const bool same_host = starts_with(*location, "/") || to.host == asked.host;
  if (is_login(path)) {
    return Redirect::to_login;
  }
  if (same_host && asked.scheme == "ws" && (to.scheme == "https" || to.scheme == "wss") && path == asked.path) {
    return Redirect::to_tls;
  }
  return same_host && (path == asked.path + "/" || path + "/" == asked.path) ? Redirect::to_slash : Redirect::other;
}

std::optional<Judgement> redirected(const Ledger& ledger, std::string_view id) {
  const Redirect redirect = redirect_of(ledger);
  const std::string_view wanted = redirect == Redirect::to_tls     ? "redirect-to-tls"
                                  : redirect == Redirect::to_login ? "redirect-to-login"
                                  : redirect == Redirect::to_slash ? "redirect-to-slash"
                                                                   : "";
  if (wanted != id) {
    return std::nullopt;
  }
  const std::string place = printable(*ledger.header("Location"), 120);
  const std::string status = fmt::format("{} to {}", ledger.response->fact.status, place);
  const auto asked = profile::split_url(ledger.url);
  Judgement judgement{"", request_evidence(ledger)};
  if (redirect == Redirect::to_tls) {
    judgement.says = fmt::format("The server redirects the same host and path to TLS: {}.", status);
    judgement.lead = fmt::format(
        "the server wants TLS and refused the upgrade: it redirects to the same path by https ({}).", status);
    const auto to = profile::split_url(*ledger.header("Location"));
    judgement.fix =
        fmt::format("Use wss://{}{}{}.", to.host, to.port.empty() ? "" : ":" + to.port, printable(asked.path, 120));
  } else if (redirect == Redirect::to_login) {
    judgement.says = fmt::format("The server redirects to a login page: {}.", status);
    judgement.lead = fmt::format(
        "you are not logged in there: the server refused the upgrade and redirects to a login page ({}).", status);
  } else {
    judgement.says = fmt::format("The server redirects to the same path but for its last slash: {}.", status);
    judgement.lead = fmt::format("the path differs by its last slash: the server refused the upgrade with {}.", status);
    judgement.fix = fmt::format("Connect to the path of {}.", place);
  }
  return judgement;
}

/// The subprotocol that was asked for may be what a server ended the connection for.
std::optional<Judgement> subprotocol_suspect(const Ledger& ledger, std::string_view) {
  if (!ledger.ending || ledger.how() != EndingHow::upgrade_cut || ledger.request_subprotocol.empty()) {
    return std::nullopt;
  }
  return inferred(
      ledger,
      Confidence::low,
      fmt::format("The subprotocol {} was asked for; some servers end the connection where they do not know it.",
                  quoted(ledger.request_subprotocol)),
      "",
      fmt::format("Try without -s {}, or with another of its names.", printable(ledger.request_subprotocol, 60)));
}

}  // namespace

const std::vector<FindingRow>& request_findings() {
  static const std::vector<FindingRow> rows = {
      {"redirect-to-tls",
       Severity::error,
       Party::client,
       true,
       redirected,
       "The upgrade was redirected to TLS",
       "The server answers the plain request with a redirect to the same host and path by https: it takes WebSockets "
       "by TLS only.",
       "Use wss:// in place of ws://.",
       "RFC 6455 section 4.1"},
      {"redirect-to-login",
       Severity::error,
       Party::client,
       true,
       redirected,
       "The upgrade was redirected to a login page",
       "The server did not take the request's credentials, and sends whoever asks to a page for people. That page is "
       "no "
       "WebSocket: connecting to it is of no use.",
       "Log in first and send what that gives: -H 'Cookie: …' or -H 'Authorization: Bearer …'.",
       "RFC 6455 section 4.1"},
      {"redirect-to-slash",
       Severity::error,
       Party::client,
       true,
       redirected,
       "The path lacks its last slash, or has one too many",
       "The server redirects to the path with, or without, a slash at its end. Browsers do not follow a redirect of a "
       "WebSocket.",
       "Connect to the path as Location has it.",
       "RFC 6455 section 4.1"},
      {"asgi-path",
       Severity::warning,
       Party::client,
       false,
       asgi_path,
       "An ASGI server refused with an empty 403",
       "uvicorn, hypercorn and daphne answer 403 without a body to a path that no route has, and where the application "
       "closes "
       "before it accepts.",
       "Check the path first.",
       ""},
      {"origin-suspect",
       Severity::warning,
       Party::client,
       false,
       origin_suspect,
       "The Origin may be what was refused",
       "The server answered 403, and the request had no Origin, or one of another host. Servers that check it answer "
       "so; so do "
       "others for other reasons.",
       "Set the Origin that the server allows with -o.",
       "RFC 6455 section 10.2"},
      {"subprotocol-suspect",
       Severity::warning,
       Party::client,
       false,
       subprotocol_suspect,
       "The subprotocol may be what the connection was ended for",
       "Some servers, as libwebsockets, end the connection without an answer where they do not know the subprotocol "
       "that is asked for.",
       "Try without -s, or with another name.",
       "RFC 6455 section 4.2.2"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
