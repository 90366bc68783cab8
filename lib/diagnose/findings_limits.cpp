// Limits of the run that ran out, and what had not come by then.
#include "diagnose/judging.hpp"
#include "diagnose/limits.hpp"
#include "diagnose/words.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose {

using session::Awaited;

namespace {

const Awaited* awaited_of(const Ledger& ledger) {
  return ledger.ending && ledger.had_session() ? &ledger.ending->fact.awaited : nullptr;
}

/// True if it is the wait itself that ran out, and not another limit of the session.
bool ran_out(const Awaited& awaited) {
  return awaited.limit == "wait" || awaited.limit == "timeout";
}

std::string limit_words(const Awaited& awaited) {
  return !ran_out(awaited)
             ? std::string()
             : fmt::format(" within {} (--{})", format_duration(awaited.limit_ns), printable(awaited.limit, 40));
}

/// MQTT's CONNECT is what a client sends first, with the protocol's name in it. MQTT 3.1.1 section 3.1.
bool is_mqtt_connect(const Ledger& ledger) {
  const auto& first = ledger.client.first;
  const std::string_view bytes = first ? first->excerpt.view() : std::string_view();
  const bool named = bytes.substr(0, 16).find(std::string_view("\0\4MQTT", 6)) != std::string_view::npos ||
                     bytes.substr(0, 16).find(std::string_view("\0\6MQIsdp", 8)) != std::string_view::npos;
  return !bytes.empty() && bytes.front() == '\x10' && named;
}

bool asked_for_mqtt(const Ledger& ledger) {
  return contains_caseless(ledger.request_subprotocol, "mqtt");
}

/// True if the client's CONNECT was not answered at all.
bool lacks_connack(const Ledger& ledger) {
  return ledger.had_session() && ledger.server.messages == 0 && is_mqtt_connect(ledger);
}

std::string reply_words(const Ledger& ledger, const Awaited& awaited) {
  const std::string limit = limit_words(awaited);
  if (lacks_connack(ledger)) {
    return fmt::format(
        "no CONNACK came{}{}", limit, asked_for_mqtt(ledger) ? "" : ", and subprotocol mqtt was not asked for");
  }
  if (awaited.came == 0) {
    return fmt::format(
        "no reply{} came{}", awaited.wanted == 1 ? "" : fmt::format(" to your {} messages", awaited.wanted), limit);
  }
  return fmt::format("{} of {} replies came{}", awaited.came, awaited.wanted, limit);
}

std::string expectation_words(const Awaited& awaited) {
  return fmt::format("expectation {} of {} was not met{}: {}",
                     awaited.came + 1,
                     awaited.wanted,
                     limit_words(awaited),
                     printable(awaited.next, 120));
}

Judgement limit_judgement(const Ledger& ledger, std::string says) {
  const auto& last = ledger.client.last;
  return {capital(std::move(says)) + ".", {last ? last->seq : 0, ledger.ending->seq}};
}

std::optional<Judgement> no_reply(const Ledger& ledger, std::string_view) {
  const Awaited* awaited = awaited_of(ledger);
  if (awaited == nullptr || awaited->what != "reply" || !ran_out(*awaited) || awaited->came >= awaited->wanted ||
      lacks_connack(ledger)) {
    return std::nullopt;
  }
  Judgement result = limit_judgement(ledger, wait_words(ledger));
  if (awaited->limit == "timeout") {
    result.fix = "Allow more time with --timeout; check that the message is what the server expects.";
  }
  return result;
}

std::optional<Judgement> unmet(const Ledger& ledger, std::string_view) {
  const Awaited* awaited = awaited_of(ledger);
  if (awaited == nullptr || awaited->what != "expectation" || awaited->came >= awaited->wanted) {
    return std::nullopt;
  }
  return limit_judgement(ledger, wait_words(ledger));
}

std::optional<Judgement> no_close_in_time(const Ledger& ledger, std::string_view) {
  const Awaited* awaited = awaited_of(ledger);
  if (awaited == nullptr || awaited->what != "close" || !ran_out(*awaited) || ledger.first_close == Side::server) {
    return std::nullopt;
  }
  return limit_judgement(ledger, wait_words(ledger));
}

std::optional<Judgement> no_connack(const Ledger& ledger, std::string_view) {
  if (!ledger.ending || !lacks_connack(ledger)) {
    return std::nullopt;
  }
  const bool asked = asked_for_mqtt(ledger);
  Judgement result{
      fmt::format("No CONNACK answered your MQTT CONNECT{}.", asked ? "" : ", and subprotocol mqtt was not asked for"),
      {ledger.client.first->seq, asked ? 0 : ledger.request_seq, ledger.ending->seq}};
  result.fix = asked ? "Look at the broker's log: it may not know this version of MQTT, or not take this client." : "";
  return result;
}

}  // namespace

std::string wait_words(const Ledger& ledger) {
  const Awaited* awaited = awaited_of(ledger);
  if (awaited == nullptr || awaited->came >= awaited->wanted) {
    return {};
  }
  if (awaited->what == "reply" && ran_out(*awaited)) {
    return reply_words(ledger, *awaited);
  }
  if (awaited->what == "expectation") {
    return expectation_words(*awaited);
  }
  return awaited->what == "close" && ran_out(*awaited) && ledger.first_close != Side::server
             ? "the server did not close" + limit_words(*awaited)
             : "";
}

const std::vector<FindingRow>& limit_findings() {
  static const std::vector<FindingRow> rows = {
      {"mqtt-no-connack",
       Severity::warning,
       Party::unknown,
       true,
       no_connack,
       "MQTT's CONNECT was not answered",
       "A broker answers CONNECT with CONNACK. Brokers that are not asked for subprotocol mqtt may upgrade and then "
       "ignore, or cut, what comes.",
       "Ask for the subprotocol: --subprotocol mqtt.",
       "MQTT 3.1.1 section 6"},
      {"expectation-unmet",
       Severity::warning,
       Party::unknown,
       false,
       unmet,
       "What was expected did not come",
       "A message that --expect asked for had not come when the session ended. The exit code is 1.",
       "Compare the messages of the log with the expectation; it is met in order, one message each.",
       ""},
      {"no-reply",
       Severity::warning,
       Party::unknown,
       false,
       no_reply,
       "No reply came in time",
       "The messages were sent, and fewer data messages came after them than were waited for. That is no failure by "
       "itself: some servers answer nothing.",
       "Allow more time with --wait, or say what must come with --expect; check that the message is what the server "
       "expects.",
       ""},
      {"no-close-in-time",
       Severity::warning,
       Party::unknown,
       false,
       no_close_in_time,
       "The server did not close in time",
       "--expect-close asked for a Close of the server's, and none came.",
       "Allow more time with --timeout.",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
