#include "diagnose/words.hpp"

#include "base/time.hpp"
#include "wire/close_code.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

namespace whydrop::diagnose {

std::string span_words(std::int64_t ns) {
  return ns >= 0 && ns < kMillisecond ? "less than 1 ms" : format_duration(ns);
}

std::string about_words(std::int64_t ns) {
  constexpr std::int64_t kTenth = kSecond / 10;
  const std::int64_t step = ns < kSecond ? 1 : ns < 10 * kSecond ? kTenth : kSecond;
  return span_words((ns + step / 2) / step * step);
}

std::string part_words(std::uint64_t have, std::uint64_t need) {
  constexpr std::uint64_t kCounted = 1U << 20;
  return need < kCounted ? fmt::format("{} of {} bytes", have, need)
                         : fmt::format("{} of {}", format_size(have), format_size(need));
}

std::string printable(std::string_view text, std::size_t max) {
  // No column takes more than four bytes that count; what is beyond would be elided anyway.
  return elide(escape_content(text.substr(0, 4 * max)), max);
}

std::string first_line(const session::Response& response) {
  const std::string_view text = response.start_line.empty() ? response.body : response.start_line;
  return printable(text.substr(0, text.find_first_of("\r\n")), 120);
}

std::string header_of(const session::Response& response, std::string_view name) {
  const auto found = std::find_if(response.headers.begin(), response.headers.end(), [&](const session::Header& field) {
    return same_caseless(field.name, name);
  });
  return found == response.headers.end() ? "" : found->value;
}

bool is_redirect(int status) {
  return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

std::string close_code(std::uint16_t code) {
  // 1006 on the wire is no "no Close frame": the range's name would contradict what was seen.
  return fmt::format(
      "{} ({})", code, wire::is_sendable(code) ? wire::close_code_name(code) : "a code that may not be sent");
}

std::string close_body(const session::CloseSeen& close) {
  return close.code ? wire::close_payload(*close.code, close.reason) : std::string();
}

std::string mistaken_close_words(const session::CloseSeen& close) {
  const std::string body = close_body(close);
  const auto mistaken = wire::read_mistaken_close(body);
  if (!mistaken) {
    return {};
  }
  using Form = wire::MistakenClose::Form;
  if (mistaken->form == Form::http) {
    return fmt::format("no Close but HTTP: \"HT{}\"", printable(body.substr(0, body.find_first_of("\r\n")), 121));
  }
  return mistaken->form == Form::digits || mistaken->form == Form::text
             ? fmt::format("a Close whose body is the text \"{}\" in place of a code", printable(body, 123))
             : fmt::format(
                   "a Close whose code is written wrongly ({}, {} as it stands)", *mistaken->meant, *close.code);
}

std::string close_words(const SideLedger& side) {
  const session::CloseSeen& close = *side.close;
  if (side.close_cut) {
    return "a Close whose code is not in the record";
  }
  if (!close.code) {
    return side.close_length == 0 ? "an empty Close (no code)" : "a Close with a broken body of 1 byte";
  }
  if (const auto mistaken = mistaken_close_words(close); !mistaken.empty()) {
    return mistaken;
  }
  return close.reason.empty() ? close_code(*close.code)
                              : fmt::format("{}, reason {}", close_code(*close.code), quoted(close.reason));
}

std::string message_words(const MessageNote& note) {
  return fmt::format("message {} ({}{}, {}, #{})",
                     note.number,
                     note.type.empty() ? "" : printable(note.type, 60) + ", ",
                     note.text ? "text" : "binary",
                     format_size(note.length),
                     note.seq);
}

std::string after_words(const Ledger& ledger) {
  const ClientWords& client = client_words(ledger.observer);
  if (!ledger.client.last) {
    const std::string span = about_words(ledger.end_t() - ledger.session_t());
    return ledger.saw_opening()
               ? fmt::format("{} after the session opened, before {} sent any message", span, client.you)
               : fmt::format("{} after the record begins, before any message {} in it", span, client.of_yours);
  }
  return fmt::format("{} after {} {}",
                     about_words(ledger.since_last_message_ns(session::Side::client)),
                     client.your,
                     message_words(*ledger.client.last));
}

std::string when_words(const Ledger& ledger) {
  constexpr std::int64_t kSilence = 2'000'000'000;
  return ledger.idle_ns() < kSilence
             ? after_words(ledger)
             : fmt::format("after {} in which nothing went either way", about_words(ledger.idle_ns()));
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 120;
  return fmt::format("\"{}\"", printable(text, kMost));
}

std::string letters_of(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return letters;
}

std::string capital(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  }
  return text;
}

const ClientWords& client_words(session::Observer observer) {
  static constexpr ClientWords kYou{"you", "your", "Your", "your side", "Your side", "of yours"};
  static constexpr ClientWords kRole{
      "the client", "the client's", "The client's", "the client", "The client", "of the client's"};
  return observer == session::Observer::client ? kYou : kRole;
}

namespace {

/// What is said to a client, as said of one.
constexpr std::pair<std::string_view, std::string_view> kOfClient[] = {{"yours", "the client's"},
                                                                       {"your", "the client's"},
                                                                       {"Your", "The client's"},
                                                                       {"you", "the client"},
                                                                       {"You", "The client"}};

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/// The word that begins at `at`, and what stands for it; empty where nothing does.
std::pair<std::string_view, std::string_view> word_at(std::string_view text, std::size_t at) {
  if (at > 0 && is_word_char(text[at - 1])) {
    return {};
  }
  for (const auto& row : kOfClient) {
    const std::size_t end = at + row.first.size();
    if (starts_with(text.substr(at), row.first) && (end == text.size() || !is_word_char(text[end]))) {
      return row;
    }
  }
  return {};
}

/// Bytes of a remark in brackets that names an option of whydrop's, with the blank before it; 0 for any other.
std::size_t option_remark(std::string_view text) {
  const bool is_one = starts_with(text, " (-") || starts_with(text, " (whydrop ");
  const std::size_t end = is_one ? text.find(')') : std::string_view::npos;
  return end == std::string_view::npos ? 0 : end + 1;
}

}  // namespace

std::string as_told_to(session::Observer observer, std::string_view text) {
  if (observer == session::Observer::client) {
    return std::string(text);
  }
  std::string told;
  bool in_quotes = false;  // the peer's own words stay as they are
  for (std::size_t at = 0; at < text.size();) {
    in_quotes = in_quotes != (text[at] == '"');
    const auto word = in_quotes ? std::pair<std::string_view, std::string_view>() : word_at(text, at);
    const std::size_t remark = in_quotes ? 0 : option_remark(text.substr(at));
    if (word.first.empty() && remark == 0) {
      told += text[at];
    }
    told += word.second;
    at += !word.first.empty() ? word.first.size() : remark != 0 ? remark : 1;
  }
  return told;
}

std::string_view own_words(session::Observer observer) {
  switch (observer) {
  case session::Observer::client:
    return "you";
  case session::Observer::server:
    return "the server";
  case session::Observer::relay:
    return "the relay";
  case session::Observer::none:
    return "the recorder";
  }
  return "";
}

std::string_view peer_words(const Ledger& ledger) {
  const auto by = ledger.ending ? ledger.ending->fact.by : session::EndedBy::unknown;
  if (ledger.observer == session::Observer::client || by == session::EndedBy::server) {
    return "the server's side";
  }
  return by == session::EndedBy::client ? "the client's side" : "the peer";
}

std::string party_words(const Ledger& ledger, std::string_view hole) {
  if (hole == "peer") {
    return std::string(peer_words(ledger));
  }
  if (hole == "own") {
    return ledger.observer == session::Observer::client ? "your side" : std::string(own_words(ledger.observer));
  }
  return fmt::format("{{{}}}", hole);
}

std::string call_words(const Ledger& ledger) {
  const std::string_view line = ledger.request_line;
  const std::size_t end = line.find_first_of("? ", std::min(line.size(), line.find(' ')) + 1);
  return line.empty() ? "the request" : printable(line.substr(0, end), 120);
}

bool is_refused_call(const Ledger& ledger) {
  if (ledger.role == session::Role::websocket || !ledger.response) {
    return false;
  }
  return ledger.response->fact.status >= 300 ||
         std::any_of(ledger.findings.begin(), ledger.findings.end(), [](const auto& found) {
           return found.second.severity == session::Severity::error;
         });
}

std::string browser_words(const Ledger& ledger) {
  return fmt::format(
      "the browser ended the session: \"{}\", {}", printable(ledger.ending->fact.detail, 120), after_words(ledger));
}

bool offers_only_http2(const Ledger& ledger) {
  return ledger.tls && contains_caseless(ledger.tls->fact.error, "no application protocol");
}

std::string attempts_words(const Ledger& ledger) {
  std::string words;
  for (const auto& attempt : ledger.attempts) {
    words += fmt::format("{}{} ({})",
                         words.empty() ? "" : ", ",
                         printable(attempt.fact.remote, 253),
                         printable(spoken(attempt.fact.error), 80));
  }
  return words;
}

std::string_view proxy_words(const Ledger& ledger) {
  const bool reached = !ledger.connect || ledger.connect->fact.error.empty();
  return reached ? "did not let the connection through" : "could not be reached";
}

}  // namespace whydrop::diagnose
