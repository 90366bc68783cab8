// What a clock tells: how long it was silent, how old the session was, what was owed since when.
#include "base/time.hpp"
#include "diagnose/clocks.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/said.hpp"
#include "diagnose/words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// Codes that tell their own reason leave nothing for a timer to explain.
bool timer_may_explain(const Ledger& ledger) {
  if (!ledger.ended_by_server_side() || ledger.from_har) {
    return false;
  }
  const std::uint16_t code = ledger.server.close ? ledger.server.close->code.value_or(0) : std::uint16_t{0};
  return code != 1002 && code != 1003 && code != 1007 && code != 1009 && code != 1010;
}

/// True if this side waited for nothing: what it sent last was answered.
bool nothing_owed(const Ledger& ledger) {
  return !ledger.unanswered() && ledger.pings_of_client.unanswered == 0;
}

/// True if nothing that could log a client in was ever sent, or ever answered.
bool never_answered(const Ledger& ledger) {
  return !ledger.answered;
}

/// True for an age at which services end sessions that have not logged in.
bool is_login_time(const Ledger& ledger, const Fit& age) {
  constexpr std::int64_t kLongest = 300;
  return never_answered(ledger) && age.limit_s <= kLongest;
}

/// Which clocks the end fits. One of a side is asked only where the other side had spoken meanwhile, so that it is
/// another clock than that of both.
struct Fits {
  std::optional<Fit> silence;  ///< of both sides, of one, or without a data message
  std::optional<Fit> age;
};

/// Socket.IO's server waits for a CONNECT packet (40) after the open packet, and ends who sends none.
bool lacks_socket_io_connect(const Ledger& ledger) {
  return ledger.beat && ledger.beat->kind == BeatKind::engine_io && ledger.client.messages == ledger.beat->sent;
}

Fits fits(const Ledger& ledger) {
  Fits found;
  if (!timer_may_explain(ledger)) {
    return found;
  }
  for (const Clock clock : {Clock::silence, Clock::quiet, Clock::server_silence, Clock::client_silence}) {
    if (!found.silence) {
      found.silence = fit_of(ledger, clock);
    }
  }
  if (ledger.saw_opening()) {
    found.age = fit_of(ledger, Clock::age);
  }
  // Pings kept the line busy, and no message was ever answered: then what ran out is the time for one. So where the
  // dialect wants one.
  if (found.age && found.silence && is_login_time(ledger, *found.age) &&
      (found.silence->clock == Clock::quiet || lacks_socket_io_connect(ledger))) {
    found.silence.reset();
  }
  // Where the server announced an age limit, and went on speaking, no silence struck.
  if (found.age && found.age->announced && found.silence && found.silence->clock != Clock::silence) {
    found.silence.reset();
  }
  return found;
}

/// A number in a test is as good as its odds: a silence of both sides that hits a whole second with nothing owed.
Confidence trust(const Ledger& ledger, const Fit& fit) {
  if (fit.announced) {
    return Confidence::high;
  }
  switch (fit.clock) {
  case Clock::silence:
    return (fit.sharp || fit.common) && nothing_owed(ledger) ? Confidence::medium : Confidence::low;
  case Clock::age:
    return fit.named || (fit.common && fit.limit_s >= 7200) || (fit.sharp && fit.limit_s % 30 == 0) ? Confidence::medium
                                                                                                    : Confidence::low;
  case Clock::quiet:
  case Clock::server_silence:
  case Clock::client_silence:
    return fit.sharp && fit.common ? Confidence::medium : Confidence::low;
  }
  return Confidence::low;
}

std::string silence_words(const Ledger& ledger, Clock clock) {
  switch (clock) {
  case Clock::silence:
    return "nothing went either way";
  case Clock::quiet:
    return "no message went either way, only pings and pongs";
  case Clock::server_silence:
    return "the server sent nothing";
  case Clock::client_silence:
    return fmt::format("{} sent nothing", client_words(ledger.observer).you);
  case Clock::age:
    return "the session was open";
  }
  return "";
}

std::string whose_words(const Fit& fit) {
  if (fit.announced) {
    return fmt::format(" (the server announced it: {} in #{})", printable(fit.announced->name, 64), fit.announced->seq);
  }
  return fit.whose.empty() ? "" : fmt::format(" (a default of {})", fit.whose);
}

std::vector<std::uint64_t> silence_evidence(const Ledger& ledger) {
  return {ledger.response ? ledger.response->seq : ledger.opened_seq,
          ledger.client.last_seq,
          ledger.server.last_seq,
          ledger.end_seq()};
}

/// What keeps a session alive under such a limit. Pings are no help where they went already.
std::string keep_alive(const Fit& fit) {
  if (fit.clock == Clock::quiet) {
    return fmt::format("Pings did not reset it: send a message of the API's own at least every {} s.", fit.limit_s / 2);
  }
  return fmt::format(
      "Send a ping or a message at least every {0} s (--ping-interval {0}s); --ping-sweep finds the limit.",
      std::max<std::int64_t>(fit.limit_s / 2, 1));
}

