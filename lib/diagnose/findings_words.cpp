// What the server said: in its last messages, in the reason of its Close, in the Close's body.
#include "base/utf8.hpp"
#include "diagnose/guide.hpp"
#include "diagnose/judging.hpp"
#include "diagnose/reasons.hpp"
#include "diagnose/said.hpp"
#include "diagnose/words.hpp"
#include "json/json.hpp"
#include "wire/close_code.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

/// What there is to look at in the message that the server found wrong: what was sound in it needs no look.
std::string message_fix(const Ledger& ledger) {
  const auto& last = ledger.client.last;
  if (last && ledger.in_flight > 1) {
    return fmt::format(
        "Look at the fields, types and order of your messages {} to {}: which of them it was is not said.",
        last->number - ledger.in_flight + 1,
        last->number);
  }
  if (!last || !last->text || last->excerpt.view().size() != last->length) {
    return std::string(row_of(Topic::message).fix);
  }
  json::Json document;
  const bool is_json = !document.parse(last->excerpt.view());
  return fmt::format("Look at the fields, types and order of your last message{}: {}.",
                     is_json ? ", valid UTF-8 and JSON" : ", which is no JSON",
                     quoted(last->excerpt.view()));
}

/// True for words that ask for what was not sent: "token missing", "authentication required".
bool tells_of_lack(std::string_view words) {
  static constexpr std::string_view kWords[] = {
      "missing", "required", "no token", "not provided", "not authenticated", "not logged in", "unauthenticated"};
  return std::any_of(
      std::begin(kWords), std::end(kWords), [words](std::string_view it) { return contains_caseless(words, it); });
}

std::string fix_of(const Ledger& ledger, Topic topic, std::string_view words) {
  if (topic == Topic::credentials && tells_of_lack(words)) {
    return "Send the token or login that the server asks for, where its API has it: header, query or first message.";
  }
  return topic == Topic::message ? message_fix(ledger) : std::string(row_of(topic).fix);
}

std::optional<Judgement> server_said(const Ledger& ledger, std::string_view) {
  const auto said = ledger.had_session() ? last_words(ledger) : std::nullopt;
  if (!said) {
    return std::nullopt;
  }
  const auto topic = topic_of(said->error.words);
  const std::string before = span_words(ledger.end_t() - said->note->t_ns);
  Judgement judgement{fmt::format("The server's message {} (#{}), {} before the end, says: {}.",
                                  said->note->number,
                                  said->note->seq,
                                  before,
                                  quoted(said->error.words)),
                      {said->note->seq, ledger.end_seq()}};
  judgement.lead = fmt::format("the server said {} {} before the end", quoted(said->error.words), before);
  judgement.fix =
      topic ? fix_of(ledger, *topic, said->error.words) : "Look up the server's words in the API's documentation.";
  judgement.at_fault = topic ? row_of(*topic).at_fault : Party::unknown;
  return judgement;
}

std::string limit_words(std::string_view reason, Topic topic) {
  const auto limit = topic == Topic::size ? limit_in(reason) : std::nullopt;
  return limit ? fmt::format(" The limit that it names is {}.", *limit) : "";
}

/// Pongs that the server says it missed, and that were sent.
std::string pongs_seen(const Ledger& ledger, Topic topic) {
  const session::Pings& pings = ledger.pings_of_server;
  if (topic != Topic::pong) {
    return {};
  }
  return pings.sent == 0 ? " It sent no ping that came here: it may mean a heartbeat message of the API's own."
         : pings.unanswered == 0
             ? fmt::format(
                   " {} answered all of its {}.", client_words(ledger.observer).Your_side, counted(pings.sent, "ping"))
             : "";
}

std::optional<Judgement> close_reason(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || (ledger.first_close != Side::server && !ledger.closes_crossed()) ||
      !is_utf8(ledger.server.close->reason) || only_restates(ledger.server.close->reason) ||
      !mistaken_close_words(*ledger.server.close).empty()) {
    return std::nullopt;
  }
  const session::CloseSeen& close = *ledger.server.close;
  const std::uint16_t code = close.code.value_or(0);
  const fieldguide::Entry* known = entry_of_reason(ledger);
  const auto topic = known != nullptr ? topic_of(known->trigger) : topic_of(close.reason);
  Judgement judgement{fmt::format("The Close gives a reason: {}.", quoted(close.reason)), {close.seq}};
  judgement.lead = fmt::format("the {} with {} and said why: {}{}, {}.",
                               ledger.from_har ? "session was closed" : "server closed",
                               code < 3000 || code >= 4000 ? close_code(code) : fmt::format("{}", code),
                               quoted(close.reason),
                               known == nullptr ? "" : fmt::format(" ({}: {})", known->product->title, known->says),
                               when_words(ledger));
  if (known != nullptr) {
    judgement.says += fmt::format(" As {} sends it: {}.", known->product->title, known->says);
    judgement.fix = known->fix;
  }
  if (topic) {
    judgement.says += limit_words(close.reason, *topic) + pongs_seen(ledger, *topic);
    judgement.fix = judgement.fix.empty() ? fix_of(ledger, *topic, close.reason) : judgement.fix;
    judgement.at_fault = row_of(*topic).at_fault;
  }
  return judgement;
}

