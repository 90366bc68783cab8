#include "diagnose/last_words.hpp"

#include "base/text.hpp"
#include "codec/mqtt.hpp"
#include "diagnose/markup.hpp"
#include "diagnose/words.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <iterator>
#include <vector>

#include <fmt/format.h>

namespace whydrop::diagnose {

namespace {

using json::Type;
using json::Value;

constexpr int kMaxDepth = 4;

/// Members that hold what went wrong, in words.
constexpr std::string_view kSays[] = {"message",
                                      "msg",
                                      "errorMessage",
                                      "error_message",
                                      "errmsg",
                                      "error_description",
                                      "description",
                                      "detail",
                                      "details",
                                      "reason",
                                      "text",
                                      "title",
                                      "errorDescription",
                                      "cause",
                                      "reasonText",
                                      "info"};
/// Members that hold its name or number.
constexpr std::string_view kNames[] = {
    "code", "errorCode", "error_code", "errcode", "name", "statusCode", "status_code", "status"};
/// Members that say what kind of message it is.
constexpr std::string_view kKinds[] = {"type",
                                       "class",
                                       "className",
                                       "event",
                                       "kind",
                                       "action",
                                       "op",
                                       "t",
                                       "messageType",
                                       "message_type",
                                       "msgType",
                                       "eventType",
                                       "event_type",
                                       "cmd",
                                       "command",
                                       "msg",
                                       "method"};
/// Members that say how it went, in a word.
constexpr std::string_view kResults[] = {"status", "result", "outcome"};
/// Members whose number is a status as HTTP has it, or a close code of an application.
constexpr std::string_view kStatuses[] = {
    "code", "status", "statusCode", "status_code", "errorCode", "error_code", "errcode"};
/// Members that wrap the message proper.
constexpr std::string_view kWrappers[] = {
    "payload", "data", "d", "body", "response", "params", "result", "content", "eventBody", "event", "message"};

constexpr std::string_view kFailures[] = {"error",
                                          "err",
                                          "exception",
                                          "reject",
                                          "denied",
                                          "deny",
                                          "fail",
                                          "unauth",
                                          "forbidden",
                                          "invalid",
                                          "fault",
                                          "refused",
                                          "nack",
                                          "abort"};
constexpr std::string_view kEnds[] = {"close",
                                      "closing",
                                      "disconnect",
                                      "expire",
                                      "evict",
                                      "limit",
                                      "kick",
                                      "ban",
                                      "banned",
                                      "terminat",
                                      "goodbye",
                                      "shutdown",
                                      "replaced",
                                      "timeout",
                                      "logout",
                                      "revoke",
                                      "throttl"};

template <typename List>
bool begins_one_of(std::string_view word, const List& list) {
  return std::any_of(std::begin(list), std::end(list), [&](std::string_view front) {
    // "ban" is no beginning of "bank".
    return front.size() <= 3 ? word == front : starts_with(word, front);
  });
}

/// The words of a name, in lower case: "SessionExpiredEvent" and "session.expired_event" have the same.
std::vector<std::string> words_of_name(std::string_view name) {
  std::vector<std::string> words(1);
  bool lower = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) == 0 || (lower && std::isupper(byte) != 0)) {
      words.emplace_back();
    }
    if (std::isalpha(byte) != 0) {
      words.back() += static_cast<char>(std::tolower(byte));
    }
    lower = std::islower(byte) != 0;
  }
  return words;
}

enum class Tells { nothing, end, failure };

/// What a name tells. One of many words is a sentence, or data.
Tells told_by(std::string_view name) {
  constexpr std::size_t kLongest = 64;
  if (name.size() > kLongest || name.find(' ') != std::string_view::npos) {
    return Tells::nothing;
  }
  Tells tells = Tells::nothing;
  for (const std::string& word : words_of_name(name)) {
    if (word == "no" || word == "without") {
      return Tells::nothing;
    }
    if (begins_one_of(word, kFailures)) {
      return Tells::failure;
    }
    tells = begins_one_of(word, kEnds) ? Tells::end : tells;
  }
  return tells;
}

std::string scalar(Value value) {
  return value.is(Type::string) ? std::string(value.string())
         : value.is_integer()   ? fmt::format("{}", value.integer())
                                : "";
}

/// The first of these members that is a text, or with `numbers` a number that is not 0.
template <typename List>
std::string first_of(Value object, const List& names, bool numbers) {
  for (const std::string_view name : names) {
    const auto member = object.find(name);
    const std::string value = member && (numbers || member->is(Type::string)) ? scalar(*member) : "";
    if (!value.empty() && value != "0") {
      return value;
    }
  }
  return {};
}

