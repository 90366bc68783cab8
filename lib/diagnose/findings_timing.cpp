#include "base/time.hpp"
#include "diagnose/guide.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/said.hpp"
#include "diagnose/words.hpp"
#include "profile/url_parts.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

std::int64_t age_ns(const Ledger& ledger) {
  return ledger.end_t() - ledger.session_t();
}

std::uint16_t close_code_or_zero(const Ledger& ledger) {
  return ledger.server.close ? ledger.server.close->code.value_or(0) : std::uint16_t{0};
}

/// A message of the client's that may have brought the end about: the session was dropped after it, or closed with a
/// code that is no farewell, and nothing answered it.
bool may_be_the_trigger(const Ledger& ledger) {
  if (!ledger.had_session() || ledger.from_har || !ledger.ended_by_server_side() || !ledger.client.last ||
      !ledger.may_be_unanswered() || ledger.answered_before()) {
    return false;
  }
  const std::uint16_t code = close_code_or_zero(ledger);
  return !ledger.first_close || code == 0 || code == 1003 || code == 1008 || code == 1011 || code >= 3000;
}

/// What is new in the last message, where all before it passed: "the first binary one"; empty where nothing is.
struct Novelty {
  std::string_view words, fix;
};

/// True if a message asks for a subscription, a room or a topic, by the first word of a value in it.
bool asks_to_subscribe(std::string_view text) {
  static constexpr std::string_view kWords[] = {
      "\"subscribe", "\"sub\"", "\"join", "\"phx_join\"", "\"REQ\"", "subscribe", "SUBSCRIBE\n", "\"watch\""};
  return std::any_of(std::begin(kWords), std::end(kWords), [text](std::string_view word) {
    return word.front() == '"' ? contains_caseless(text, word) : starts_with(text, word);
  });
}

Novelty novelty(const SideLedger& client) {
  constexpr std::uint64_t kLarge = 1024;
  const MessageNote& last = *client.last;
  if (!last.text && client.binary_messages == 1) {
    return {"the first binary one", "Send it as text, if the API takes text only."};
  }
  if (last.text && client.binary_messages + 1 == client.messages) {
    return {"the first text one", "Send it as binary (--binary), if the API takes binary only."};
  }
  if (client.largest->number == last.number && last.length >= kLarge && last.length / 2 >= client.largest_before) {
    return {"by far the largest", "Repeat it with less in it: if that passes, a size limit lies between."};
  }
  if (last.fragmented && client.fragmented_messages == 1) {
    return {"the first in fragments", "Send it in one frame: this server may not take fragments."};
  }
  if (last.text && asks_to_subscribe(last.excerpt.view())) {
    return {"which subscribes", "Check the name and the rights of what it subscribes to, and repeat without it."};
  }
  return {};
}

/// The last messages of the client's, none of which is known to have been answered: "messages 3 to 5 (#12 is the
/// last)".
std::string in_flight_words(const Ledger& ledger) {
  const MessageNote& last = *ledger.client.last;
  return fmt::format("messages {} to {} (#{} is the last)", last.number - ledger.in_flight + 1, last.number, last.seq);
}

std::optional<Judgement> drop_after_message(const Ledger& ledger, std::string_view) {
  if (!may_be_the_trigger(ledger)) {
    return std::nullopt;
  }
  const std::int64_t since = ledger.since_last_message_ns(Side::client);
  if (since > kSecond) {
    return std::nullopt;
  }
  // Whoever sends all the time has always just sent something.
  const bool steady =
      ledger.client.messages > 3 && age_ns(ledger) / static_cast<std::int64_t>(ledger.client.messages) < 4 * since;
  const Novelty is_new = novelty(ledger.client);
  const bool others_passed = ledger.answered && ledger.client.messages > 1;
  // Of messages that were sent at once any may be it, unless the last is of another kind.
  const bool alone = ledger.in_flight <= 1 || !is_new.words.empty();
  const std::string message =
      alone ? fmt::format("{} {}", client_words(ledger.observer).your, message_words(*ledger.client.last))
            : fmt::format("one of {} {}", client_words(ledger.observer).your, in_flight_words(ledger));
  const std::string after = fmt::format("the end came {} after {}", span_words(since), alone ? "it" : "the last");
  Judgement judgement{
      fmt::format("{} may be the trigger: {}.", capital(message), after),
      {ledger.client.last->seq, ledger.end_seq()},
      Basis::inferred,
      steady || since > kSecond / 4 || (!alone && !others_passed) ? Confidence::low : Confidence::medium};
  // It leads where others passed, and something sets it apart: what it is, that it is one of few, or a time before it
  // that was long against the time after it.
  constexpr std::uint64_t kFew = 8;
  const bool apart =
      !is_new.words.empty() || ledger.client.messages <= kFew || ledger.client.silence_before_ns >= 4 * since;
  if (others_passed && judgement.confidence == Confidence::medium && apart) {
    judgement.fix = alone ? is_new.fix : "Send these messages one by one, each after the answer to the one before.";
    judgement.lead = fmt::format("{}{}{}: {}, and {}had been answered",
                                 message,
                                 is_new.words.empty() ? "" : ", ",
                                 is_new.words,
                                 after,
                                 alone ? "others " : "those before ");
  }
  return judgement;
}

