#include "diagnose/findings.hpp"
#include "diagnose/words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::Basis;
using session::Confidence;
using session::EndingHow;
using session::Party;
using session::Severity;
using session::Side;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// A limit that many installations have, and whose default it is. A guess by its nature.
struct KnownLimit {
  std::int64_t value;  ///< seconds or bytes
  std::string_view whose;
};

constexpr KnownLimit kIdleLimits[] = {
    {20, "a common heartbeat limit of libraries"},
    {30, "a common default of proxies and servers"},
    {55, "Heroku's router"},
    {60, "the default of nginx (proxy_read_timeout), of AWS Application Load Balancers and of many others"},
    {90, "a common setting of proxies"},
    {100, "Cloudflare's proxy"},
    {120, "a common setting of proxies"},
    {240, "Azure's load balancer (4 minutes)"},
    {300, "Envoy's stream idle time-out and a common setting of proxies and firewalls"},
    {350, "AWS Network Load Balancers"},
    {600, "AWS API Gateway (10 minutes) and Google Cloud's TCP idle limit"},
    {900, "a common limit of firewalls"},
    {1800, "a common limit of firewalls"},
    {3600, "a common limit of firewalls (1 hour)"},
};

constexpr KnownLimit kAgeLimits[] = {
    {30, "the default back-end time-out of Google Cloud's HTTP load balancers, which counts from the opening"},
    {300, "Cloud Run's default request time-out"},
    {900, "a common maximum of gateways"},
    {1800, "a common maximum of gateways"},
    {3600, "Cloud Run's longest request time-out (1 hour), and a common life of tokens"},
    {7200, "AWS API Gateway's maximum of 2 hours"},
    {86400, "a maximum of 24 hours, common for load balancers and tokens"},
};

constexpr KnownLimit kSizeLimits[] = {
    {8 << 10, "8 KiB, the default buffer of Tomcat"},
    {32 << 10, "32 KiB, AWS API Gateway's limit of one frame"},
    {64 << 10, "64 KiB, the default of Jetty and others"},
    {128 << 10, "128 KiB, AWS API Gateway's limit of one message"},
    {1 << 20, "1 MiB, a common default (Python websockets, Socket.IO)"},
    {4 << 20, "4 MiB, the default of aiohttp"},
    {16 << 20, "16 MiB, the default of uvicorn"},
    {100 << 20, "100 MiB, the default of Node's ws"},
};

/// Timers are seldom early and often a little late, the more the longer they are.
bool matches(std::int64_t ns, std::int64_t limit_s) {
  const std::int64_t limit = limit_s * kSecond;
  const std::int64_t early = std::clamp(limit / 60, kSecond / 2, 10 * kSecond);
  const std::int64_t late = std::clamp(limit / 50, 2 * kSecond, 15 * kSecond);
  return ns >= limit - early && ns <= limit + late;
}

template <std::size_t N>
const KnownLimit* find_limit(const KnownLimit (&limits)[N], std::int64_t ns) {
  const auto found = std::find_if(
      std::begin(limits), std::end(limits), [ns](const KnownLimit& row) { return matches(ns, row.value); });
  return found == std::end(limits) ? nullptr : found;
}

std::int64_t age_ns(const Ledger& ledger) {
  return ledger.end_t() - ledger.session_t();
}

std::uint16_t close_code_or_zero(const Ledger& ledger) {
  return ledger.server.close ? ledger.server.close->code.value_or(0) : std::uint16_t{0};
}

/// Codes that tell their own reason leave nothing for a timer to explain.
bool timer_may_explain(const Ledger& ledger) {
  if (!ledger.ended_by_server_side() || ledger.from_har) {
    return false;
  }
  const std::uint16_t code = close_code_or_zero(ledger);
  return code != 1002 && code != 1003 && code != 1007 && code != 1009 && code != 1010;
}

std::optional<Judgement> idle_limit(const Ledger& ledger, std::string_view) {
  if (!timer_may_explain(ledger)) {
    return std::nullopt;
  }
  struct Silence {
    std::int64_t ns;
    std::string_view who;
    Confidence confidence;
  };
  const std::int64_t server_ns = ledger.end_t() - ledger.server.last_t.value_or(ledger.session_t());
  const std::int64_t client_ns = ledger.end_t() - ledger.client.last_t.value_or(ledger.session_t());
  for (const auto& [ns, who, confidence] :
       {Silence{ledger.idle_ns(), "Nothing was sent either way", Confidence::medium},
        Silence{server_ns, "The server sent nothing", Confidence::low},
        Silence{client_ns, "You sent nothing", Confidence::low}}) {
    if (const KnownLimit* limit = find_limit(kIdleLimits, ns)) {
      return Judgement{
          fmt::format("{} for {} before the end, which fits an idle limit of {} s: {}.",
                      who,
                      span_words(ns),
                      limit->value,
                      limit->whose),
          {ledger.client.last_seq, ledger.server.last_seq, ledger.end_seq()},
          Basis::inferred,
          confidence,
          fmt::format(
              "Send pings more often than every {} s (--ping-interval {}s); --ping-sweep finds the limit by trying.",
              limit->value,
              limit->value / 2)};
    }
  }
  return std::nullopt;
}