/// What the object says in words: its own member, or one of what it wraps.
std::string says(Value object, int depth = 0) {
  std::string own = first_of(object, kSays, false);
  if (!own.empty() || depth == kMaxDepth) {
    return own;
  }
  for (const std::string_view name : {std::string_view("error"), std::string_view("errors")}) {
    if (const auto error = object.find(name); error && error->is(Type::string)) {
      return std::string(error->string());
    }
  }
  for (std::size_t i = 0; i < object.size() && own.empty(); ++i) {
    const Value value = object.member(i).second;
    const Value item = value.is(Type::array) && value.size() > 0 ? value.item(0) : value;
    own = item.is(Type::object) ? says(item, depth + 1) : "";
  }
  return own;
}

/// "name: what it says"; the whole object where it holds neither.
std::string describe(Value object, const std::string& kind = {}) {
  std::string name = first_of(object, kNames, true);
  if (name.empty() || name == "error") {
    name = kind == "error" ? "" : kind;
  }
  const std::string words = says(object);
  if (words.empty()) {
    // "reject_subscription" says it; of "error" alone the rest of the message may say more.
    return words_of_name(kind).size() > 1 ? kind : object.text();
  }
  return name.empty() || name == words ? words : fmt::format("{}: {}", name, words);
}

std::optional<SaidError> find(Value value, int depth);

bool says_nothing(std::string_view text) {
  constexpr std::string_view kNone[] = {"", "0", "none", "null", "ok", "false", "no", "success"};
  return std::any_of(
      std::begin(kNone), std::end(kNone), [&](std::string_view none) { return same_caseless(text, none); });
}

/// `error`, `errors` and the like: their presence is the failure.
std::optional<SaidError> of_error_member(Value object) {
  for (const std::string_view name : {"error", "err", "exception", "fault", "errors"}) {
    const auto error = object.find(name);
    if (!error) {
      continue;
    }
    if (error->is(Type::string) && !says_nothing(error->string())) {
      const std::string more = first_of(object, kSays, false);
      const std::string word(error->string());
      return SaidError{more.empty() || more == word ? word : fmt::format("{}: {}", word, more)};
    }
    if (error->is(Type::object) && error->size() > 0) {
      return SaidError{describe(*error)};
    }
    if (error->is(Type::array) && error->size() > 0) {
      const Value first = error->item(0);
      return SaidError{first.is(Type::object)   ? describe(first)
                       : first.is(Type::string) ? std::string(first.string())
                                                : object.text()};
    }
    if (error->boolean() || (error->is_integer() && error->integer() != 0)) {
      return SaidError{describe(object)};
    }
  }
  return std::nullopt;
}

std::optional<SaidError> of_kind(Value object) {
  for (const std::string_view name : kKinds) {
    const auto kind = object.find(name);
    const Tells tells = kind && kind->is(Type::string) ? told_by(kind->string()) : Tells::nothing;
    if (tells != Tells::nothing) {
      return SaidError{describe(object, std::string(kind->string())), tells == Tells::failure};
    }
  }
  return std::nullopt;
}

std::optional<SaidError> of_result(Value object) {
  for (const std::string_view name : kResults) {
    const auto result = object.find(name);
    if (result && result->is(Type::string) && told_by(result->string()) == Tells::failure) {
      return SaidError{describe(object)};
    }
  }
  for (const std::string_view name : {"success", "ok"}) {
    const auto good = object.find(name);
    if (good && good->is(Type::boolean) && !good->boolean()) {
      return SaidError{describe(object)};
    }
  }
  return std::nullopt;
}

std::optional<SaidError> of_status(Value object) {
  for (const std::string_view name : kStatuses) {
    const auto status = object.find(name);
    const std::int64_t number = status && status->is_integer() ? status->integer() : 0;
    if ((number >= 400 && number < 600) || (number >= 4000 && number < 5000)) {
      return SaidError{describe(object)};
    }
  }
  return std::nullopt;
}

/// AWS API Gateway's own answer to a message: {"message": …, "connectionId": …, "requestId": …}.
std::optional<SaidError> of_gateway(Value object) {
  const auto message = object.find("message");
  return message && message->is(Type::string) && object.find("connectionId") && object.find("requestId")
             ? std::optional(SaidError{std::string(message->string())})
             : std::nullopt;
}

