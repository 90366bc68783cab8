#include "capture/browser_ending.hpp"

#include "session/causes.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace whydrop::capture {
namespace {

using session::EndedBy;
using session::Ending;
using session::EndingHow;

/// What Chromium's error names stand for; `word` is what this side would have called it.
struct NetError {
  std::string_view name;
  EndingHow before_answer;
  std::string_view word;
};

constexpr std::array<NetError, 20> kNetErrors{{
    {"ERR_NAME_NOT_RESOLVED", EndingHow::resolve_failed, "NXDOMAIN"},
    {"ERR_CONNECTION_REFUSED", EndingHow::connect_failed, "connection_refused"},
    {"ERR_CONNECTION_TIMED_OUT", EndingHow::connect_failed, "timed_out"},
    {"ERR_ADDRESS_UNREACHABLE", EndingHow::connect_failed, "host_unreachable"},
    {"ERR_INTERNET_DISCONNECTED", EndingHow::connect_failed, "network_unreachable"},
    {"ERR_NETWORK_CHANGED", EndingHow::connect_failed, "network_changed"},
    {"ERR_UNSAFE_PORT", EndingHow::connect_failed, "blocked_port"},
    {"ERR_SOCKS_CONNECTION_FAILED", EndingHow::proxy_failed, "proxy_unreachable"},
    {"ERR_PROXY_CONNECTION_FAILED", EndingHow::proxy_failed, "proxy_unreachable"},
    {"ERR_TUNNEL_CONNECTION_FAILED", EndingHow::proxy_failed, "proxy_refused"},
    {"ERR_CERT_COMMON_NAME_INVALID", EndingHow::tls_failed, "hostname_mismatch"},
    {"ERR_CERT_DATE_INVALID", EndingHow::tls_failed, "expired"},
    {"ERR_CERT_AUTHORITY_INVALID", EndingHow::tls_failed, "unknown_issuer"},
    {"ERR_CERT_", EndingHow::tls_failed, "certificate_refused"},
    {"ERR_SSL_", EndingHow::tls_failed, "handshake_failed"},
    {"ERR_CONNECTION_RESET", EndingHow::upgrade_cut, "connection_reset"},
    {"ERR_CONNECTION_CLOSED", EndingHow::upgrade_cut, "eof"},
    {"ERR_TIMED_OUT", EndingHow::upgrade_timeout, "timed_out"},
    {"ERR_EMPTY_RESPONSE", EndingHow::upgrade_cut, "eof"},
    {"Connection closed before receiving a handshake response", EndingHow::upgrade_cut, "eof"},
}};

const NetError* find_error(std::string_view text) {
  const auto* found = std::find_if(kNetErrors.begin(), kNetErrors.end(), [text](const NetError& it) {
    return text.find(it.name) != std::string_view::npos;
  });
  return found == kNetErrors.end() ? nullptr : found;
}

std::string with_text(std::string_view word, const std::string& text) {
  return std::string(word) + ": " + text;
}

}  // namespace

std::string worded(const std::string& error) {
  const NetError* known = find_error(error);
  return known == nullptr ? error : with_text(known->word, error);
}

namespace {

/// No answer is in the record.
Ending before_answer(const BrowserEnd& end) {
  Ending ending;
  const NetError* known = find_error(end.error);
  ending.how = known != nullptr ? known->before_answer : EndingHow::capture_ended;
  ending.detail = worded(end.error);
  ending.read_error = ending.how == EndingHow::upgrade_cut ? std::string(known->word) : "";
  return ending;
}

/// The session was open.
Ending in_session(const BrowserEnd& end) {
  Ending ending;
  const NetError* known = find_error(end.error);
  const bool reset = known != nullptr && known->word == "connection_reset";
  ending.detail = end.error;
  if (end.close_seen || end.error.empty()) {
    ending.how = end.aborted ? EndingHow::local_close : EndingHow::capture_ended;
    ending.detail = end.aborted ? "aborted" : end.error;
  } else {
    ending.how = reset ? EndingHow::reset : EndingHow::local_close;
    ending.by = reset ? EndedBy::server : EndedBy::client;
  }
  return ending;
}

}  // namespace

Ending ending_of(const BrowserEnd& end) {
  if (end.status == 101) {
    return in_session(end);
  }
  if (end.status == 0) {
    return before_answer(end);
  }
  Ending ending;
  ending.how = EndingHow::upgrade_refused;
  ending.by = EndedBy::server;
  ending.detail = end.error;
  return ending;
}

std::optional<session::Body> failed_step(const Ending& ending, const std::string& host) {
  const auto failed = [&ending](auto fact) -> session::Body {
    fact.error = ending.detail;
    fact.cause = session::cause_in_words(fact);
    return fact;
  };
  if (ending.how == EndingHow::resolve_failed) {
    return failed(session::Resolve{host, {}, 0, {}});
  }
  if (ending.how == EndingHow::connect_failed) {
    return failed(session::Connect{{}, host, 0, {}});
  }
  if (ending.how == EndingHow::tls_failed) {
    return failed(session::Tls{});
  }
  return std::nullopt;
}

}  // namespace whydrop::capture
