#include "base/text.hpp"
#include "diagnose/answers.hpp"
#include "diagnose/guide.hpp"
#include "diagnose/limits.hpp"
#include "diagnose/verdict.hpp"
#include "diagnose/words.hpp"
#include "rules/rules.hpp"

#include <algorithm>
#include <iterator>

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

/// Status and reason of a refusal.
std::string refusal(const Ledger& ledger) {
  if (!ledger.response) {
    return "an answer that is not a 101";
  }
  const auto& response = ledger.response->fact;
  if (response.status == 0) {
    const std::string line = first_line(response);
    return line.empty() ? "an empty line, which is not HTTP" : fmt::format("\"{}\", which is not HTTP", line);
  }
  const std::size_t space = response.start_line.find(' ');
  return space == std::string::npos ? fmt::format("{}", response.status)
                                    : printable(trim(response.start_line).substr(space + 1), 80);
}

/// How a stream ended that should have gone on: "FIN", "RST", or the error's own words.
std::string cut_words(const Ledger& ledger) {
  const std::string error = ledger.ending ? ledger.ending->fact.read_error : std::string();
  return error == "eof" ? "FIN" : error == "connection_reset" ? "RST" : reason(error);
}

/// Who ended it, as far as can be seen: a proxy on the way turns a crash of what is behind it into an end in order.
std::string peer_side(const Ledger& ledger) {
  const std::string_view peer = peer_words(ledger);
  if (ledger.observer != session::Observer::client || !came_through_a_proxy(ledger)) {
    return std::string(peer);
  }
  return fmt::format("{} (through {})", peer, elide(hop_name(ledger), 40));
}

// What stands for the holes of session/endings.cpp, one function a hole.

std::string hole_answer(const Ledger& ledger) {
  if (ledger.head_given_up) {
    return "answered the upgrade with a head that is larger than whydrop reads";
  }
  if (ledger.response && ledger.response->fact.status == 101) {
    return "answered the upgrade with a 101 that is not valid";
  }
  if (ledger.response && ledger.response->fact.status == 0) {
    return fmt::format("answered the upgrade with {}", refusal(ledger));
  }
  // A page or an API's answer: nobody there saw an upgrade to refuse.
  return fmt::format(ledger.response && ledger.response->fact.status < 300
                         ? "answered the upgrade as a plain request: {}{}"
                         : "refused the upgrade: {}{}",
                     refusal(ledger),
                     ledger.response ? answer_quote(ledger.response->fact) : "");
}
/// Whose answer it is: one that came through a hop may be that hop's.
std::string hole_answerer(const Ledger& ledger) {
  return ledger.observer != session::Observer::client || !shows_a_hop(ledger)
             ? "the server"
             : fmt::format("the server (through {})", elide(hop_name(ledger), 40));
}
std::string hole_host(const Ledger& ledger) {
  return ledger.resolve ? printable(ledger.resolve->fact.host, 253) : "of the host";
}
std::string hole_resolve(const Ledger& ledger) {
  return reason(ledger.resolve ? ledger.resolve->fact.error : detail_of(ledger));
}
std::string hole_connect(const Ledger& ledger) {
  if (!ledger.connect) {
    return fmt::format(": {}", reason(detail_of(ledger)));
  }
  if (ledger.attempts.size() > 1) {
    return fmt::format(" to {}", attempts_words(ledger));
  }
  const auto& connect = ledger.connect->fact;
  return fmt::format(" to {}: {}",
                     or_else(connect.remote, "the server"),
                     reason(connect.error.empty() ? detail_of(ledger) : connect.error));
}
std::string hole_proxied(const Ledger& ledger) {
  return fmt::format("{} {}", ledger.proxy ? printable(ledger.proxy->fact.address, 253) : "", proxy_words(ledger));
}
std::string hole_proxy(const Ledger& ledger) {
  return reason(ledger.proxy ? ledger.proxy->fact.error : detail_of(ledger));
}
std::string hole_tls(const Ledger& ledger) {
  return or_else(tls_fault_words(ledger), "no reason is known");
}
std::string hole_detail(const Ledger& ledger) {
  return or_else(detail_of(ledger), "no reason is known");
}
std::string hole_wait(const Ledger& ledger) {
  const session::Awaited& awaited = ledger.ending->fact.awaited;
  return awaited.limit.empty()
             ? span_words(ledger.end_t() - ledger.request_t)
             : fmt::format("{} (--{})", format_duration(awaited.limit_ns), printable(awaited.limit, 40));
}
std::string hole_silence(const Ledger& ledger) {
  return span_words(ledger.end_t() - ledger.server.last_t.value_or(ledger.session_t()));
}
std::string hole_partial(const Ledger& ledger) {
  if (!ledger.partial || !ledger.partial->has_header) {
    return "in the middle of a frame's header";
  }
  return fmt::format("in the middle of a frame ({})", part_words(ledger.partial->have, ledger.partial->need));
}
std::string hole_own(const Ledger& ledger) {
  return std::string(own_words(ledger.observer));
}
std::string hole_own_ping(const Ledger& ledger) {
  return ledger.observer == session::Observer::client ? "your ping" : fmt::format("a ping of {}", hole_own(ledger));
}
std::string hole_data(const Ledger& ledger) {
  return ledger.observer == session::Observer::client ? "what you sent" : "what was sent";
}