std::optional<SaidError> in_wrappers(Value object, int depth) {
  for (const std::string_view name : kWrappers) {
    const auto inner = object.find(name);
    if (!inner) {
      continue;
    }
    if (inner->is(Type::string) && starts_with(inner->string(), "{")) {
      json::Json document;
      if (!document.parse(inner->string())) {
        if (auto found = find(document.root(), depth + 1)) {
          return found;
        }
      }
    } else if (auto found = find(*inner, depth + 1)) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<SaidError> in_object(Value object, int depth) {
  if (auto found = of_error_member(object)) {
    return found;
  }
  auto kind = of_kind(object);
  // What a message that is named so wraps may say more: Pusher's error holds a code and words.
  if (auto inner = kind ? in_wrappers(object, depth) : std::nullopt; inner && inner->failure) {
    return inner;
  }
  if (kind) {
    return kind;
  }
  for (const auto judge : {of_result, of_status, of_gateway}) {
    if (auto found = judge(object)) {
      return found;
    }
  }
  return in_wrappers(object, depth);
}

/// OCPP's CALLERROR: [4, id, code, description, details].
bool is_call_error(Value array) {
  return array.size() == 5 && array.item(0).is_integer() && array.item(0).integer() == 4 &&
         array.item(4).is(Type::object);
}

/// An array whose items are a message: Phoenix, Socket.IO ["error", …], WAMP ([3, {}, "wamp.error.…"]), Nostr, OCPP.
std::optional<SaidError> in_array(Value array, int depth) {
  Tells tells = is_call_error(array) ? Tells::failure : Tells::nothing;
  std::string words;
  const auto add = [&](const std::string& more) { words += more.empty() ? "" : (words.empty() ? "" : ": ") + more; };
  for (std::size_t i = is_call_error(array) ? 2 : 0; i < array.size(); ++i) {
    const Value item = array.item(i);
    if (item.is(Type::string)) {
      // The first names the message; one further on with this in it is a URI as WAMP has it.
      const bool names = i == 0 || contains_caseless(item.string(), ".error.");
      tells = std::max(tells, names ? told_by(item.string()) : Tells::nothing);
      add(tells == Tells::nothing ? std::string() : std::string(item.string()));
    } else if (item.is(Type::object)) {
      if (auto found = find(item, depth + 1)) {
        return found;
      }
      add(tells == Tells::nothing ? std::string() : says(item));
    }
  }
  return tells == Tells::nothing ? std::nullopt : std::optional(SaidError{words, tells == Tells::failure});
}

std::optional<SaidError> find(Value value, int depth) {
  if (depth > kMaxDepth) {
    return std::nullopt;
  }
  return value.is(Type::object)  ? in_object(value, depth)
         : value.is(Type::array) ? in_array(value, depth)
                                 : std::nullopt;
}

std::optional<SaidError> in_json(std::string_view text) {
  json::Json document;
  if (text.empty() || (text.front() != '{' && text.front() != '[') || document.parse(text)) {
    return std::nullopt;
  }
  return find(document.root(), 0);
}

/// Socket.IO (in Engine.IO's message packets) and Engine.IO's own close: 44 CONNECT_ERROR, 41 DISCONNECT, 1 close.
std::optional<SaidError> in_socket_io(std::string_view text) {
  if (text == "1" || starts_with(text, "41")) {
    return SaidError{text == "1" ? "Engine.IO close packet (1)" : "Socket.IO disconnect packet (41)", false};
  }
  if (!starts_with(text, "44") && !starts_with(text, "42")) {
    return std::nullopt;
  }
  const std::string_view body = text.substr(std::min(text.size(), text.find_first_of("{[\"", 2)));
  if (text[1] == '2') {
    return in_json(body);
  }
  json::Json document;
  if (body.empty() || document.parse(body)) {
    return SaidError{std::string(text)};
  }
  return SaidError{document.root().is(Type::object) ? describe(document.root()) : scalar(document.root())};
}

/// SockJS: a["…"] wraps messages, c[3000,"Go away!"] closes.
std::optional<SaidError> in_sockjs(std::string_view text) {
  json::Json document;
  if (text.size() < 3 || text[1] != '[' || (text[0] != 'a' && text[0] != 'c') || document.parse(text.substr(1))) {
    return std::nullopt;
  }
  const Value array = document.root();
  if (array.size() == 0) {
    return std::nullopt;
  }
  if (text[0] == 'c') {
    return SaidError{fmt::format("{}: {}", scalar(array.item(0)), array.size() > 1 ? scalar(array.item(1)) : ""),
                     false};
  }
  const Value last = array.item(array.size() - 1);
  return last.is(Type::string) ? in_json(last.string()) : std::nullopt;
}

/// STOMP 1.2: the command's line, headers, an empty line, the body, NUL.
std::optional<SaidError> in_stomp(std::string_view text) {
  if (!starts_with(text, "ERROR\n") && !starts_with(text, "ERROR\r\n")) {
    return std::nullopt;
  }
  const std::size_t header = text.find("\nmessage:");
  if (header != std::string_view::npos) {
    const std::string_view line = text.substr(header + 9);
    return SaidError{std::string(trim(line.substr(0, line.find('\n'))))};
  }
  const std::size_t body = text.find("\n\n");
  const std::string_view words = body == std::string_view::npos ? text : text.substr(body + 2);
  return SaidError{std::string(trim(words.substr(0, words.find('\0'))))};
}

/// The name of the element that begins at `at` ("<name …"), and behind its tag.
std::string_view element_at(std::string_view text, std::size_t at) {
  const std::size_t begin = at + 1;
  const std::size_t end = text.find_first_of(" \t\r\n/>", begin);
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end - begin);
}

/// XMPP: <stream:error>, <failure> of SASL, <error> of a stanza: its condition, and its text (RFC 6120
/// sections 4.9, 6.5).
std::optional<SaidError> in_xmpp(std::string_view text) {
  if (text.empty() || text.front() != '<') {
    return std::nullopt;
  }
  for (const std::string_view name : {"<stream:error", "<failure", "<error"}) {
    const std::size_t at = text.find(name);
    const std::size_t end = at == std::string_view::npos ? at : text.find('>', at);
    if (end == std::string_view::npos) {
      continue;
    }
    const std::size_t child = text.find('<', end);
    const std::string_view condition = child == std::string_view::npos ? std::string_view() : element_at(text, child);
    std::string words =
        condition.empty() || condition.front() == '/' ? std::string(name.substr(1)) : std::string(condition);
    const std::size_t open = text.find("<text", end);
    const std::size_t begin = open == std::string_view::npos ? open : text.find('>', open);
    if (begin != std::string_view::npos) {
      words += ": " + text_of_markup(text.substr(begin + 1, text.find('<', begin) - begin - 1));
    }
    return SaidError{words};
  }
  return std::nullopt;
}

std::optional<SaidError> in_mqtt(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U; };
  const bool connack = at(0) == 0x20 && bytes.size() >= 4 && at(1) + 2U == bytes.size();
  const bool disconnect = at(0) == 0xE0 && bytes.size() >= 3 && at(1) + 2U == bytes.size();
  const unsigned code = connack ? at(3) : disconnect ? at(2) : 0U;
  const std::string_view words = codec::mqtt_reason(code);
  if (words.empty()) {
    return std::nullopt;
  }
  return SaidError{fmt::format("MQTT {} {}: {}", connack ? "CONNACK" : "DISCONNECT", code, words)};
}

