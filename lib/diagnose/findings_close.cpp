#include "diagnose/close_codes.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/words.hpp"
#include "rules/rules.hpp"
#include "wire/close_code.hpp"

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// Within this time after a message of the client's the message counts as what the server may have answered by its
/// Close.
constexpr std::int64_t kSoonNs = 2'000'000'000;

bool soon_after_message(const Ledger& ledger) {
  return ledger.client.last && ledger.since_last_message_ns(Side::client) <= kSoonNs;
}

std::string close_id(const Ledger& ledger) {
  const auto& code = ledger.server.close->code;
  if (ledger.server.close_cut) {
    return "close-not-recorded";
  }
  if (!code) {
    // A broken body is told by the rule on it.
    return ledger.server.close_length == 0 ? "server-close-empty" : "";
  }
  if (*code == 1000) {
    return soon_after_message(ledger) ? "server-closed-normal-after-message" : "close-1000";
  }
  if (*code >= 3000 && *code <= 4999) {
    return *code < 4000 ? "close-registered" : "close-private";
  }
  if (wire::is_sendable(*code)) {
    return fmt::format("close-{}", *code);
  }
  // The rule on the code says what the body is.
  return mistaken_close_words(*ledger.server.close).empty() ? "close-undefined" : "";
}

std::string size_words(const Ledger& ledger) {
  if (!ledger.client.largest) {
    return {};
  }
  const bool is_last = ledger.client.largest->number == ledger.client.last->number;
  const ClientWords& client = client_words(ledger.observer);
  return fmt::format(" {}; {} largest frame: {}.",
                     is_last ? fmt::format("It was {} largest", client.your)
                             : fmt::format("{} largest: {}", client.Your, message_words(*ledger.client.largest)),
                     client.your,
                     format_size(ledger.client.largest_frame));
}

std::string age_words(const Ledger& ledger) {
  if (!ledger.saw_opening()) {
    return fmt::format(" Its last {} were silent; how old it was is not in the record.", span_words(ledger.idle_ns()));
  }
  return fmt::format(" The session was {} old, the last {} of it silent.",
                     span_words(ledger.end_t() - ledger.session_t()),
                     span_words(ledger.idle_ns()));
}

std::optional<Judgement> server_close(const Ledger& ledger, std::string_view id) {
  if (!ledger.had_session() || ledger.first_close != Side::server || close_id(ledger) != id) {
    return std::nullopt;
  }
  std::string says = fmt::format("{} closed with {}, {}.",
                                 ledger.from_har ? "The session was" : "The server",
                                 close_words(ledger.server),
                                 after_words(ledger));
  if (id == "close-1009") {
    says += size_words(ledger);
  } else if (id == "close-1001") {
    says += age_words(ledger);
  }
  Judgement judgement{std::move(says),
                      {soon_after_message(ledger) ? ledger.client.last->seq : 0, ledger.server.close->seq}};
  if (id == "server-close-empty" && !ledger.client.last && !ledger.server.last) {
    judgement.fix = "Ask the sender's operator why it closes.";  // there was no message to look at
  }
  return judgement;
}

/// The client failed the connection: then it need not wait for an answer. RFC 6455 section 7.1.7.
bool failed_it(const Ledger& ledger) {
  return ledger.how() == EndingHow::local_close &&
         (ledger.browser_says_why() || (ledger.client.close->code >= 1002 && ledger.client.close->code <= 1011));
}

std::optional<Judgement> close_unanswered(const Ledger& ledger, std::string_view id) {
  const EndingHow how = ledger.how();
  const bool timed_out = how == EndingHow::close_timeout;
  if (!ledger.had_session() || !ledger.ending || ledger.foreign || ledger.first_close != Side::client ||
      ledger.server.close || (id == "close-timeout") != timed_out || how == EndingHow::capture_ended ||
      how == EndingHow::interrupted || failed_it(ledger)) {
    return std::nullopt;
  }
  return Judgement{fmt::format("{} Close was not answered; {} later the connection ended ({}).",
                               client_words(ledger.observer).Your,
                               span_words(ledger.ending->t_ns - ledger.client.close_t),
                               session::name(how)),
                   {ledger.client.close->seq, ledger.ending->seq}};
}

std::optional<Judgement> crossed(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || !ledger.closes_crossed()) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("The server closed with {}, which is no answer to your Close ({}): it began to close by itself.",
                  close_words(ledger.server),
                  close_words(ledger.client)),
      {ledger.client.close->seq, ledger.server.close->seq}};
}

std::optional<Judgement> linger_timeout(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || !ledger.ending || ledger.how() != EndingHow::close_timeout || !ledger.server.close) {
    return std::nullopt;
  }
  return Judgement{fmt::format("Both Close frames were seen, but the server kept the connection open for another {}.",
                               span_words(ledger.ending->t_ns - ledger.server.close_t)),
                   {ledger.server.close->seq, ledger.ending->seq}};
}

std::string too_big_words(const Ledger& ledger) {
  const auto& partial = ledger.partial;
  if (partial && partial->from == Side::server && partial->has_header) {
    return fmt::format(" The server had begun a frame of {} (#{}).", format_size(partial->need), partial->seq);
  }
  return fmt::format(" The server's largest whole frame: {}.", format_size(ledger.server.largest_frame));
}

