#include "diagnose/judging.hpp"
#include "diagnose/path.hpp"
#include "diagnose/words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// The finding that goes with an ending of a session without any Close frame.
struct EndingWords {
  EndingHow how;
  std::string_view id;
  std::string_view what;  ///< "… without a Close frame"; holes as in session/endings.cpp
};

constexpr EndingWords kEndings[] = {
    {EndingHow::fin, "no-close-fin", "{peer} sent FIN"},
    {EndingHow::fin_mid_frame, "no-close-mid-frame", "{peer} sent FIN in the middle of a frame"},
    {EndingHow::reset, "no-close-reset", "a reset (RST) came from {peer}"},
    {EndingHow::tls_close_notify, "no-close-tls-close-notify", "{peer} sent TLS close_notify"},
    {EndingHow::tls_truncated, "tls-truncated", "TCP ended without TLS close_notify and"},
    {EndingHow::tls_error, "tls-error", "TLS failed in mid-session,"},
    {EndingHow::timed_out,
     "tcp-timed-out",
     "The system gave the connection up because nothing was acknowledged any more,"},
    {EndingHow::unreachable, "network-unreachable", "The system reported the server as unreachable,"},
    {EndingHow::local_close, "local-close", "{own} ended the connection"},
};

std::string partial_words(const Ledger& ledger) {
  const auto& partial = ledger.partial;
  if (!partial || partial->from != Side::server) {
    return {};
  }
  return partial->has_header
             ? fmt::format(
                   " Of a {} frame {} had come.", wire::name(partial->opcode), part_words(partial->have, partial->need))
             : fmt::format(" Of a frame's header {} had come.", counted(partial->have, "byte"));
}

std::string detail_words(const Ledger& ledger) {
  const std::string& detail = ledger.ending->fact.detail;
  return detail.empty() ? "" : fmt::format(" ({})", printable(detail, 160));
}

std::optional<Judgement> no_close(const Ledger& ledger, std::string_view id) {
  const auto words =
      std::find_if(std::begin(kEndings), std::end(kEndings), [id](const auto& row) { return row.id == id; });
  if (!ledger.had_session() || ledger.from_har || ledger.first_close || !ledger.ending || ledger.how() != words->how) {
    return std::nullopt;
  }
  const bool mid_frame = words->how == EndingHow::fin_mid_frame || words->how == EndingHow::reset;
  return Judgement{
      fmt::format("{}{} without a Close frame, {}.{}",
                  capital(fill(words->what, [&](std::string_view hole) { return party_words(ledger, hole); })),
                  words->how == EndingHow::tls_error ? detail_words(ledger) : "",
                  after_words(ledger),
                  mid_frame ? partial_words(ledger) : ""),
      {ledger.client.last ? ledger.client.last->seq : 0, ledger.partial ? ledger.partial->seq : 0, ledger.ending->seq}};
}

std::optional<Judgement> ping_unanswered(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || !ledger.ending || ledger.how() != EndingHow::ping_timeout) {
    return std::nullopt;
  }
  const session::Pings& pings = ledger.pings_of_client;
  const bool known = !pings.pending.empty();
  return Judgement{fmt::format("{}; the last frame from the server came {} before the end.",
                               known ? fmt::format("{} ping #{} was not answered within {}",
                                                   client_words(ledger.observer).Your,
                                                   pings.pending.front().seq,
                                                   span_words(ledger.ending->t_ns - pings.pending.front().t_ns))
                                     : "A ping was not answered",
                               span_words(ledger.ending->t_ns - ledger.server.last_t.value_or(ledger.session_t()))),
                   {known ? pings.pending.front().seq : 0, ledger.ending->seq}};
}

std::optional<Judgement> idle_timeout(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || !ledger.ending || ledger.how() != EndingHow::idle_timeout) {
    return std::nullopt;
  }
  return Judgement{fmt::format("Nothing came from the server for {}, so {} gave up.",
                               span_words(ledger.end_t() - ledger.server.last_t.value_or(ledger.session_t())),
                               party_words(ledger, "own")),
                   {ledger.server.last_seq, ledger.ending->seq}};
}