/// What a side did with the body of its Close, that does not begin with the code; empty for any other.
std::string mistake_words(const session::CloseSeen& close) {
  const std::string body = close_body(close);
  const auto mistaken = wire::read_mistaken_close(body);
  if (!mistaken) {
    return {};
  }
  using Form = wire::MistakenClose::Form;
  const std::string meant = mistaken->meant ? fmt::format("{0} (0x{0:04x})", *mistaken->meant) : std::string();
  switch (mistaken->form) {
  case Form::digits:
    return fmt::format(
        "wrote its Close code as text: the body is {}, and not the two bytes of {}", quoted(body), meant);
  case Form::http:
    return {};
  case Form::text:
    return fmt::format("wrote no code into its Close: the body is the text {}", quoted(body));
  case Form::swapped:
    return fmt::format("wrote its Close code low byte first: {}, read as {}", meant, *close.code);
  case Form::wide:
  case Form::wide_low:
    return fmt::format("wrote its Close code as four bytes in place of two: {}, read as {}", meant, *close.code);
  }
  return {};
}

/// An answer of HTTP where frames were due: its first two letters have the form of a Close's header.
std::optional<Judgement> http_in_session(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || ledger.first_close != Side::server) {
    return std::nullopt;
  }
  const session::CloseSeen& close = *ledger.server.close;
  const std::string body = close_body(close);
  const auto mistaken = wire::read_mistaken_close(body);
  if (!mistaken || mistaken->form != wire::MistakenClose::Form::http) {
    return std::nullopt;
  }
  const std::string says = fmt::format("sent HTTP in the middle of the session: {}",
                                       quoted("HT" + body.substr(0, body.find_first_of("\r\n"))));
  Judgement judgement{
      fmt::format("The server's side {} (#{}). Read as frames it begins with a Close.", says, close.seq), {close.seq}};
  judgement.lead = fmt::format("the server's side {}, {}.", says, when_words(ledger));
  return judgement;
}

std::optional<Judgement> code_as_text(const Ledger& ledger, std::string_view) {
  if (!ledger.had_session() || !ledger.first_close) {
    return std::nullopt;
  }
  const bool server = ledger.first_close == Side::server;
  const SideLedger& side = ledger.side(*ledger.first_close);
  const std::string what = mistake_words(*side.close);
  if (what.empty()) {
    return std::nullopt;
  }
  Judgement judgement{fmt::format("{} {}.", server ? "The server" : client_words(ledger.observer).Your_side, what),
                      {side.close->seq}};
  judgement.at_fault = server ? Party::server : Party::client;
  judgement.lead = fmt::format(
      "{} {}, {}.", server ? "the server" : client_words(ledger.observer).your_side, what, when_words(ledger));
  return judgement;
}

}  // namespace

const std::vector<FindingRow>& words_findings() {
  static const std::vector<FindingRow> rows = {
      {"close-code-as-text",
       Severity::error,
       Party::unknown,
       true,
       code_as_text,
       "The Close code was not written as two bytes",
       "A Close frame's body begins with the code as two bytes in network order. This one holds digits, words, the "
       "bytes "
       "in another order or more of them, so that a reader sees another code, and a reason that is not one.",
       "Write the code as two bytes, most significant first: 1000 is 0x03 0xe8.",
       "RFC 6455 section 5.5.1"},
      {"http-in-session",
       Severity::error,
       Party::unknown,
       true,
       http_in_session,
       "An answer of HTTP came in the middle of the session",
       "After the 101 and after frames the server's side wrote HTTP: an error page of a framework that forgot that the "
       "connection was upgraded, or of a gateway whose backend went away. A client that reads frames takes its first "
       "letters, HT, for the header of a Close with RSV1, and fails the session with 1002.",
       "Look at the server's and the gateway's log at this time: the answer's status and headers say which of them it "
       "was.",
       ""},
      {"close-reason",
       Severity::warning,
       Party::unknown,
       true,
       close_reason,
       "The Close says why",
       "The server's Close carries a reason that names a cause. It counts more than the general meaning of the code.",
       "",
       "RFC 6455 section 7.1.6"},
      {"server-said",
       Severity::warning,
       Party::unknown,
       true,
       server_said,
       "The server's last message says why",
       "One of the server's last messages reports an error, a refusal or an end, by its structure: a member named "
       "error, a "
       "status of 400 or more, a type that names a failure, an ERROR frame. Free text is not read so.",
       "",
       ""},
  };
  return rows;
}

}  // namespace whydrop::diagnose