std::optional<Judgement> ended_at_once(const Ledger& ledger, std::string_view) {
  if (close_code_or_zero(ledger) == 1000 && ledger.server.last) {
    return std::nullopt;  // it said what it had to say
  }
  if (!ledger.ended_by_server_side() || ledger.from_har || !ledger.saw_opening() || ledger.client.last ||
      ledger.server.last || age_ns(ledger) > kSecond) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("The session was ended {} after it opened, before a message went either way: the server may "
                  "have refused it by path, credentials, Origin{} or subprotocol{} only after the 101.",
                  span_words(age_ns(ledger)),
                  ledger.request_origin.empty() ? " (none was sent)" : "",
                  ledger.request_subprotocol.empty() ? " (none was asked for)" : ""),
      {ledger.response ? ledger.response->seq : ledger.opened_seq, ledger.end_seq()},
      Basis::inferred,
      Confidence::low,
      fmt::format("Check the path {}, the token, Origin (-o) and subprotocol (-s).",
                  printable(profile::split_url(ledger.url).path, 60))};
}

/// What passed and what did not.
std::string bracket_words(const Ledger& ledger) {
  const std::string_view your = client_words(ledger.observer).your;
  const std::string largest = message_words(*ledger.client.largest);
  return ledger.client.largest_before == 0
             ? fmt::format("{} {} did not pass, and no smaller one was tried", your, largest)
             : fmt::format("{} {} did not pass, {} did", your, largest, format_size(ledger.client.largest_before));
}

/// The limit that the server's Close or last word names, if it lies between what passed and what did not.
std::optional<std::uint64_t> limit_it_names(const Ledger& ledger) {
  const auto fits = [&](std::string_view words) -> std::optional<std::uint64_t> {
    const auto limit = topic_of(words) == Topic::size ? limit_in(words) : std::nullopt;
    const bool between = limit && *limit >= ledger.client.largest_before && *limit < ledger.client.largest->length;
    return between ? limit : std::nullopt;
  };
  const auto said = last_words(ledger);
  const auto in_close = ledger.server.close ? fits(ledger.server.close->reason) : std::nullopt;
  return in_close || !said ? in_close : fits(said->error.words);
}

/// Limits of software that lie between what passed and what did not. The one that the server names comes alone, then
/// one that it announced, then that of the software that the answer names.
struct KnownLimits {
  bool announced = false;   ///< by the server itself
  std::uint64_t bytes = 0;  ///< of the one that is named or announced, or of the software that is named
  std::string named;        ///< " (Mojolicious takes 256 KiB by default)", or empty
  std::string possible;     ///< " Known limits between: 64 KiB (npm websocket).", or empty
};