struct Hole {
  std::string_view name;
  std::string (*value)(const Ledger&);
};
constexpr Hole kHoles[] = {
    {"answer", hole_answer},
    {"answerer", hole_answerer},
    {"connect", hole_connect},
    {"cut", cut_words},
    {"data", hole_data},
    {"detail", hole_detail},
    {"host", hole_host},
    {"own", hole_own},
    {"own_ping", hole_own_ping},
    {"partial", hole_partial},
    {"peer", peer_side},
    {"proxied", hole_proxied},
    {"proxy", hole_proxy},
    {"resolve", hole_resolve},
    {"silence", hole_silence},
    {"tls", hole_tls},
    {"wait", hole_wait},
};

/// The clause that session/endings.cpp has for `how`. A hole that nothing fills stays to be seen.
std::string ending_clause(const Ledger& ledger, EndingHow how) {
  return fill(session::traits(how).headline, [&](std::string_view name) {
    const auto* hole =
        std::find_if(std::begin(kHoles), std::end(kHoles), [&](const Hole& h) { return h.name == name; });
    return hole == std::end(kHoles) ? fmt::format("{{{}}}", name) : hole->value(ledger);
  });
}

std::string no_session(const Ledger& ledger, EndingHow how) {
  if (const std::string cause = how == EndingHow::upgrade_refused ? answer_cause(ledger) : ""; !cause.empty()) {
    return cause;
  }
  if (how == EndingHow::tls_failed && offers_only_http2(ledger)) {
    return "never connected: the server offers only HTTP/2 here (TLS alert no_application_protocol); a WebSocket needs "
           "HTTP/1.1";
  }
  if (session::ends_before_session(how)) {
    return ending_clause(ledger, how);
  }
  if (how == EndingHow::interrupted) {
    return "interrupted before a session was open";
  }
  if (how == EndingHow::capture_ended) {
    return ledger.seen ? "the record ends before a session was open" : "there is nothing to judge: no event was seen";
  }
  return fmt::format("the connection ended before a session was open ({})", session::name(how));
}

/// The end of a session in a browser's record that shows no Close frame.
std::string record_end(const Ledger& ledger, EndingHow how) {
  if (how != EndingHow::local_close) {
    return "the browser's record shows no Close frame: how the session ended is not in it";
  }
  if (ledger.ending->fact.by == session::EndedBy::client) {
    return browser_words(ledger);
  }
  return fmt::format("the session was cut without a Close frame ({}), {}; by whom is not in the record",
                     printable(ledger.ending->fact.detail, 80),
                     after_words(ledger));
}

/// "you closed the session normally (1000)", "you closed the session with 4001 (private use)".
std::string client_close(const Ledger& ledger) {
  const session::CloseSeen& close = *ledger.client.close;
  const std::string_view client = client_words(ledger.observer).you;
  return close.code == 1000 && close.reason.empty()
             ? fmt::format("{} closed the session normally (1000)", client)
             : fmt::format("{} closed the session with {}", client, close_words(ledger.client));
}

/// What was waited for in vain, as the beginning of a clause.
std::string waited(const Ledger& ledger) {
  const std::string wait = wait_words(ledger);
  return wait.empty() ? "" : wait + "; ";
}

