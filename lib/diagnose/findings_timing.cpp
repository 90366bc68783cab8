#include "base/time.hpp"
#include "diagnose/findings.hpp"
#include "diagnose/guide.hpp"
#include "diagnose/said.hpp"
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

std::int64_t age_ns(const Ledger& ledger) {
  return ledger.end_t() - ledger.session_t();
}

std::uint16_t close_code_or_zero(const Ledger& ledger) {
  return ledger.server.close ? ledger.server.close->code.value_or(0) : std::uint16_t{0};
}

std::optional<Judgement> drop_after_message(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || ledger.from_har || ledger.first_close || !ledger.ended_by_server_side() ||
      !ledger.client.last) {
    return std::nullopt;
  }
  const std::int64_t since = ledger.since_last_message_ns(Side::client);
  // What was answered, now or when it was sent before, is no suspect.
  if (since > kSecond || !ledger.unanswered() || ledger.answered_before()) {
    return std::nullopt;
  }
  // Whoever sends all the time has always just sent something.
  const bool steady =
      ledger.client.messages > 3 && age_ns(ledger) / static_cast<std::int64_t>(ledger.client.messages) < 4 * since;
  return Judgement{fmt::format("{} {} may be the trigger: the end came {} after it.",
                               client_words(ledger.observer).Your,
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

/// What passed and what did not.
std::string bracket_words(const Ledger& ledger) {
  const std::string_view your = client_words(ledger.observer).your;
  const std::string last = message_words(*ledger.client.last);
  return ledger.client.largest_before == 0
             ? fmt::format("{} {} did not pass, and no smaller one was tried", your, last)
             : fmt::format("{} {} did not pass, {} did", your, last, format_size(ledger.client.largest_before));
}

/// The limit of software that the answer names, where the message is over it: " (Mojolicious takes 256 KiB)".
std::string named_limit(const Ledger& ledger) {
  for (const auto trigger : {fieldguide::Trigger::message_size, fieldguide::Trigger::frame_size}) {
    for (const fieldguide::Entry* entry : entries_named(ledger, trigger)) {
      if (entry->bytes && *entry->bytes < ledger.client.last->length) {
        return fmt::format(" ({} takes {} by default)", entry->product->title, format_size(*entry->bytes));
      }
    }
  }
  return {};
}

bool is_about_size(const Ledger& ledger) {
  return close_code_or_zero(ledger) == 1009 || named_topic(ledger) == Topic::size;
}

/// The largest message of the session, and at once the end: a limit of size, if the server says so or the jump is
/// large.
std::optional<Judgement> size_limit(const Ledger& ledger, std::string_view) {
  constexpr std::uint64_t kLeast = 4096, kJump = 16;
  const bool says_so = ledger.ended_by_server_side() && is_about_size(ledger);
  if (!ledger.ended_by_server_side() || !ledger.client.last ||
      ledger.client.last->length <= ledger.client.largest_before ||
      ledger.since_last_message_ns(Side::client) > 5 * kSecond) {
    return std::nullopt;
  }
  const std::uint64_t length = ledger.client.last->length;
  const bool jump = length >= kLeast && length / kJump >= ledger.client.largest_before;
  if (!says_so && (!jump || !ledger.unanswered() || named_topic(ledger))) {
    return std::nullopt;
  }
  const std::string limit = named_limit(ledger);
  const bool known = !limit.empty() || (ledger.client.largest_before > 0 && ledger.answered);
  const std::string bracket = bracket_words(ledger) + limit;
  return Judgement{fmt::format("A size limit may have been passed: {}.", bracket),
                   {ledger.client.last->seq, ledger.end_seq()},
                   Basis::inferred,
                   says_so ? Confidence::high
                   : known ? Confidence::medium
                           : Confidence::low,
                   "",
                   std::nullopt,
                   "a size limit: " + bracket};
}

/// A ping of ours, the first or one of those that were never answered, and at once the end.
std::optional<Judgement> drop_after_ping(const Ledger& ledger, std::string_view) {
  constexpr std::int64_t kAtOnce = kSecond / 10;
  const session::Pings& pings = ledger.pings_of_client;
  if (!ledger.ended_by_server_side() || ledger.from_har || pings.answered > 0 || pings.pending.empty()) {
    return std::nullopt;
  }
  const session::Pings::Sent& ping = pings.pending.back();
  const std::int64_t since = ledger.end_t() - ping.t_ns;
  if (since > kAtOnce || (ledger.client.last && ledger.client.last->t_ns >= ping.t_ns)) {
    return std::nullopt;
  }
  const std::string says =
      fmt::format("{} ping (#{}), {} before the end", client_words(ledger.observer).your, ping.seq, span_words(since));
  return Judgement{fmt::format("{}, may be the trigger: the server answered none.", capital(says)),
                   {ping.seq, ledger.end_seq()},
                   Basis::inferred,
                   Confidence::medium,
                   "",
                   std::nullopt,
                   says + ": this server may not take pings"};
}

std::optional<Judgement> inflate_failed(const Ledger& ledger, std::string_view) {
  // Where the rule on deflate data tells it already, once is enough.
  if (!ledger.inflate_error || ledger.findings.count("deflate-data-invalid") != 0) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("A compressed message from {} could not be inflated: {}.",
                  ledger.inflate_error->from == Side::client ? client_words(ledger.observer).your_side : "the server",
                  printable(ledger.inflate_error->error, 120)),
      {ledger.inflate_error->seq}};
}

std::optional<Judgement> compression_suspect(const Ledger& ledger, std::string_view) {
  if (ledger.inflate_error || ledger.extension.find("permessage-deflate") == std::string::npos ||
      !ledger.ended_by_server_side() || !ledger.client.last || !ledger.client.last->compressed ||
      ledger.client.messages > 2 || ledger.since_last_message_ns(Side::client) > kSecond ||
      ledger.answered_compressed || !ledger.unanswered()) {
    return std::nullopt;
  }
  const std::uint16_t code = close_code_or_zero(ledger);
  if (ledger.first_close && code != 1002 && code != 1007 && code != 1011) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("The end followed one of {} first compressed messages: the server or a proxy may have trouble with "
                  "permessage-deflate.",
                  client_words(ledger.observer).your),
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
      {"message-size-limit",
       Severity::warning,
       Party::client,
       false,
       size_limit,
       "The largest message was the last",
       "The session ended right after the largest message of the client, smaller ones had passed, and the server's "
       "Close says "
       "that it is about size, or the step in size was large.",
       "Send it in smaller messages (fragments help only where each frame is limited), or raise the server's limit.",
       "RFC 6455 section 10.4"},
      {"drop-after-ping",
       Severity::warning,
       Party::unknown,
       false,
       drop_after_ping,
       "The end came right after a ping of the client",
       "The session ended at once after a ping of this side, and no ping was ever answered. Some servers, as Node's "
       "inspector, end the session at a ping.",
       "Repeat without pings (leave --ping-interval out), and keep the session alive by messages.",
       "RFC 6455 section 5.5.2"},
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