/// One reading only: the silence.
Judgement of_silence(const Ledger& ledger, const Fit& fit) {
  const std::string seen = fmt::format("{} for {}", silence_words(ledger, fit.clock), about_words(fit.ns));
  return {
      fmt::format(
          "{} before the end, as a time-out of {} s would have it{}.", capital(seen), fit.limit_s, whose_words(fit)),
      silence_evidence(ledger),
      Basis::inferred,
      trust(ledger, fit),
      keep_alive(fit),
      std::nullopt,
      fmt::format("an idle limit of {} s: {}{}", fit.limit_s, seen, whose_words(fit))};
}

/// "nothing went either way since it opened, 9 s ago", or where something went right at the opening, nearly so long.
std::string since_opening(const Ledger& ledger, const Fit& silence, const Fit& age) {
  const bool all_of_it = ledger.client.frames + ledger.server.frames == (ledger.first_close ? 1U : 0U);
  return all_of_it
             ? fmt::format("{} since it opened, {} ago", silence_words(ledger, silence.clock), about_words(age.ns))
             : fmt::format(
                   "{} for {}, nearly its whole age", silence_words(ledger, silence.clock), about_words(silence.ns));
}

/// What tells the readings apart.
std::string experiment(const Fit& silence, const Fit& age, bool login) {
  const std::int64_t often = std::max<std::int64_t>(age.limit_s / 2, 1);
  if (silence.clock == Clock::quiet) {
    return fmt::format(
        "Pings did not reset it. Send a message of the API's own every {} s: if it ends at {} s again, it "
        "is an age limit.",
        often,
        age.limit_s);
  }
  return fmt::format("Repeat with --ping-interval {}s: if it ends at {} s again, pings do not help{}.",
                     often,
                     age.limit_s,
                     login ? ", and the first message that the API wants may be missing" : "");
}

/// Silence and age began together: only another try can tell them apart.
Judgement of_both(const Ledger& ledger, const Fit& silence, const Fit& age) {
  const bool login = is_login_time(ledger, age);
  const std::string readings =
      login ? "an idle limit, an age limit, or a time to log in" : "an idle limit or an age limit";
  const std::string seen = since_opening(ledger, silence, age);
  return {
      fmt::format(
          "{}, as a time-out of {} s would have it: {}{}.", capital(seen), age.limit_s, readings, whose_words(silence)),
      silence_evidence(ledger),
      Basis::inferred,
      std::min(trust(ledger, silence), trust(ledger, age)),
      experiment(silence, age, login),
      std::nullopt,
      fmt::format(
          "a timer of {} s ({}): {}{}", age.limit_s, readings, seen, silence.announced ? whose_words(silence) : "")};
}

bool began_together(const Fits& found) {
  return found.silence && found.age && found.silence->limit_s == found.age->limit_s;
}

std::optional<Judgement> idle_limit(const Ledger& ledger, std::string_view) {
  const Fits found = fits(ledger);
  if (!found.silence) {
    return std::nullopt;
  }
  return began_together(found) ? of_both(ledger, *found.silence, *found.age) : of_silence(ledger, *found.silence);
}

std::optional<Judgement> connection_age(const Ledger& ledger, std::string_view id) {
  const Fits found = fits(ledger);
  const bool login = found.age && !found.age->announced && is_login_time(ledger, *found.age);
  if (!found.age || began_together(found) || (id == "login-timer") != login) {
    return std::nullopt;
  }
  const Fit& age = *found.age;
  const std::string seen = fmt::format("the session was {} old at its end", about_words(age.ns));
  if (login) {
    // Without a dialect that asks for it the age is all that is known.
    const bool wants_connect = lacks_socket_io_connect(ledger);
    return Judgement{
        fmt::format("{}, as {} of {} s would have it: nothing that logs in was answered.",
                    capital(seen),
                    wants_connect ? "a time to log in" : "a time to log in or an age limit",
                    age.limit_s),
        silence_evidence(ledger),
        Basis::inferred,
        age.sharp ? Confidence::medium : trust(ledger, age),
        wants_connect
            ? "Send Socket.IO's CONNECT, the packet 40, right after the opening (connectTimeout is 45 s by default)."
            : "Send the first message that the API wants (a login, a join, connection_init) right after the opening; "
              "pings do not help.",
        std::nullopt,
        fmt::format("a {} of {} s{}: the session was {} old, and no message {} was answered",
                    wants_connect ? "time to log in" : "timer",
                    age.limit_s,
                    wants_connect ? "" : " (a time to log in, or an age limit)",
                    about_words(age.ns),
                    client_words(ledger.observer).of_yours)};
  }
  return Judgement{
      fmt::format("{}, as an age limit of {} s would have it{}.", capital(seen), age.limit_s, whose_words(age)),
      silence_evidence(ledger),
      Basis::inferred,
      trust(ledger, age),
      "",
      std::nullopt,
      fmt::format("an age limit of {} s: the session was {} old, and not silent{}",
                  age.limit_s,
                  about_words(age.ns),
                  whose_words(age))};
}

