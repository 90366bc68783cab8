#include "diagnose/reasons.hpp"

#include "base/text.hpp"
#include "diagnose/words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <string>

namespace whydrop::diagnose {

using session::Party;

namespace {

constexpr TopicRow kTopics[] = {
    {Topic::pong,
     Party::client,
     "Answer pings at once, and read all the time so as to see them; if the API has a heartbeat message, "
     "send it."},
    {Topic::login_time,
     Party::client,
     "Send the first message that the API wants (login, join, init) right after the opening."},
    {Topic::size, Party::client, "Send less in one message, or raise the server's limit if it is yours."},
    {Topic::rate, Party::client, "Send less often, or open fewer connections; wait before the next try."},
    {Topic::replaced,
     Party::client,
     "Look for a second client with the same login, id or key (another tab, a reconnect that left the old one open)."},
    {Topic::lifetime,
     Party::unknown,
     "Connect anew when it comes (--reconnect 5), with a fresh token if one had expired; pings do not help."},
    {Topic::idle,
     Party::client,
     "Keep the session busy: send data or pings more often than the limit (--ping-interval 20s)."},
    {Topic::slow_reader, Party::client, "Read faster, or ask for less: the server's queue for this client ran full."},
    {Topic::origin, Party::client, "Send the Origin that the server allows (-o)."},
    {Topic::subprotocol, Party::client, "Ask for the subprotocol that the server speaks (-s)."},
    {Topic::utf8, Party::client, "Check that every text message is valid UTF-8; send other bytes with --binary."},
    {Topic::credentials,
     Party::client,
     "Check the token or key that was sent, its expiry and its rights; get a fresh one."},
    {Topic::shutdown, Party::server, "Connect anew after a pause (--reconnect 5): the server stops or restarts."},
    {Topic::not_found, Party::client, "Check the ids and names in the URL and in your messages."},
    {Topic::message, Party::client, "Look at your last message: its fields, types and order."},
    {Topic::finished,
     Party::unknown,
     "Nothing to mend: what the session was for is over. Open a new one for the next."},
    {Topic::failure, Party::server, "Look at the server's log at this time."},
};

struct Words {
  Topic topic;
  std::array<std::string_view, 18> any;
};

/// The first row of which a word stands in the text counts. A word stands at the beginning of one of the text's; where
/// it ends with "|" it is the whole of it.
constexpr Words kWords[] = {
    {Topic::pong,
     {"pong",
      "ping timeout",
      "ping timed out",
      "keepalive",
      "keep-alive",
      "keep alive",
      "heartbeat",
      "stale connection"}},
    {Topic::login_time,
     {"login timeout",
      "login time",
      "auth timeout",
      "authentication timeout",
      "authentication timed out",
      "authorization timeout",
      "initialisation timeout",
      "initialization timeout",
      "init timeout",
      "join timeout",
      "handshake timeout",
      "handshake timed out",
      "not authenticated in time",
      "did not authenticate",
      "failed to authenticate in time",
      "identify"}},
    {Topic::slow_reader,
     {"slow consumer",
      "too slow",
      "backpressure",
      "buffer full",
      "queue full",
      "queue overflow",
      "buffer overflow",
      "outbound buffer",
      "send buffer",
      "write timeout"}},
    {Topic::size,
     {"too big",
      "too large",
      "message too long",
      "frame too long",
      "exceeds maximum",
      "exceeds the maximum",
      "exceeded maximum",
      "max payload",
      "maximum message size",
      "message size",
      "frame size",
      "payload size",
      "size limit",
      "exceeds limit of",
      "exceeds the limit of",
      "oversize",
      "over size"}},
    {Topic::rate,
     {"rate|",
      "rate limit",
      "ratelimit",
      "rate exceeded",
      "too many",
      "throttl",
      "quota",
      "flood",
      "slow down",
      "limit exceeded",
      "connection limit",
      "max connections",
      "maximum connections",
      "concurrent",
      "limit reached",
      "rate-limit",
      "too fast"}},
    {Topic::replaced,
     {"another connection",
      "another session",
      "another client",
      "another location",
      "another device",
      "duplicate",
      "replaced",
      "superseded",
      "elsewhere",
      "new connection",
      "taken over",
      "session taken",
      "conflict",
      "newer connection",
      "already connected",
      "evicted"}},
    {Topic::credentials,
     {"token",
      "unauthori",
      "unauthenticated",
      "authenticat",
      "password",
      "not authorised",
      "forbidden",
      "credential",
      "api key",
      "apikey",
      "jwt",
      "signature",
      "permission",
      "access denied",
      "not logged in",
      "login",
      "log in",
      "authoriz"}},
    {Topic::lifetime,
     {"max age",
      "maximum age",
      "max lifetime",
      "maximum lifetime",
      "lifetime",
      "max duration",
      "maximum duration",
      "duration limit",
      "time limit",
      "session expired",
      "connection expired",
      "expired",
      "maximum session",
      "max session",
      "maximum connection",
      "duration"}},
    {Topic::idle,
     {"idle",
      "inactiv",
      "no activity",
      "no data",
      "no message",
      "no audio",
      "no input",
      "in time",
      "timed out",
      "timeout",
      "time-out",
      "time out",
      "not received",
      "nothing received",
      "silence"}},
    {Topic::origin, {"origin"}},
    {Topic::subprotocol, {"subprotocol", "sub-protocol"}},
    {Topic::utf8, {"utf-8", "utf8", "utf 8"}},
    {Topic::shutdown,
     {"shutting down",
      "shutdown",
      "shut down",
      "restart",
      "is stopping",
      "stopped",
      "stopping",
      "maintenance",
      "deploy",
      "reload",
      "redeploy",
      "server closed",
      "going down",
      "terminating",
      "draining",
      "drain",
      "scaling",
      "rebalanc"}},
    {Topic::not_found,
     {"not found",
      "no such",
      "does not exist",
      "doesn't exist",
      "unknown room",
      "unknown channel",
      "unknown session",
      "unknown user",
      "unknown id"}},
    {Topic::message,
     {"invalid",
      "malformed",
      "bad request",
      "bad message",
      "bad field",
      "bad data",
      "bad format",
      "bad payload",
      "json",
      "parse",
      "schema",
      "validation",
      "required",
      "missing",
      "unexpected",
      "unsupported",
      "unknown",
      "field"}},
    {Topic::message,
     {"unrecognized",
      "unrecognised",
      "not allowed",
      "not understood",
      "not permitted",
      "illegal",
      "expected",
      "wrong type",
      "decode",
      "deserializ",
      "cannot",
      "argument",
      "syntax",
      "format",
      "not supported",
      "bad|"}},
    {Topic::finished,
     {"finished",
      "completed",
      "complete",
      "conversation over",
      "conversation ended",
      "call ended",
      "game over",
      "over|",
      "session ended",
      "ended|",
      "end of",
      "done|",
      "closed by user",
      "user left",
      "hung up",
      "hangup",
      "logged out",
      "logout"}},
    {Topic::failure,
     {"exception",
      "crash",
      "upstream",
      "backend",
      "panic",
      "traceback",
      "internal",
      "failed",
      "failure",
      "error",
      "overload"}},
};

constexpr std::string_view kRestatements[] = {"going away",
                                              "goingaway",
                                              "going_away",
                                              "normal",
                                              "normal closure",
                                              "normal_closure",
                                              "close",
                                              "closed",
                                              "closing",
                                              "connection closed",
                                              "bye",
                                              "goodbye",
                                              "bye bye",
                                              "ok",
                                              "internal error",
                                              "internal server error",
                                              "internal",
                                              "server error",
                                              "policy violation",
                                              "policy",
                                              "protocol error",
                                              "unsupported data",
                                              "abnormal closure",
                                              "no reason",
                                              "message too big",
                                              "invalid frame payload data",
                                              "service restart",
                                              "try again later",
                                              "bad gateway",
                                              "error",
                                              "unknown error",
                                              "none",
                                              "null",
                                              "undefined",
                                              "unknown"};

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// `text` in lower case.
bool stands_in(const std::string& text, std::string_view word) {
  const bool whole = !word.empty() && word.back() == '|';
  const std::string_view wanted = whole ? word.substr(0, word.size() - 1) : word;
  for (std::size_t at = text.find(wanted); !wanted.empty() && at != std::string::npos; at = text.find(wanted, at + 1)) {
    const std::size_t end = at + wanted.size();
    if ((at == 0 || !is_letter(text[at - 1])) && (!whole || end == text.size() || !is_letter(text[end]))) {
      return true;
    }
  }
  return false;
}

std::string_view bare(std::string_view text) {
  text = trim(text);
  while (!text.empty() && (text.back() == '.' || text.back() == '!')) {
    text.remove_suffix(1);
  }
  return text;
}

/// The number that begins in `text` behind what is no digit of it, as "of 65,536 bytes".
std::optional<std::uint64_t> number_behind(std::string_view text) {
  constexpr std::size_t kNear = 24;
  const std::size_t at = text.find_first_of("0123456789");
  if (at == std::string_view::npos || at > kNear) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  for (const char c : text.substr(at)) {
    if (c >= '0' && c <= '9' && number < UINT64_MAX / 20) {
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    } else if (c != ',' && c != '_') {
      break;
    }
  }
  return number;
}

}  // namespace

const TopicRow& row_of(Topic topic) {
  return *std::find_if(
      std::begin(kTopics), std::end(kTopics), [topic](const TopicRow& row) { return row.topic == topic; });
}

std::optional<Topic> topic_of(std::string_view text) {
  const std::string lower = lower_case(text);
  const auto stands = [&](std::string_view word) { return stands_in(lower, word); };
  const auto* const row = std::find_if(std::begin(kWords), std::end(kWords), [&](const Words& words) {
    return std::any_of(words.any.begin(), words.any.end(), stands);
  });
  return row == std::end(kWords) ? std::nullopt : std::optional(row->topic);
}

bool only_restates(std::string_view reason) {
  const std::string_view words = bare(reason);
  const auto is_it = [words](std::string_view row) { return same_caseless(words, row); };
  return words.empty() ||
         std::all_of(words.begin(), words.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) ||
         std::any_of(std::begin(kRestatements), std::end(kRestatements), is_it);
}

std::optional<Topic> topic_of(fieldguide::Trigger trigger) {
  using fieldguide::Trigger;
  switch (trigger) {
  case Trigger::idle:
    return Topic::idle;
  case Trigger::no_pong:
  case Trigger::no_heartbeat:
    return Topic::pong;
  case Trigger::age:
    return Topic::lifetime;
  case Trigger::no_login:
    return Topic::login_time;
  case Trigger::message_size:
  case Trigger::frame_size:
  case Trigger::head_size:
    return Topic::size;
  case Trigger::bad_utf8:
    return Topic::utf8;
  case Trigger::broken_rule:
  case Trigger::bad_message:
    return Topic::message;
  case Trigger::handler_error:
  case Trigger::backend_refuses:
  case Trigger::backend_silent:
  case Trigger::backend_gone:
    return Topic::failure;
  case Trigger::stops:
    return Topic::shutdown;
  case Trigger::replaced:
    return Topic::replaced;
  case Trigger::wrong_path:
    return Topic::not_found;
  case Trigger::subprotocol:
    return Topic::subprotocol;
  case Trigger::origin:
    return Topic::origin;
  case Trigger::credentials:
    return Topic::credentials;
  case Trigger::bad_upgrade:
  case Trigger::close_unanswered:
  case Trigger::ping:
  case Trigger::error_text:
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> limit_in(std::string_view text) {
  const std::string lower = lower_case(text);
  for (const std::string_view words :
       {"maximum", "limit", "> ", "max ", "exceeds", "larger than", "more than", "at most"}) {
    const std::size_t at = lower.find(words);
    if (at != std::string::npos) {
      if (const auto number = number_behind(std::string_view(lower).substr(at + words.size()))) {
        return number;
      }
    }
  }
  return std::nullopt;
}

}  // namespace whydrop::diagnose
