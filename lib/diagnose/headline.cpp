#include "base/text.hpp"
#include "diagnose/verdict.hpp"
#include "diagnose/words.hpp"
#include "rules/rules.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::EndingHow;
using session::Side;
using session::Verdict;

namespace {

std::string or_else(const std::string& text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : printable(text, 200);
}

std::string reason(const std::string& error) {
  return or_else(spoken(error), "no reason told");
}

std::string detail_of(const Ledger& ledger) {
  return ledger.ending ? ledger.ending->fact.detail : std::string();
}

/// The part after "with": status and reason of a refusal.
std::string refusal(const Ledger& ledger) {
  if (!ledger.response) {
    return "an answer that is not a 101";
  }
  const auto& response = ledger.response->fact;
  if (response.status == 0) {
    return "something that is not HTTP";
  }
  const std::size_t space = response.start_line.find(' ');
  return space == std::string::npos ? fmt::format("{}", response.status)
                                    : printable(response.start_line.substr(space + 1), 80);
}

std::string no_session(const Ledger& ledger, EndingHow how) {
  switch (how) {
  case EndingHow::resolve_failed:
    return fmt::format("Not connected: the name {} could not be resolved ({}).",
                       ledger.resolve ? printable(ledger.resolve->fact.host, 253) : "of the host",
                       reason(ledger.resolve ? ledger.resolve->fact.error : detail_of(ledger)));
  case EndingHow::connect_failed:
    return fmt::format("Not connected: no {}connection to {} ({}).",
                       ledger.connect && ledger.connect->fact.remote.rfind("unix:", 0) == 0 ? "" : "TCP ",
                       ledger.connect ? or_else(ledger.connect->fact.remote, "the server") : "the server",
                       reason(ledger.connect ? ledger.connect->fact.error : detail_of(ledger)));
  case EndingHow::proxy_failed:
    return fmt::format("Not connected: the proxy {} {} ({}).",
                       ledger.proxy ? printable(ledger.proxy->fact.address, 253) : "",
                       proxy_words(ledger),
                       reason(ledger.proxy ? ledger.proxy->fact.error : detail_of(ledger)));
  case EndingHow::tls_failed:
    return fmt::format("Not connected: TLS failed ({}).",
                       reason(ledger.tls ? ledger.tls->fact.error : detail_of(ledger)));
  case EndingHow::upgrade_refused:
    if (ledger.response && ledger.response->fact.status == 101) {
      return "No session: the server answered 101, but its answer is not a valid upgrade.";
    }
    return fmt::format("No session: the server answered the upgrade with {} instead of 101.", refusal(ledger));
  case EndingHow::upgrade_cut:
    return fmt::format("No session: the connection ended before the upgrade was answered ({}).",
                       reason(ledger.ending ? ledger.ending->fact.read_error : ""));
  case EndingHow::upgrade_timeout:
    return fmt::format("No session: no answer to the upgrade came within {}.",
                       span_words(ledger.end_t() - ledger.request_t));
  case EndingHow::interrupted:
    return "Interrupted before a session was open.";
  case EndingHow::capture_ended:
    return ledger.seen ? "The record ends before a session was open." : "There is nothing to judge: no event was seen.";
  case EndingHow::fin:
  case EndingHow::fin_mid_frame:
  case EndingHow::reset:
  case EndingHow::tls_close_notify:
  case EndingHow::tls_truncated:
  case EndingHow::tls_error:
  case EndingHow::timed_out:
  case EndingHow::unreachable:
  case EndingHow::ping_timeout:
  case EndingHow::idle_timeout:
  case EndingHow::close_timeout:
  case EndingHow::local_close:
    return fmt::format("No session: the connection ended before one was open ({}).", session::name(how));
  }
  return {};
}

std::string partial_words(const Ledger& ledger) {
  if (!ledger.partial || !ledger.partial->has_header) {
    return "in the middle of a frame's header";
  }
  return fmt::format("in the middle of a frame ({})", part_words(ledger.partial->have, ledger.partial->need));
}

std::string no_close(const Ledger& ledger, EndingHow how) {
  const std::string after = after_words(ledger);
  switch (how) {
  case EndingHow::fin:
    return fmt::format("The server's side ended the connection (FIN) without a Close frame, {}.", after);
  case EndingHow::fin_mid_frame:
    return fmt::format("The server's side ended the connection (FIN) {}, {}.", partial_words(ledger), after);
  case EndingHow::reset:
    return fmt::format("The connection was reset (RST) from the server's side without a Close frame, {}.", after);
  case EndingHow::tls_close_notify:
    return fmt::format("The server's side ended TLS (close_notify) without a Close frame, {}.", after);
  case EndingHow::tls_truncated:
    return fmt::format("The server's side cut TLS short (no close_notify) without a Close frame, {}.", after);
  case EndingHow::tls_error:
    return fmt::format("TLS failed in mid-session ({}) without a Close frame, {}.",
                       or_else(detail_of(ledger), "no reason told"),
                       after);
  case EndingHow::timed_out:
    return fmt::format("The connection timed out: data of yours was no longer acknowledged, {}.", after);
  case EndingHow::unreachable:
    return fmt::format("The network reported the server as unreachable in mid-session, {}.", after);
  case EndingHow::ping_timeout:
    return fmt::format("Your side gave up: a ping was not answered; {} since the last frame from the server.",
                       span_words(ledger.end_t() - ledger.server.last_t.value_or(ledger.session_t())));
  case EndingHow::idle_timeout:
    return fmt::format("Your side gave up: nothing came from the server for {}.",
                       span_words(ledger.end_t() - ledger.server.last_t.value_or(ledger.session_t())));
  case EndingHow::local_close:
    return fmt::format("Your side ended the connection without a Close frame, {}.", after);
  case EndingHow::interrupted:
    return "Interrupted: your side ended the session without a Close frame.";
  case EndingHow::capture_ended:
    return "The record ends while the session is open: how it ended is not in it.";
  case EndingHow::close_timeout:
  case EndingHow::resolve_failed:
  case EndingHow::connect_failed:
  case EndingHow::proxy_failed:
  case EndingHow::tls_failed:
  case EndingHow::upgrade_refused:
  case EndingHow::upgrade_cut:
  case EndingHow::upgrade_timeout:
    return fmt::format("The connection ended without a Close frame ({}), {}.", session::name(how), after);
  }
  return {};
}

std::string own_close(const Ledger& ledger, const Verdict& verdict) {
  const std::string close = close_words(ledger.client);
  if (rules::find_rule(verdict.cause) != nullptr) {
    return fmt::format(
        "Your side ended the session with {} because the server broke a rule ({}).", close, verdict.cause);
  }
  if (ledger.server.close && !ledger.server.close->code && ledger.server.close_length != 0) {
    return fmt::format(
        "Your side closed the session with {}; the server answered with {}.", close, close_words(ledger.server));
  }
  if (ledger.server.close) {
    return fmt::format("Your side closed the session with {}; the server confirmed it.", close);
  }
  return fmt::format("Your side closed the session with {}; the server did not answer the Close.", close);
}

std::string http_exchange(const Ledger& ledger, EndingHow how) {
  const std::string call = call_words(ledger);
  if (ledger.response) {
    return fmt::format("{}{} answered {}.", is_refused_call(ledger) ? "Refused: " : "", call, refusal(ledger));
  }
  const bool not_connected = how == EndingHow::resolve_failed || how == EndingHow::connect_failed ||
                             how == EndingHow::proxy_failed || how == EndingHow::tls_failed;
  if (not_connected) {
    return no_session(ledger, how);
  }
  if (how == EndingHow::upgrade_timeout) {
    return fmt::format("No answer: {} was sent, and none came in time.", call);
  }
  if (how == EndingHow::interrupted) {
    return fmt::format("No answer yet: {} was sent, and whydrop was interrupted before one came.", call);
  }
  return fmt::format("No answer: {} was sent, and the connection ended without one ({}).", call, session::name(how));
}

}  // namespace

std::string headline(const Ledger& ledger, const Verdict& verdict) {
  const EndingHow how = ledger.how();
  if (ledger.role != "websocket") {
    return http_exchange(ledger, how);
  }
  if (!ledger.had_session()) {
    return no_session(ledger, how);
  }
  if (ledger.first_close == Side::client) {
    return own_close(ledger, verdict);
  }
  if (ledger.first_close == Side::server) {
    return fmt::format("The server closed the session with {}, {}.", close_words(ledger.server), after_words(ledger));
  }
  if (ledger.from_har) {
    return "The browser's record shows no Close frame: how the session ended is not in it.";
  }
  return no_close(ledger, how);
}

}  // namespace whydrop::diagnose