std::optional<Judgement> half_open(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || !ledger.ending || ledger.first_close == Side::server) {
    return std::nullopt;
  }
  const auto& tcp = ledger.ending->fact.tcp;
  // What was sent just now is not acknowledged yet on a good link either.
  constexpr std::int64_t kLongerThanAnAck = 500'000'000;
  const bool waited = ledger.end_t() - ledger.client.last_t.value_or(ledger.session_t()) >= kLongerThanAnAck;
  // A segment that was sent again and then acknowledged has arrived: a busy host does that too.
  const bool stuck = tcp.unacked ? *tcp.unacked > 0 && waited : tcp.retransmits.value_or(0) > 0;
  const EndingHow how = ledger.how();
  const bool silent = session::traits(how).silent_peer || how == EndingHow::close_timeout;
  if (!silent || !(stuck || how == EndingHow::timed_out)) {
    return std::nullopt;
  }
  if (shows_large_packets_lost(ledger)) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("The link looks half-open: {}'s packets were no longer acknowledged, so they, or the answers, "
                  "were lost on the way or the other host is gone.",
                  party_words(ledger, "own")) +
          no_ack_words(ledger),
      {ledger.ending->seq},
      Basis::inferred,
      Confidence::high,
      "",
      std::nullopt,
      ledger.observer == session::Observer::client ? "a half-open link: what you sent was no longer acknowledged"
                                                   : "a half-open link: what was sent was no longer acknowledged"};
}

/// Packets arrive (TCP has nothing outstanding), but nobody answers on the WebSocket's level.
std::optional<Judgement> peer_stuck(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || !ledger.ending || ledger.how() != EndingHow::ping_timeout) {
    return std::nullopt;
  }
  const auto& tcp = ledger.ending->fact.tcp;
  // A server that spoke after the ping is not stuck.
  const session::Pings& pings = ledger.pings_of_client;
  const bool spoke = pings.unanswered > 0 && ledger.server.last_t.value_or(0) > pings.unanswered_t;
  if (tcp.unacked != 0U || spoke || tcp.peer_window == 0U) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("TCP had acknowledged all that {} sent: the other host, or a proxy in between, is alive, but "
                  "its WebSocket side did not answer the ping.",
                  party_words(ledger, "own")),
      {ledger.ending->seq},
      Basis::inferred,
      Confidence::medium,
      "",
      std::nullopt,
      fmt::format("a stuck server, or a proxy without its backend: TCP acknowledged all that {} sent",
                  own_words(ledger.observer))};
}

std::optional<Judgement> interrupted(const Ledger& ledger, std::string_view) {
  if (!ledger.ending || ledger.how() != EndingHow::interrupted) {
    return std::nullopt;
  }
  return Judgement{"whydrop was interrupted and ended the session itself.", {ledger.ending->seq}};
}

std::optional<Judgement> broken_on_purpose(const Ledger& ledger, std::string_view) {
  if (!ledger.fault) {
    return std::nullopt;
  }
  const auto& fault = *ledger.fault;
  const std::string what = printable(fault.detail, 120);
  return Judgement{fault.count == 1 ? fmt::format("The relay broke the session on purpose: {}.", what)
                                    : fmt::format("The relay broke the session on purpose, {}; the last time: {}.",
                                                  counted(fault.count, "time"),
                                                  what),
                   {fault.seq},
                   Basis::observed,
                   Confidence::certain,
                   "",
                   std::nullopt,
                   fmt::format("the relay broke it on purpose ({})", what)};
}

std::optional<Judgement> capture_ended(const Ledger& ledger, std::string_view) {
  if (ledger.from_har || !ledger.seen || ledger.how() != EndingHow::capture_ended || ledger.first_close) {
    return std::nullopt;
  }
  if (ledger.ending && !ledger.ending->fact.detail.empty()) {
    return Judgement{fmt::format("The record stops before the connection ended{}.", detail_words(ledger)),
                     {ledger.last_seq}};
  }
  return Judgement{"The capture stops before the connection ended: the recorder was killed, or the file was cut.",
                   {ledger.last_seq}};
}