/// Our own Close with a code that says something went wrong, and no broken rule that explains it.
std::optional<Judgement> own_error(const Ledger& ledger, std::string_view id) {
  if (!ledger.had_session() || ledger.foreign || ledger.first_close != Side::client || !ledger.client.close->code) {
    return std::nullopt;
  }
  const std::uint16_t code = *ledger.client.close->code;
  for (const auto& [given, finding] : ledger.findings) {
    const rules::Rule* rule = rules::find_rule(given);
    if (rule != nullptr && rule->fail_code == code) {
      return std::nullopt;
    }
  }
  if (!(id == "own-close-1009" ? code == 1009 : code == 1002 || code == 1007)) {
    return std::nullopt;
  }
  return Judgement{
      fmt::format("{} closed with {}.{}",
                  client_words(ledger.observer).Your_side,
                  close_words(ledger.client),
                  id == "own-close-1009" ? too_big_words(ledger) : " No broken rule of the server's is on record."),
      {ledger.client.close->seq}};
}

FindingRow close_row(std::string_view id, std::uint16_t code, Severity severity, Party at_fault) {
  const CloseCode& words = find_close_code(code);
  return {id,
          severity,
          at_fault,
          true,
          server_close,
          wire::close_code_name(words.last),
          words.text,
          words.fix,
          words.citation};
}

}  // namespace

const std::vector<FindingRow>& close_findings() {
  static const std::vector<FindingRow> rows = {
      {"server-closed-normal-after-message",
       Severity::warning,
       Party::unknown,
       true,
       server_close,
       "The server closed with 1000 right after a message of yours",
       "The first Close was the server's, with 1000 (normal closure), within 2 s of a message from the client. 1000 "
       "says "
       "only that the server regards its work as done; some servers send it too where they reject a message and do not "
       "tell why.",
       "Compare that message with what the API documents (first message, required fields, order); send it alone, or "
       "use "
       "whydrop isolate.",
       "RFC 6455 section 7.4.1"},
      close_row("close-1000", 1000, Severity::warning, Party::unknown),
      close_row("server-close-empty", 1005, Severity::warning, Party::unknown),
      {"close-not-recorded",
       Severity::warning,
       Party::unknown,
       true,
       server_close,
       "A Close frame whose code is not in the record",
       "The record has the headers of frames and not what they carried: that the server closed the session is known, "
       "and "
       "with which code and reason is not.",
       "Record it again with raw bytes: whydrop explain net-export.",
       "RFC 6455 section 7.4"},
      close_row("close-1001", 1001, Severity::warning, Party::unknown),
      close_row("close-1002", 1002, Severity::error, Party::unknown),
      close_row("close-1003", 1003, Severity::error, Party::client),
      close_row("close-1007", 1007, Severity::error, Party::unknown),
      close_row("close-1008", 1008, Severity::error, Party::unknown),
      close_row("close-1009", 1009, Severity::error, Party::client),
      close_row("close-1010", 1010, Severity::error, Party::server),
      close_row("close-1011", 1011, Severity::error, Party::server),
      close_row("close-1012", 1012, Severity::warning, Party::server),
      close_row("close-1013", 1013, Severity::warning, Party::server),
      close_row("close-1014", 1014, Severity::error, Party::server),
      close_row("close-registered", 3000, Severity::error, Party::unknown),
      close_row("close-private", 4000, Severity::error, Party::unknown),
      {"close-undefined",
       Severity::error,
       Party::server,
       true,
       server_close,
       "The server closed with a code that may not be sent",
       "The Close frame carried a code that the protocol does not allow there. A browser fails the connection and "
       "tells "
       "the page 1006.",
       "The server must send a defined code.",
       "RFC 6455 section 7.4"},
      {"close-timeout",
       Severity::warning,
       Party::unknown,
       false,
       close_unanswered,
       "The Close was not answered in time",
       "This side sent a Close and waited; neither a Close nor the end of the connection came. The server's handler "
       "may "
       "hang, or the link may be dead.",
       "Look at whether the server still runs its read loop; allow more time if the server is slow.",
       "RFC 6455 section 7.1.1"},
      {"close-unanswered",
       Severity::warning,
       Party::server,
       false,
       close_unanswered,
       "The connection ended without an answering Close",
       "This side sent a Close; the other end dropped the connection instead of answering it with a Close. It may have "
       "ended the session by itself before the Close arrived, or it is a server that answers a Close so.",
       "If the end comes without your Close too (--linger, --for), look at the server's log; else it should answer a "
       "Close by a Close.",
       "RFC 6455 section 5.5.1"},
      {"close-crossed",
       Severity::error,
       Party::unknown,
       true,
       crossed,
       "The server closed by itself as this side did",
       "Both sides sent a Close before either had the other's. The server's has another code, so it is no answer.",
       "Read the server's code and reason: they tell why it closed.",
       "RFC 6455 section 7.1.6"},
      {"close-linger",
       Severity::note,
       Party::server,
       false,
       linger_timeout,
       "The server did not end TCP after the close handshake",
       "Both sides had sent their Close; then the server should end the TCP connection, but it did not in time.",
       "Harmless for the session; the server keeps a socket that it no longer needs.",
       "RFC 6455 section 7.1.1"},
      {"own-close-1009",
       Severity::error,
       Party::unknown,
       true,
       own_error,
       "This side closed: message too big",
       "A message from the server was larger than this side takes, so this side closed with 1009.",
       "Raise --max-message-size if the message is wanted.",
       "RFC 6455 section 7.4.1"},
      {"own-close-error",
       Severity::warning,
       Party::unknown,
       true,
       own_error,
       "This side closed with an error code",
       "This side failed the connection (1002 or 1007), but no broken rule of the server's is on record.",
       "Look at the last frames from the server.",
       "RFC 6455 section 7.1.7"},
  };
  return rows;
}

}  // namespace whydrop::diagnose