KnownLimits known_limits(const Ledger& ledger) {
  constexpr std::size_t kMost = 3;
  constexpr std::uint64_t kNarrow = 64;
  const std::uint64_t passed = ledger.client.largest_before, dropped = ledger.client.largest->length;
  KnownLimits known;
  if (const auto limit = limit_it_names(ledger)) {
    return {true, *limit, fmt::format(" (the server says: at most {} B)", *limit), {}};
  }
  const auto announced = std::find_if(ledger.limits.begin(), ledger.limits.end(), [&](const AnnouncedLimit& limit) {
    return limit.bytes != 0 && limit.bytes >= passed && limit.bytes < dropped;
  });
  if (announced != ledger.limits.end()) {
    return {true,
            announced->bytes,
            fmt::format(" (the server announced it: {} {} in #{})",
                        printable(announced->name, 64),
                        announced->bytes,
                        announced->seq),
            {}};
  }
  std::string list;
  std::size_t count = 0;
  for (const fieldguide::Entry* entry : entries_of_size(ledger, passed, dropped)) {
    if (is_named(ledger, *entry->product)) {
      return {false,
              *entry->bytes,
              fmt::format(" ({} takes {} by default)", entry->product->title, format_size(*entry->bytes)),
              {}};
    }
    const std::string limit = fmt::format("{} ({})", format_size(*entry->bytes), entry->product->title);
    if (count < kMost && list.find(entry->product->title) == std::string::npos) {
      list += (count++ == 0 ? "" : ", ") + limit;
    }
  }
  // Without a lower bound any limit lies between.
  if (count > 0 && passed > 0 && dropped / passed <= kNarrow) {
    known.possible = fmt::format(" Known limits between: {}.", list);
  }
  return known;
}

bool is_about_size(const Ledger& ledger) {
  return close_code_or_zero(ledger) == 1009 || named_topic(ledger) == Topic::size;
}

/// True if the largest message went unanswered, and the end came soon after it.
bool ended_after_largest(const Ledger& ledger) {
  const auto& largest = ledger.client.largest;
  const bool in_flight = largest && largest->number + ledger.in_flight > ledger.client.last->number;
  const bool answered = ledger.server.last && largest && ledger.server.last->seq > largest->seq && !in_flight;
  return largest && !answered && ledger.end_t() - largest->t_ns <= 5 * kSecond;
}

std::string size_fix(const Ledger& ledger, const KnownLimits& known) {
  if (known.bytes != 0) {
    return fmt::format("Send at most {} in one message, or raise the server's limit.", format_size(known.bytes));
  }
  constexpr std::uint64_t kNear = 64;
  const std::uint64_t passed = ledger.client.largest_before, dropped = ledger.client.largest->length;
  return passed == 0 || dropped / passed > kNear
             ? fmt::format(
                   "Try half of {}, and half again: what passes shows the limit. Then send less in one message, "
                   "or raise the limit.",
                   format_size(dropped))
             : fmt::format(
                   "Send at most {} in one message, or raise the server's limit; sizes between tell where it is.",
                   format_size(passed));
}

/// The largest message of the session, and soon the end: a limit of size, if the server says so or the jump is large.
std::optional<Judgement> size_limit(const Ledger& ledger, std::string_view) {
  constexpr std::uint64_t kLeast = 4096, kJump = 4, kStep = 2;  // a step is enough where a known limit lies in it
  if (!ledger.dropped_by_server_side() || !ended_after_largest(ledger)) {
    return std::nullopt;
  }
  const bool says_so = ledger.ended_by_server_side() && is_about_size(ledger);
  const std::uint64_t length = ledger.client.largest->length;
  const KnownLimits known = known_limits(ledger);
  const bool jump =
      length >= kLeast && length / (known.possible.empty() ? kJump : kStep) >= ledger.client.largest_before;
  // One that crossed our Close may be how this server answers a Close: only a reset tells of something unread.
  const bool told = ledger.ended_by_server_side() || ledger.how() == EndingHow::reset || !known.named.empty();
  if (!says_so && (!told || (!jump && known.named.empty()) || named_topic(ledger))) {
    return std::nullopt;
  }
  const bool bracketed = ledger.client.largest_before > 0 && ledger.answered;
  const std::string bracket = bracket_words(ledger) + known.named;
  return Judgement{fmt::format("A size limit may have been passed: {}.{}", bracket, known.possible),
                   {ledger.client.largest->seq, ledger.end_seq()},
                   Basis::inferred,
                   says_so || known.announced          ? Confidence::high
                   : bracketed || !known.named.empty() ? Confidence::medium
                                                       : Confidence::low,
                   size_fix(ledger, known),
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
       Severity::warning,
       Party::unknown,
       false,
       ended_at_once,
       "The session was ended right after it opened",
       "The server took the upgrade and ended the session within a second, before either side sent a message. Services "
       "that check credentials only after the 101 look like this.",
       "Check path, token, Origin (-o) and subprotocol (-s).",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
