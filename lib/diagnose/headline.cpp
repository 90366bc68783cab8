#include "base/text.hpp"
#include "diagnose/guide.hpp"
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
  return or_else(spoken(error), "no reason is known");
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

/// How a stream ended that should have gone on: "FIN", "RST", or the error's own words.
std::string cut_words(const Ledger& ledger) {
  const std::string error = ledger.ending ? ledger.ending->fact.read_error : std::string();
  return error == "eof" ? "FIN" : error == "connection_reset" ? "RST" : reason(error);
}

std::string never_connected(const Ledger& ledger) {
  if (!ledger.connect) {
    return fmt::format("never connected: {}", reason(detail_of(ledger)));
  }
  const auto& connect = ledger.connect->fact;
  return fmt::format("never connected to {}: {}",
                     or_else(connect.remote, "the server"),
                     reason(connect.error.empty() ? detail_of(ledger) : connect.error));
}

std::string not_upgraded(const Ledger& ledger) {
  if (ledger.response && ledger.response->fact.status == 101) {
    return "the server answered the upgrade with a 101 that is not valid";
  }
  if (ledger.response && ledger.response->fact.status == 0) {
    return "the server answered the upgrade with something that is not HTTP";
  }
  // A page or an API's answer: nobody there saw an upgrade to refuse.
  return fmt::format(ledger.response && ledger.response->fact.status < 300
                         ? "the server answered the upgrade as a plain request: {}"
                         : "the server refused the upgrade: {}",
                     refusal(ledger));
}

std::string no_session(const Ledger& ledger, EndingHow how) {
  switch (how) {
  case EndingHow::resolve_failed:
    return fmt::format("never connected: the name {} does not resolve ({})",
                       ledger.resolve ? printable(ledger.resolve->fact.host, 253) : "of the host",
                       reason(ledger.resolve ? ledger.resolve->fact.error : detail_of(ledger)));
  case EndingHow::connect_failed:
    return never_connected(ledger);
  case EndingHow::proxy_failed:
    return fmt::format("never connected: the proxy {} {} ({})",
                       ledger.proxy ? printable(ledger.proxy->fact.address, 253) : "",
                       proxy_words(ledger),
                       reason(ledger.proxy ? ledger.proxy->fact.error : detail_of(ledger)));
  case EndingHow::tls_failed:
    return fmt::format("never connected: TLS failed: {}",
                       reason(ledger.tls ? ledger.tls->fact.error : detail_of(ledger)));
  case EndingHow::upgrade_refused:
    return not_upgraded(ledger);
  case EndingHow::upgrade_cut:
    return fmt::format("the server's side ended the connection ({}) without answering the upgrade", cut_words(ledger));
  case EndingHow::upgrade_timeout:
    return fmt::format("no answer to the upgrade came within {}", span_words(ledger.end_t() - ledger.request_t));
  case EndingHow::interrupted:
    return "interrupted before a session was open";
  case EndingHow::capture_ended:
    return ledger.seen ? "the record ends before a session was open" : "there is nothing to judge: no event was seen";
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
    return fmt::format("the connection ended before a session was open ({})", session::name(how));
  }
  return {};
}

std::string partial_words(const Ledger& ledger) {
  if (!ledger.partial || !ledger.partial->has_header) {
    return "in the middle of a frame's header";
  }
  return fmt::format("in the middle of a frame ({})", part_words(ledger.partial->have, ledger.partial->need));
}

/// Who ended it, as far as can be seen: a proxy on the way turns a crash of what is behind it into an end in order.
std::string server_side(const Ledger& ledger) {
  if (!came_through_a_proxy(ledger)) {
    return "the server's side";
  }
  const auto hops = hops_of(ledger);
  return fmt::format("the server's side (through {})", printable(hops.via.empty() ? hops.server : hops.via, 40));
}

std::string no_close(const Ledger& ledger, EndingHow how) {
  const std::string silence = span_words(ledger.end_t() - ledger.server.last_t.value_or(ledger.session_t()));
  switch (how) {
  case EndingHow::fin:
    return server_side(ledger) + " ended TCP (FIN) without a Close frame";
  case EndingHow::fin_mid_frame:
    return fmt::format("{} ended TCP (FIN) {}", server_side(ledger), partial_words(ledger));
  case EndingHow::reset:
    return server_side(ledger) + " reset the connection (RST) without a Close frame";
  case EndingHow::tls_close_notify:
    return server_side(ledger) + " ended TLS (close_notify) without a Close frame";
  case EndingHow::tls_truncated:
    return server_side(ledger) + " ended TCP without TLS close_notify and without a Close frame";
  case EndingHow::tls_error:
    return fmt::format("TLS failed in mid-session ({})", or_else(detail_of(ledger), "no reason is known"));
  case EndingHow::timed_out:
    return "the connection timed out: what you sent was no longer acknowledged";
  case EndingHow::unreachable:
    return "the network reported the server as unreachable in mid-session";
  case EndingHow::ping_timeout:
    return fmt::format("your ping was not answered, so you gave up; the server's last frame was {} ago", silence);
  case EndingHow::idle_timeout:
    return fmt::format("nothing came from the server for {}, so you gave up", silence);
  case EndingHow::local_close:
    return "you ended the connection without a Close frame";
  case EndingHow::interrupted:
    return "interrupted: you ended the session without a Close frame";
  case EndingHow::capture_ended:
    return "the record ends while the session is open: how it ended is not in it";
  case EndingHow::close_timeout:
  case EndingHow::resolve_failed:
  case EndingHow::connect_failed:
  case EndingHow::proxy_failed:
  case EndingHow::tls_failed:
  case EndingHow::upgrade_refused:
  case EndingHow::upgrade_cut:
  case EndingHow::upgrade_timeout:
    return fmt::format("the connection ended without a Close frame ({})", session::name(how));
  }
  return {};
}