std::optional<Judgement> tls_sealed(const Ledger& ledger, std::string_view) {
  if (!ledger.sealed() || session::ends_before_session(ledger.how())) {
    return std::nullopt;
  }
  return Judgement{
      "Only TLS records were recorded, without their keys: whether this was a WebSocket, what was said and "
      "whether a Close frame came is not known.",
      {ledger.tls->seq}};
}

/// What the browser itself said as it ended the session.
std::optional<Judgement> browser_failed(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || !ledger.browser_says_why()) {
    return std::nullopt;
  }
  return Judgement{capital(browser_words(ledger)) + ".", {ledger.server.last_seq, ledger.ending->seq}};
}

std::optional<Judgement> har_ended(const Ledger& ledger, std::string_view) {
  if (!ledger.from_har || !ledger.seen || ledger.first_close || ledger.how() != EndingHow::capture_ended) {
    return std::nullopt;
  }
  return Judgement{
      "These events come from a browser's record (HAR): it holds messages, but not how the transport ended.",
      {ledger.last_seq}};
}

}  // namespace

const std::vector<FindingRow>& ending_findings() {
  static const std::vector<FindingRow> rows = {
      {"no-close-fin",
       Severity::error,
       Party::unknown,
       true,
       no_close,
       "FIN without a Close frame",
       "The server's side ended TCP in order but sent no WebSocket Close. A process that exits, a handler that returns "
       "or throws, and a proxy that reaches a limit all look like this.",
       "Look at the server's and the proxies' logs at this time.",
       "RFC 6455 section 7.1.1"},
      {"no-close-mid-frame",
       Severity::error,
       Party::unknown,
       true,
       no_close,
       "FIN in the middle of a frame",
       "The stream ended inside a frame: whoever wrote it stopped half-way. A crash while sending and a proxy with a "
       "size limit look like this.",
       "Look for a crash or a size limit on the server's side while it sends this frame.",
       "RFC 6455 section 7.1.1"},
      {"no-close-reset",
       Severity::error,
       Party::unknown,
       true,
       no_close,
       "RST without a Close frame",
       "The connection was torn down at once. A crash sends an RST, but so does closing a socket with unread input, a "
       "firewall, and a balancer that has forgotten the connection.",
       "Look at the server's and the proxies' logs at this time.",
       "RFC 9293 section 3.5.2"},
      {"no-close-tls-close-notify",
       Severity::error,
       Party::unknown,
       true,
       no_close,
       "TLS ended without a Close frame",
       "The server's side ended TLS in order (close_notify), but sent no WebSocket Close. A TLS proxy whose backend "
       "went "
       "away does this.",
       "Look at the backend behind the TLS proxy, and at the proxy's limits.",
       "RFC 8446 section 6.1"},
      {"tls-truncated",
       Severity::error,
       Party::unknown,
       true,
       no_close,
       "TLS was cut short",
       "TCP ended without TLS close_notify: the server's side did not end the session in order on any level. A killed "
       "process and a box in between look like this.",
       "Look for a crash, a restart or a box that cuts connections.",
       "RFC 8446 section 6.1"},
      {"tls-error",
       Severity::error,
       Party::unknown,
       true,
       no_close,
       "TLS failed in mid-session",
       "A TLS record could not be read, or an alert came: bytes were changed on the way, or the other side failed.",
       "Try from another network; look for a box that inspects TLS.",
       "RFC 8446 section 6.2"},
      {"tcp-timed-out",
       Severity::error,
       Party::network,
       true,
       no_close,
       "TCP timed out",
       "The system sent the same data again and again without an acknowledgement and gave up.",
       "Look at the network in between; pings notice it sooner (--ping-interval 20s).",
       "RFC 9293 section 3.8.3"},
      {"network-unreachable",
       Severity::error,
       Party::network,
       true,
       no_close,
       "The server became unreachable",
       "A router or this machine reported in mid-session that there is no way to the server.",
       "Check this machine's network: Wi-Fi, VPN, sleep.",
       ""},
      {"local-close",
       Severity::note,
       Party::client,
       true,
       no_close,
       "This side ended the connection",
       "This side closed the connection without a Close frame.",
       "",
       ""},
      {"ping-unanswered",
       Severity::error,
       Party::unknown,
       true,
       ping_unanswered,
       "A ping was not answered",
       "This side sent a ping and no pong came in time, so the connection is regarded as dead. An endpoint must answer "
       "a "
       "ping.",
       "If the server is alive, look at whether it reads while it is busy; else look at the network.",
       "RFC 6455 section 5.5.2"},
      {"idle-timeout",
       Severity::error,
       Party::unknown,
       true,
       idle_timeout,
       "Nothing came for the idle time-out",
       "--idle-timeout was given and the server sent nothing for that long.",
       "Allow a longer silence (--idle-timeout), or ask with pings whether the link is alive (--ping-interval 20s).",
       ""},
      {"half-open",
       Severity::error,
       Party::network,
       false,
       half_open,
       "The link is probably half-open",
       "This side regards the connection as open, but nothing comes back, not even TCP's acknowledgements. A change of "
       "network, sleep, and a NAT that forgot the connection cause it.",
       "Send pings (--ping-interval 20s --ping-timeout 10s) and reconnect when one is not answered (--reconnect 5).",
       "RFC 9293 section 3.5.1"},
      {"peer-stuck",
       Severity::warning,
       Party::server,
       false,
       peer_stuck,
       "The host lives, its WebSocket does not",
       "TCP acknowledges, yet no pong comes: the server's process is blocked, does not read, or a proxy holds the "
       "connection for a backend that is gone.",
       "Look at whether the server's event loop is blocked.",
       "RFC 6455 section 5.5.3"},
      {"run-interrupted",
       Severity::note,
       Party::client,
       true,
       interrupted,
       "Interrupted",
       "whydrop was interrupted or terminated before the session ended by itself.",
       "",
       ""},
      {"relay-fault",
       Severity::note,
       Party::unknown,
       false,
       broken_on_purpose,
       "The relay broke the session on purpose",
       "whydrop proxy was given --fault. What either side did from then on may be its answer to that: nobody else is "
       "blamed.",
       "",
       ""},
      {"capture-ended",
       Severity::note,
       Party::unknown,
       true,
       capture_ended,
       "The capture stops early",
       "No ending is on record for this connection: the recording program was killed, the disk was full, or the file "
       "was cut.",
       "",
       ""},
      {"browser-failed-it",
       Severity::error,
       Party::unknown,
       true,
       browser_failed,
       "The browser ended the session by itself",
       "The browser found a fault in what it received, as RFC 6455 section 7.1.7 asks, or its page closed the session "
       "early. Its text says which; the bytes themselves are not in the record.",
       "Where the text names a frame, repeat the session with whydrop connect: it shows the faulty frame.",
       "RFC 6455 section 7.1.7"},
      {"tls-sealed",
       Severity::note,
       Party::unknown,
       false,
       tls_sealed,
       "TLS hides what was said",
       "Packets show TLS records, alerts and how the connection ended, and which side ended it first. What the records "
       "hold takes the session's keys, which clients can be told to write down.",
       "Record the keys too (SSLKEYLOGFILE=FILE for browsers, curl, Python and Node; whydrop connect --keylog FILE), "
       "and "
       "read both: whydrop inspect PACKETS --keylog FILE.",
       "draft-ietf-tls-keylogfile"},
      {"har-no-ending",
       Severity::note,
       Party::unknown,
       false,
       har_ended,
       "A HAR shows no ending",
       "A browser's record holds the messages of a WebSocket, but not its Close frames nor how the transport ended.",
       "Repeat the session with whydrop connect to see the ending.",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