std::optional<Judgement> connection_age(const Ledger& ledger, std::string_view) {
  const KnownLimit* limit =
      timer_may_explain(ledger) && ledger.saw_opening() ? find_limit(kAgeLimits, age_ns(ledger)) : nullptr;
  if (limit == nullptr) {
    return std::nullopt;
  }
  return Judgement{fmt::format("The session was {} old at its end, which fits an age limit of {} s: {}.",
                               span_words(age_ns(ledger)),
                               limit->value,
                               limit->whose),
                   {ledger.response ? ledger.response->seq : ledger.opened_seq, ledger.end_seq()},
                   Basis::inferred,
                   limit->value >= 7200 ? Confidence::medium : Confidence::low};
}

/// Silence, then a message, and at once a reset: a balancer or NAT had forgotten the connection.
std::optional<Judgement> forgotten(const Ledger& ledger, std::string_view) {
  constexpr std::int64_t kSilence = 30 * kSecond;
  if (!ledger.had_session() || ledger.first_close || ledger.how() != EndingHow::reset || !ledger.client.last ||
      ledger.client.silence_before_ns < kSilence || ledger.since_last_message_ns(Side::client) > 2 * kSecond) {
    return std::nullopt;
  }
  return Judgement{fmt::format("Your {} came after {} of silence and was answered by a reset: something in between may "
                               "have forgotten the connection while it was silent.",
                               message_words(*ledger.client.last),
                               span_words(ledger.client.silence_before_ns)),
                   {ledger.client.last->seq, ledger.end_seq()},
                   Basis::inferred,
                   Confidence::medium};
}

std::optional<Judgement> drop_after_message(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || ledger.from_har || ledger.first_close || !cut_by_server_side(ledger.how()) ||
      !ledger.client.last) {
    return std::nullopt;
  }
  const std::int64_t since = ledger.since_last_message_ns(Side::client);
  if (since > kSecond) {
    return std::nullopt;
  }
  // Whoever sends all the time has always just sent something.
  const bool steady =
      ledger.client.messages > 3 && age_ns(ledger) / static_cast<std::int64_t>(ledger.client.messages) < 4 * since;
  return Judgement{fmt::format("Your {} may be the trigger: the end came {} after it.",
                               message_words(*ledger.client.last),
                               span_words(since)),
                   {ledger.client.last->seq, ledger.end_seq()},
                   Basis::inferred,
                   steady || since > kSecond / 4 ? Confidence::low : Confidence::medium};
}

std::optional<Judgement> ended_at_once(const Ledger& ledger, std::string_view) {
  if (close_code_or_zero(ledger) == 1000 && ledger.server.last) {
    return std::nullopt;  // it said what it had to say
  }
  if (!ledger.ended_by_server_side() || ledger.from_har || !ledger.saw_opening() || ledger.client.messages > 0 ||
      ledger.server.messages > 0 || age_ns(ledger) > kSecond) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("The session was ended {} after it opened, before a message went either way: the server may "
                  "have refused it by credentials, Origin{} or subprotocol{} only after the 101.",
                  span_words(age_ns(ledger)),
                  ledger.request_origin.empty() ? " (none was sent)" : "",
                  ledger.request_subprotocol.empty() ? " (none was asked for)" : ""),
      {ledger.response ? ledger.response->seq : ledger.opened_seq, ledger.end_seq()},
      Basis::inferred,
      Confidence::low};
}

std::optional<Judgement> size_limit(const Ledger& ledger, std::string_view) {
  if (!ledger.ended_by_server_side() || !ledger.client.last || !ledger.client.largest ||
      ledger.client.last->length < ledger.client.largest->length ||
      ledger.since_last_message_ns(Side::client) > 5 * kSecond) {
    return std::nullopt;
  }
  const std::uint64_t length = ledger.client.last->length;
  const auto limit = std::find_if(std::rbegin(kSizeLimits), std::rend(kSizeLimits), [length](const KnownLimit& row) {
    return length > static_cast<std::uint64_t>(row.value);
  });
  const bool says_so = close_code_or_zero(ledger) == 1009;
  if (limit == std::rend(kSizeLimits) || (ledger.first_close && !says_so)) {
    return std::nullopt;
  }
  return Judgement{fmt::format("Your {} was your largest and is over {}: a size limit may have been passed.",
                               message_words(*ledger.client.last),
                               limit->whose),
                   {ledger.client.last->seq, ledger.end_seq()},
                   Basis::inferred,
                   says_so ? Confidence::medium : Confidence::low,
                   says_so ? "Raise the limit on the server's side, if it is yours." : ""};
}

