#include "base/text.hpp"
#include "base/time.hpp"
#include "diagnose/cause.hpp"
#include "diagnose/guide.hpp"
#include "diagnose/verdict.hpp"
#include "diagnose/words.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::EndingHow;
using session::Side;
using session::Verdict;

namespace {

using Sentences = std::vector<std::string>;

std::string_view owner(const Ledger& ledger, Side side) {
  return side == Side::client ? client_words(ledger.observer).you : "the server";
}

/// The same, to begin a sentence.
std::string_view subject(const Ledger& ledger, Side side) {
  return side == Side::client ? client_words(ledger.observer).Your_side : "The server";
}

void observe_closes(const Ledger& ledger, Sentences& to) {
  if (!ledger.first_close) {
    to.push_back("No Close frame was seen in either direction.");
    return;
  }
  const Side first = *ledger.first_close;
  const auto& close = ledger.side(first);
  to.push_back(fmt::format(
      "The first Close came from {}: {} (#{}).", owner(ledger, first), close_words(close), close.close->seq));
  const auto& answer = ledger.side(other(first));
  if (answer.close) {
    to.push_back(fmt::format("{} answered it with {} (#{}), {} later.",
                             subject(ledger, other(first)),
                             close_words(answer),
                             answer.close->seq,
                             span_words(answer.close_t - close.close_t)));
  } else {
    to.push_back(fmt::format("{} sent no Close in answer.", subject(ledger, other(first))));
  }
}

void observe_transport(const Ledger& ledger, Sentences& to) {
  if (!ledger.ending || ledger.from_har) {
    return;
  }
  const auto& ending = ledger.ending->fact;
  const std::string words = capital(
      fill(session::traits(ending.how).clause, [&](std::string_view hole) { return party_words(ledger, hole); }));
  const std::string since =
      ledger.first_close ? fmt::format(", {} after the first Close", span_words(ledger.ending->t_ns - ledger.end_t()))
                         : "";
  to.push_back(fmt::format("{}{} (#{}).", words, since, ledger.ending->seq));
  if (ending.tcp.unacked.value_or(0) > 0) {
    const auto resent = ending.tcp.retransmits.value_or(0);
    to.push_back(fmt::format("At the end TCP had {} not acknowledged{}.",
                             counted(*ending.tcp.unacked, "segment"),
                             resent == 0 ? "" : fmt::format(", sent again {}", counted(resent, "time"))));
  }
}

void observe_partial(const Ledger& ledger, Sentences& to) {
  if (!ledger.partial) {
    return;
  }
  const auto& partial = *ledger.partial;
  const std::string of =
      partial.has_header
          ? fmt::format("{} of a {} frame", part_words(partial.have, partial.need), wire::name(partial.opcode))
          : fmt::format("{} of a frame's header", counted(partial.have, "byte"));
  to.push_back(fmt::format("Cut off: {} from {} (#{}).", of, owner(ledger, partial.from), partial.seq));
}

void observe_message(const Ledger& ledger, Side from, Sentences& to) {
  const auto& last = ledger.side(from).last;
  if (!last) {
    to.push_back(fmt::format("{} sent no message{}.",
                             subject(ledger, from),
                             ledger.side(from).messages == 0 ? "" : " before the first Close"));
    return;
  }
  const std::string head = fmt::format("Last from {}: {}, {} before the {}",
                                       owner(ledger, from),
                                       message_words(*last),
                                       span_words(ledger.since_last_message_ns(from)),
                                       ledger.first_close                         ? "first Close"
                                       : ledger.how() == EndingHow::capture_ended ? "end of the record"
                                                                                  : "end");
  to.push_back(last->text && !last->excerpt.view().empty() ? head + ": " + printable(last->excerpt.view(), 80)
                                                           : head + ".");
}

void observe_course(const Ledger& ledger, Sentences& to) {
  const ClientWords& client = client_words(ledger.observer);
  const bool whole = ledger.saw_opening() && ledger.how() != EndingHow::capture_ended;
  to.push_back(fmt::format("{} {}{}; {} sent {}, the server {}.",
                           whole ? "The session was open for" : "The record shows",
                           span_words(ledger.end_t() - ledger.session_t()),
                           whole ? "" : " of the session",
                           client.you,
                           counted(ledger.client.messages, "message"),
                           ledger.server.messages));
  const session::Pings& pings = ledger.pings_of_client;
  if (pings.sent > 0) {
    const std::string rtt =
        pings.rtt_count == 0 ? ""
        : pings.rtt_count == 1
            ? fmt::format("; round trip {}", format_duration(pings.rtt_min_ns))
            : fmt::format("; round trip {} to {}, {} on average",
                          format_duration(pings.rtt_min_ns),
                          format_duration(pings.rtt_max_ns),
                          format_duration(pings.rtt_sum_ns / static_cast<std::int64_t>(pings.rtt_count)));
    to.push_back(fmt::format("{} pings: {} sent, {} answered{}.", client.Your, pings.sent, pings.answered, rtt));
  }
  const session::Pings& asked = ledger.pings_of_server;
  // One that came with the end, or broke the rules, had no answer to wait for.
  if (!asked.pending.empty() && ledger.end_t() - asked.pending.front().t_ns >= kSecond) {
    to.push_back(
        fmt::format("The server's pings: {} received, {} answered by {}.", asked.sent, asked.answered, client.you));
  }
}

void observe_refusal(const Ledger& ledger, Sentences& to) {
  if (!ledger.response || (ledger.how() != EndingHow::upgrade_refused && !is_refused_call(ledger))) {
    return;
  }
  const auto& response = ledger.response->fact;
  if (!response.start_line.empty()) {
    to.push_back(fmt::format("The answer (#{}): {}", ledger.response->seq, printable(response.start_line, 120)));
  }
  for (const session::Header& field : response.headers) {
    if (same_caseless(field.name, "WWW-Authenticate")) {  // a line for each scheme
      to.push_back(fmt::format("WWW-Authenticate: {}", printable(field.value, 200)));
    }
  }
  for (const std::string_view name : {"Location",
                                      "Retry-After",
                                      "X-WebSocket-Reject-Reason",
                                      "Sec-WebSocket-Version",
                                      "Content-Type",
                                      "Server",
                                      "Via",
                                      "Age",
                                      "X-Cache",
                                      "X-Served-By",
                                      "CF-Ray",
                                      "X-Amzn-ErrorType"}) {
    if (const std::string* value = ledger.header(name)) {
      to.push_back(fmt::format("{}: {}", name, printable(*value, 200)));
    }
  }
  // What comes after the head of a 101 is no body.
  if (!response.body.empty() && response.status != 101) {
    to.push_back(fmt::format("Its body ({}{}{}): {}",
                             format_size(response.body_length),
                             response.decoded.empty() ? "" : ", without " + printable(response.decoded, 60),
                             response.body_fault.empty() ? "" : "; " + printable(response.body_fault, 120),
                             printable(response.body, 300)));
  }
}

void observe_path(const Ledger& ledger, Sentences& to) {
  if (ledger.resolve && ledger.resolve->fact.error.empty()) {
    to.push_back(fmt::format("{} resolved to {} in {}.",
                             printable(ledger.resolve->fact.host, 253),
                             ledger.resolve->fact.addresses.size() == 1
                                 ? "1 address"
                                 : fmt::format("{} addresses", ledger.resolve->fact.addresses.size()),
                             format_duration(ledger.resolve->fact.duration_ns)));
  }
  if (ledger.connect && ledger.connect->fact.error.empty()) {
    to.push_back(fmt::format("TCP connected to {} in {}.",
                             printable(ledger.connect->fact.remote, 253),
                             format_duration(ledger.connect->fact.duration_ns)));
  }
  if (ledger.tls && ledger.tls->fact.error.empty()) {
    to.push_back(fmt::format(
        "{} was agreed with {}.", printable(ledger.tls->fact.version, 20), printable(ledger.tls->fact.subject, 200)));
  }
}

/// Only an observer that is not the client can be told so.
bool ended_by_client(const Ledger& ledger) {
  return ledger.observer != session::Observer::client && ledger.ending->fact.by == session::EndedBy::client;
}

void say_unknown(const Ledger& ledger, const Verdict& verdict, Sentences& to) {
  const EndingHow how = ledger.how();
  if (ledger.from_har) {
    if (ledger.had_session()) {
      to.push_back("A browser's record does not tell how the transport ended.");
    }
    return;
  }
  if (how == EndingHow::capture_ended) {
    to.push_back("What happened after the end of the record is not known.");
    return;
  }
  if (!ledger.first_close && session::traits(how).cut_by_peer) {
    to.push_back(
        fmt::format("Whether {} itself or something between (proxy, load balancer, firewall) ended the connection "
                    "cannot be seen from here.",
                    ended_by_client(ledger) ? "the client" : "the server"));
    if (came_through_a_proxy(ledger)) {
      to.push_back("The answer came through a proxy: many make one FIN of whatever ends behind them, a crash too.");
    }
  }
  if (how == EndingHow::reset) {
    to.push_back("A reset is not by itself a crash: closing a socket with unread input sends one too.");
  }
  if (!ledger.first_close && session::traits(how).silent_peer) {
    to.push_back("Whether the server, its host or the path went silent cannot be seen from here.");
  }
  const bool why_is_known = !verdict.cause.empty() && !says_only_how(verdict.cause);
  if (ledger.first_close == Side::server && ledger.had_session() && !why_is_known) {
    const auto& close = *ledger.server.close;
    if (close.code && *close.code >= 3000 && *close.code <= 4999) {
      to.push_back(fmt::format("What {} means is up to the API; the RFC does not define it.", *close.code));
    } else if (close.reason.empty()) {
      to.push_back("Why: the Close gave no reason.");
    }
  }
}

}  // namespace

void add_sentences(const Ledger& ledger, Verdict& verdict) {
  if (ledger.had_session()) {
    observe_closes(ledger, verdict.observed);
    observe_transport(ledger, verdict.observed);
    observe_partial(ledger, verdict.observed);
    observe_message(ledger, Side::client, verdict.observed);
    observe_message(ledger, Side::server, verdict.observed);
    observe_course(ledger, verdict.observed);
  } else {
    observe_path(ledger, verdict.observed);
    observe_refusal(ledger, verdict.observed);
  }
  for (const auto& finding : verdict.findings) {
    if (finding.basis == session::Basis::inferred) {
      verdict.inferred.push_back(finding.says);
    }
  }
  say_unknown(ledger, verdict, verdict.unknown);
}

}  // namespace whydrop::diagnose