/// The end of TLS of which nobody here has the keys: whether a Close went before it is not known.
std::string sealed_end(const Ledger& ledger, EndingHow how) {
  constexpr std::string_view kSealed = "what was said is sealed by TLS, whose keys are not in the record";
  if (!session::traits(how).cut_by_peer) {
    return fmt::format("{}; {}", kSealed, ending_clause(ledger, how));
  }
  const std::string_view what = how == EndingHow::reset              ? "reset the connection (RST)"
                                : how == EndingHow::tls_close_notify ? "ended TLS in order (close_notify)"
                                                                     : "ended TCP without TLS close_notify";
  return fmt::format("{} {}, {} after it was opened; {}",
                     peer_words(ledger),
                     what,
                     span_words(ledger.end_t() - ledger.opened_t),
                     kSealed);
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
  if (ledger.cut_by_server_side()) {
    return fmt::format(", but {} ended the connection ({}) {} later without answering the Close",
                       peer_words(ledger),
                       cut_name(ledger.how()),
                       after);
  }
  const std::string unanswered = fmt::format(", but the server did not answer the Close within {}", after);
  return session::traits(ledger.how()).cut_by_peer
             ? fmt::format(
                   "{}, and {} ended the connection ({})", unanswered, peer_words(ledger), cut_name(ledger.how()))
             : unanswered;
}

std::string http_exchange(const Ledger& ledger, EndingHow how) {
  const std::string call = call_words(ledger);
  if (ledger.response) {
    return fmt::format("{}{} answered {}", is_refused_call(ledger) ? "Refused: " : "", call, refusal(ledger));
  }
  if (session::traits(how).reached == session::Reached::dialing) {
    return ending_clause(ledger, how);
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
                            : session::traits(how).cut_by_peer || how == EndingHow::tls_error ||
                                  how == EndingHow::timed_out || how == EndingHow::unreachable;
}

std::string how_words(const Ledger& ledger, const Verdict& verdict) {
  const EndingHow how = ledger.how();
  if (ledger.role != session::Role::websocket) {
    return http_exchange(ledger, how);
  }
  if (ledger.sealed() && !session::ends_before_session(how)) {
    return sealed_end(ledger, how);
  }
  if (!ledger.had_session()) {
    return no_session(ledger, how);
  }
  if (ledger.foreign) {
    return foreign_words(ledger);
  }
  if (ledger.closes_crossed()) {
    return fmt::format("the server closed with {} by itself, as your own Close ({}) was under way",
                       close_words(ledger.server),
                       close_words(ledger.client));
  }
  if (ledger.first_close == Side::client && ledger.browser_says_why()) {
    return browser_words(ledger);
  }
  if (ledger.first_close == Side::client) {
    return rules::find_rule(verdict.cause) != nullptr
               ? fmt::format(
                     "{} ended the session with {}", client_words(ledger.observer).you, close_words(ledger.client))
               : waited(ledger) + client_close(ledger) + answer_to_close(ledger);
  }
  if (ledger.first_close == Side::server && ledger.from_har) {
    return fmt::format("the session was closed with {}, {}; which side did so first is not in the record",
                       close_words(ledger.server),
                       after_words(ledger));
  }
  if (ledger.first_close == Side::server) {
    return fmt::format("the server closed with {}", close_words(ledger.server));
  }
  if (ledger.from_har && how != EndingHow::reset) {
    return record_end(ledger, how);
  }
  return ending_clause(ledger, how);
}

}  // namespace

std::string how_clause(const Ledger& ledger, const Verdict& verdict) {
  const std::string lost =
      ledger.how() == EndingHow::capture_ended && !ledger.from_har ? detail_of(ledger) : std::string();
  return how_words(ledger, verdict) + (lost.empty() ? "" : fmt::format(" ({})", printable(lost, 160)));
}

std::string headline(const Ledger& ledger, const Verdict& verdict) {
  const std::string how = capital(how_clause(ledger, verdict));
  const bool when = ledger.had_session() && !ledger.from_har && ended_unasked(ledger, ledger.how());
  return when ? fmt::format("{}, {}.", how, when_words(ledger)) : how + ".";
}

}  // namespace whydrop::diagnose