std::optional<Judgement> pong_withheld(const Ledger& ledger, std::string_view) {
  const PingLedger& pings = ledger.pings_of_server;
  const bool says_so = ledger.server.close && contains(ledger.server.close->reason, "ping");
  if (!ledger.ended_by_server_side() || pings.pending_count == 0 ||
      (!says_so && ledger.end_t() - pings.pending[0].t_ns < 5 * kSecond)) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("The server's ping #{} was not answered by your side for {} before the end: the server may "
                  "have taken your side for dead.",
                  pings.pending[0].seq,
                  span_words(ledger.end_t() - pings.pending[0].t_ns)),
      {pings.pending[0].seq, ledger.end_seq()},
      Basis::inferred,
      Confidence::high};
}

std::optional<Judgement> inflate_failed(const Ledger& ledger, std::string_view) {
  // Where the rule on deflate data tells it already, once is enough.
  if (!ledger.inflate_error || ledger.findings.count("deflate-data-invalid") != 0) {
    return std::nullopt;
  }
  return Judgement{fmt::format("A compressed message from {} could not be inflated: {}.",
                               ledger.inflate_error->from == Side::client ? "your side" : "the server",
                               printable(ledger.inflate_error->error, 120)),
                   {ledger.inflate_error->seq}};
}

std::optional<Judgement> compression_suspect(const Ledger& ledger, std::string_view) {
  if (ledger.inflate_error || ledger.extension.find("permessage-deflate") == std::string::npos ||
      !ledger.ended_by_server_side() || !ledger.client.last || !ledger.client.last->compressed ||
      ledger.client.messages > 2 || ledger.since_last_message_ns(Side::client) > kSecond) {
    return std::nullopt;
  }
  const std::uint16_t code = close_code_or_zero(ledger);
  if (ledger.first_close && code != 1002 && code != 1007 && code != 1011) {
    return std::nullopt;
  }
  return Judgement{
      "The end followed one of your first compressed messages: the server or a proxy may have trouble with "
      "permessage-deflate.",
      {ledger.client.last->seq, ledger.end_seq()},
      Basis::inferred,
      Confidence::low};
}

}  // namespace

const std::vector<FindingRow>& timing_findings() {
  static const std::vector<FindingRow> rows = {
      {"compression-trouble",
       Severity::error,
       Party::unknown,
       true,
       inflate_failed,
       "A compressed message could not be inflated",
       "permessage-deflate was agreed, but the bytes of a message are not valid for it: a fault of the sender's "
       "compression, a lost context, or a proxy that changes payloads.",
       "Repeat with --no-compression.",
       "RFC 7692 section 7.2.2"},
      {"compression-suspect",
       Severity::warning,
       Party::unknown,
       false,
       compression_suspect,
       "Compression may be the trigger",
       "The session ended right after one of the first compressed messages from the client.",
       "Repeat with --no-compression.",
       "RFC 7692"},
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
       "The time without traffic before the end is that of a well-known idle limit of proxies, balancers, gateways or "
       "firewalls. It is a guess from the number alone.",
       "Send pings more often than the limit (--ping-interval); --ping-sweep finds it by trying.",
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
       Severity::note,
       Party::unknown,
       false,
       connection_age,
       "The age at the end fits an age limit",
       "Some gateways end every connection at a certain age, whatever is sent. It is a guess from the number alone.",
       "Pings do not help against an age limit: reconnect (--reconnect 5) and resume the session.",
       ""},
      {"message-size-limit",
       Severity::warning,
       Party::client,
       false,
       size_limit,
       "The last message is over a well-known size limit",
       "The session ended right after the largest message of the client, which is over a default limit of well-known "
       "servers. It is a guess from the number alone.",
       "Send it in smaller messages, or in smaller fragments; raise the server's limit.",
       "RFC 6455 section 10.4"},
      {"drop-after-message",
       Severity::warning,
       Party::unknown,
       false,
       drop_after_message,
       "The end came right after a message of the client",
       "The connection was cut within a second of a message from the client: handling that message may have made the "
       "server fail.",
       "Send that message alone (whydrop send), then with fields left out, and see which one ends the session.",
       ""},
      {"ended-at-once",
       Severity::note,
       Party::unknown,
       false,
       ended_at_once,
       "The session was ended right after it opened",
       "The server took the upgrade and ended the session within a second, before either side sent a message. Services "
       "that check credentials only after the 101 look like this.",
       "Check token, Origin (-o) and subprotocol (-s).",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