/// "you closed the session normally (1000)", "you closed the session with 4001 (private use)".
std::string own_close(const Ledger& ledger) {
  const session::CloseSeen& close = *ledger.client.close;
  return close.code == 1000 && close.reason.empty()
             ? "you closed the session normally (1000)"
             : fmt::format("you closed the session with {}", close_words(ledger.client));
}

std::string_view cut_name(EndingHow how) {
  return how == EndingHow::reset              ? "RST"
         : how == EndingHow::tls_close_notify ? "TLS close_notify"
         : how == EndingHow::tls_truncated    ? "FIN without TLS close_notify"
                                              : "FIN";
}

/// What the server did after a Close of ours. One that it did not answer was not confirmed, whatever ended TCP.
std::string answer_to_close(const Ledger& ledger) {
  const auto& answer = ledger.server.close;
  if (answer && answer->code == ledger.client.close->code && answer->code) {
    return " and the server confirmed it";
  }
  if (answer) {
    return fmt::format("; the server answered with {}", close_words(ledger.server));
  }
  if (ledger.how() == EndingHow::interrupted || ledger.how() == EndingHow::capture_ended || !ledger.ending) {
    return "; no answering Close was seen";
  }
  const std::string after = span_words(ledger.ending->t_ns - ledger.client.close_t);
  if (cut_by_server_side(ledger.how())) {
    return fmt::format(", but the server's side ended the connection ({}) {} later without answering the Close",
                       cut_name(ledger.how()),
                       after);
  }
  return fmt::format(", but the server did not answer the Close within {}", after);
}

std::string http_exchange(const Ledger& ledger, EndingHow how) {
  const std::string call = call_words(ledger);
  if (ledger.response) {
    return fmt::format("{}{} answered {}", is_refused_call(ledger) ? "Refused: " : "", call, refusal(ledger));
  }
  const bool not_connected = how == EndingHow::resolve_failed || how == EndingHow::connect_failed ||
                             how == EndingHow::proxy_failed || how == EndingHow::tls_failed;
  if (not_connected) {
    return no_session(ledger, how);
  }
  if (how == EndingHow::upgrade_timeout) {
    return fmt::format("No answer: {} was sent, and none came in time", call);
  }
  if (how == EndingHow::interrupted) {
    return fmt::format("No answer yet: {} was sent, and whydrop was interrupted before one came", call);
  }
  return fmt::format("No answer: {} was sent, and the connection ended without one ({})", call, session::name(how));
}

/// True where the moment is worth saying: who ended the session is not the one who reads this.
bool ended_unasked(const Ledger& ledger, EndingHow how) {
  return ledger.first_close ? ledger.first_close == Side::server
                            : cut_by_server_side(how) || how == EndingHow::tls_error || how == EndingHow::timed_out ||
                                  how == EndingHow::unreachable;
}

}  // namespace

std::string how_clause(const Ledger& ledger, const Verdict& verdict) {
  const EndingHow how = ledger.how();
  if (ledger.role != "websocket") {
    return http_exchange(ledger, how);
  }
  if (!ledger.had_session()) {
    return no_session(ledger, how);
  }
  if (ledger.first_close == Side::client) {
    return rules::find_rule(verdict.cause) != nullptr
               ? fmt::format("you ended the session with {}", close_words(ledger.client))
               : own_close(ledger) + answer_to_close(ledger);
  }
  if (ledger.first_close == Side::server) {
    return fmt::format("the server closed with {}", close_words(ledger.server));
  }
  if (ledger.from_har) {
    return "the browser's record shows no Close frame: how the session ended is not in it";
  }
  return no_close(ledger, how);
}

std::string headline(const Ledger& ledger, const Verdict& verdict) {
  const std::string how = capital(how_clause(ledger, verdict));
  const bool when = ledger.had_session() && !ledger.from_har && ended_unasked(ledger, ledger.how());
  return when ? fmt::format("{}, {}.", how, when_words(ledger)) : how + ".";
}

}  // namespace whydrop::diagnose