/// Silence, then a message, and at once a reset: a balancer or NAT had forgotten the connection.
std::optional<Judgement> forgotten(const Ledger& ledger, std::string_view) {
  constexpr std::int64_t kSilence = 30 * kSecond;
  if (!ledger.had_session() || ledger.first_close || ledger.how() != EndingHow::reset || !ledger.client.last ||
      ledger.client.silence_before_ns < kSilence || ledger.since_last_message_ns(Side::client) > 2 * kSecond) {
    return std::nullopt;
  }
  const std::string silence = about_words(ledger.client.silence_before_ns);
  return Judgement{fmt::format("{} {} came after {} of silence and was answered by a reset: something in between may "
                               "have forgotten the connection while it was silent.",
                               client_words(ledger.observer).Your,
                               message_words(*ledger.client.last),
                               silence),
                   {ledger.client.last->seq, ledger.end_seq()},
                   Basis::inferred,
                   Confidence::medium,
                   "",
                   std::nullopt,
                   fmt::format("a balancer or NAT that forgot the silent connection: {} {} came after {} of silence",
                               client_words(ledger.observer).your,
                               message_words(*ledger.client.last),
                               silence)};
}

std::optional<Judgement> pong_withheld(const Ledger& ledger, std::string_view) {
  const session::Pings& pings = ledger.pings_of_server;
  const std::int64_t owed_for = ledger.end_t() - pings.unanswered_t;
  if (!ledger.ended_by_server_side() || pings.unanswered == 0 || owed_for < pong_due_ns(ledger)) {
    return std::nullopt;
  }
  const ClientWords& client = client_words(ledger.observer);
  const bool none = pings.answered == 0;
  const std::string which = none && pings.sent == 1 ? "the server's ping"
                            : none                  ? fmt::format("any of the server's {} pings", pings.sent)
                                   : fmt::format("the server's last {}", counted(pings.unanswered, "ping"));
  const std::string says = fmt::format("{} did not answer {} ({}#{}, {} before the end)",
                                       client.you,
                                       which,
                                       pings.unanswered == 1 ? "" : "the first: ",
                                       pings.unanswered_seq,
                                       about_words(owed_for));
  return Judgement{fmt::format("{}: the server may have taken {} for dead.", capital(says), client.your_side),
                   {pings.unanswered_seq, ledger.end_seq()},
                   Basis::inferred,
                   Confidence::high,
                   "",
                   std::nullopt,
                   named_another(ledger) ? "" : fmt::format("{} missing pongs: {}", client.your, says)};
}

}  // namespace

const std::vector<FindingRow>& clock_findings() {
  static const std::vector<FindingRow> rows = {
      {"pong-withheld",
       Severity::warning,
       Party::client,
       false,
       pong_withheld,
       "A ping of the server was not answered",
       "The server pinged and this side sent no pong before the end. Servers end sessions whose peer does not answer.",
       "Answer pings at once (--pong on); a client must read all the time to see them.",
       "RFC 6455 section 5.5.2"},
      {"idle-limit",
       Severity::warning,
       Party::unknown,
       false,
       idle_limit,
       "The silence before the end fits an idle limit",
       "The time without traffic before the end is a whole number of seconds, or that of a well-known idle limit of "
       "proxies, balancers, gateways or firewalls, and the session had survived no silence as long. It is a guess from "
       "the "
       "number alone.",
       "Send pings more often than the limit (--ping-interval); --ping-sweep finds it by trying.",
       ""},
      {"login-timer",
       Severity::warning,
       Party::client,
       false,
       connection_age,
       "The age at the end fits a time to log in",
       "Nothing that could log in was sent, or none of it was answered, and the session ended at a round age. Many "
       "services "
       "end sessions whose first message (a login, a join, connection_init) does not come in time.",
       "Send the first message that the API wants right after the opening; pings do not help.",
       ""},
      {"forgotten-connection",
       Severity::warning,
       Party::network,
       false,
       forgotten,
       "A message after a long silence was answered by a reset",
       "Balancers and NATs forget a silent connection without a word; the next packet is answered by a reset.",
       "Send pings more often than every 30 s (--ping-interval 20s); --ping-sweep finds the limit by trying.",
       ""},
      {"connection-age",
       Severity::warning,
       Party::unknown,
       false,
       connection_age,
       "The age at the end fits an age limit",
       "Some gateways end every connection at a certain age, whatever is sent. It is a guess from the number alone.",
       "Pings do not help against an age limit: reconnect (--reconnect 5) and resume the session.",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