/// A line of a text protocol that begins with the word, as "ERR …", "-ERR …", "ERROR :…" do.
std::optional<SaidError> in_line(std::string_view text) {
  for (const std::string_view word : {"ERROR:", "ERROR ", "Error:", "error:", "-ERR ", "ERR ", "ERR:"}) {
    if (starts_with(text, word)) {
      return SaidError{std::string(trim(text.substr(0, text.find('\n')))), false};
    }
  }
  return std::nullopt;
}

/// Without what ends a record: blanks, SignalR's 0x1e, STOMP's NUL.
std::string_view bare_record(std::string_view text) {
  text = trim(text);
  while (!text.empty() && (text.back() == '\x1e' || text.back() == '\0')) {
    text.remove_suffix(1);
  }
  return text;
}

std::optional<SaidError> in_record(std::string_view record) {
  for (const auto read : {in_json, in_socket_io, in_sockjs, in_xmpp, in_line}) {
    if (auto found = read(record)) {
      return found;
    }
  }
  return std::nullopt;
}

/// SignalR puts several records into one message: a failure in any of them counts, else the last one that tells.
std::optional<SaidError> in_records(std::string_view text, std::optional<SaidError> (*read)(std::string_view)) {
  constexpr int kMost = 16;
  std::optional<SaidError> told;
  for (int i = 0; i < kMost && !text.empty(); ++i) {
    text = bare_record(text);
    const std::size_t mark = text.rfind('\x1e');
    const std::size_t begin = mark == std::string_view::npos ? 0 : mark + 1;
    auto found = read(text.substr(begin));
    if (found && found->failure) {
      return found;
    }
    told = told ? told : std::move(found);
    text = text.substr(0, begin);
  }
  return told;
}

}  // namespace

std::optional<SaidError> error_in(std::string_view payload, bool text) {
  if (!text) {
    auto found = in_mqtt(payload);
    return found ? found : in_records(payload, in_json);
  }
  auto found = in_records(payload, in_record);
  return found ? found : in_stomp(payload);
}

}  // namespace whydrop::diagnose
