// Rule of this module: profile/ knows what an API expects, as data. The format is told in fixtures/profiles/README.md;
// nothing here is true of one API only.
#pragma once

#include "base/result.hpp"
#include "json/json.hpp"
#include "session/finding.hpp"
#include "wire/frame.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::profile {

using wire::Side;

/// A condition on a JSON value: what stands at `pointer` must be so.
struct Where {
  enum class Op : std::uint8_t { is, in, has, exists, absent, at_least, at_most };
  std::string pointer;
  Op op = Op::is;
  std::vector<std::string> values;  ///< JSON texts; for `has` one text that the string contains
  double bound = 0;
};
/// True if all of `conditions` hold. Numbers are equal by value, objects whatever their order.
bool holds(const std::vector<Where>& conditions, json::Value value);

/// Binds a variable to what stands at a pointer of a reply.
struct Take {
  std::string variable, pointer;
};

/// A name that a person, an environment, a store or a reply gives a value to.
struct Variable {
  std::string name;
  std::string about;                    ///< what it is and where it is found, one sentence
  std::optional<std::string> fallback;  ///< its default; may hold {variables}
  std::string generate;                 ///< "uuid": made once a run where nothing else gives it; or empty
  std::string env;                      ///< environment variable
  std::vector<std::string> choices;     ///< empty: anything
  bool secret = false;
};

/// The environment variable that gives a variable its value where none is named: "WHYDROP_" and the name in capitals,
/// with _ for all but ASCII letters and digits.
std::string environment_name(std::string_view variable);

/// A finding that a profile can make, with the words for it. The one place for the words of an id.
struct FindingText {
  std::string id;
  session::Severity severity = session::Severity::error;
  session::Basis basis = session::Basis::observed;
  session::Confidence confidence = session::Confidence::high;
  session::Party at_fault = session::Party::unknown;
  std::string says;  ///< may hold {placeholders}; see fixtures/profiles/README.md
  std::string fix;
  std::string citation;
  bool verified = true;  ///< false: `says` is told as "(not verified)"
  bool explains = true;  ///< it can be the cause of an ending
};

struct Field {
  std::string name, value;  ///< value: a template
};

/// One REST call.
struct Call {
  enum class Body : std::uint8_t { none, form, json };
  std::string name, about;
  std::string method = "GET";
  std::string url;                         ///< template
  std::vector<Field> headers;              ///< templates
  std::string basic_user, basic_password;  ///< templates; empty: no Authorization: Basic
  Body body = Body::none;
  std::vector<Field> form;  ///< templates
  std::string json;         ///< JSON template
  std::vector<int> success{200};
  std::vector<Take> takes;
  /// What a refusal means: the first row whose status and conditions hold. A row for a success status makes such an
  /// answer a refusal.
  struct Refusal {
    int status = 0;
    std::vector<Where> where;
    FindingText finding;
  };
  std::vector<Refusal> refusals;
  /// What an answer that is no refusal tells besides: each row whose conditions hold.
  struct Note {
    std::vector<Where> where;
    FindingText finding;
  };
  std::vector<Note> notes;
};

/// One type of message of one side.
struct MessageType {
  Side side = Side::client;
  std::string name, about;
  std::vector<Where> match;  ///< what tells it from others
  std::string schema;        ///< JSON Pointer to its schema in the profile's document; empty: none
  std::string example;       ///< JSON template: what --message sends; empty: none
  std::vector<Take> takes;
  /// The value at `pointer` must be that of `variable`.
  struct Same {
    std::string pointer, variable;
    FindingText finding;
  };
  std::vector<Same> same;
};

/// A message that tells something by itself: emitted as soon as it is seen.
struct Signal {
  Side side = Side::server;
  std::string message;  ///< type's name; empty: any
  std::vector<Where> where;
  FindingText finding;
};

/// One state of the sequence machine. What no row of its side names is: of the client a fault, of the server nothing.
struct Transition {
  Side side = Side::client;
  std::vector<std::string> on;  ///< types; "*": any
  std::vector<Where> where;
  std::string to;  ///< empty: stays
};
struct SequenceState {
  std::string name;
  std::string about;  ///< completes "the session was …": "open, not configured"
  std::vector<Transition> transitions;
  /// A client message of this type is late once so much time went by in this state.
  struct Deadline {
    std::string message;
    std::chrono::nanoseconds within{0};
  };
  std::optional<Deadline> deadline;
};
struct Sequence {
  std::string start;  ///< state when the socket opens; empty: there is no sequence
  std::vector<SequenceState> states;
  std::string ready;  ///< the state in which the application's messages may be sent; may be empty
};

/// True if a rule for `rule` is one for messages of `type`: "*" is any type, "onMessage*" all that begin so.
inline bool covers(std::string_view rule, std::string_view type) {
  return !rule.empty() && rule.back() == '*' ? type.substr(0, rule.size() - 1) == rule.substr(0, rule.size() - 1)
                                             : rule == type;
}

/// Rules on the client's messages that no schema can say. 0 or empty: no rule. Each `message` is read by covers().
struct Shape {
  bool text_only = false, one_frame = false, compact = false;
  std::string ends_with;                         ///< what each text message ends with, behind its JSON, on either side
  std::uint64_t max_frame = 0, max_message = 0;  ///< bytes
  struct MaxBytes {
    std::string message, pointer;  ///< type ("*": any)
    std::uint64_t most = 0;        ///< UTF-8 bytes of the string, or of the value as compact JSON
  };
  struct Rate {
    std::string message;
    std::uint64_t most = 0;
    std::string most_template;  ///< "{message_rate}": where given, the number that it is filled to stands for `most`
    std::chrono::nanoseconds per{0};
  };
  struct Gap {
    std::string message;
    std::chrono::nanoseconds least{0};
  };
  std::vector<MaxBytes> max_bytes;
  std::vector<Rate> rates;
  std::vector<Gap> gaps;
};

/// A span of time that a symptom asks for; a bound may be a template of a duration ("{idle_limit}").
struct Span {
  std::string at_least, at_most;
  std::string about;  ///< within 5 % and at least 200 ms, from below or above
};

/// What the end of a session, seen as a whole, most likely means. All conditions that are given must hold.
struct Symptom {
  // how it ended
  std::vector<int> status;           ///< the upgrade was refused with one of these
  std::vector<Where> body;           ///< of the refusal, where it is JSON
  std::vector<std::string> ending;   ///< EndingHow names; the session had no Close unless `close` is given too
  std::vector<std::uint16_t> close;  ///< the first Close came from the server with one of these codes
  bool close_empty = false;          ///< … and with no reason
  std::string close_reason;          ///< … and its reason contains this
  std::string resolve_error;         ///< "NXDOMAIN"
  // what came before
  std::vector<std::string> last_client, last_server;  ///< type of that side's last message before the end
  std::vector<std::string> never, seen;               ///< types ("client:start", "server:connected") or finding ids
  std::vector<std::string> state;                     ///< of the sequence machine at the end
  Span age, idle, since_last_client;
  Span silent_for;                                 ///< from the client's last message to the end, if nothing came back
  bool unanswered = false;                         ///< nothing came from the server after the client's last message
  bool token_read = false;                         ///< a credential was sent, and its claims could be read
  bool clean = false;                              ///< no other fault of the client's was found
  std::uint64_t frame_over = 0, message_over = 0;  ///< the client sent one of more bytes
  bool binary_sent = false;
  /// Of the upgrade: scheme, host, port and path of its URL, query (an object of strings), subprotocol, origin.
  std::vector<Where> request;
  FindingText finding;
};

/// A value and what it tells of a dialect.
struct Fingerprint {
  std::vector<std::string> urls;                   ///< globs over scheme://host/path, with * only
  std::vector<std::vector<Where>> client, server;  ///< any of these on a first message
  /// What nothing else is known to have: each settles by itself that the dialect is spoken.
  struct Settles {
    std::vector<std::string> urls;                   ///< globs, as above
    std::vector<std::string> query;                  ///< names of the URL's query, all of them
    std::vector<std::string> subprotocols;           ///< that the client asks for
    std::vector<std::vector<Where>> client, server;  ///< any of these on a first message
  };
  Settles settles;
  /// A form that people paste and that this dialect does not take: what is wrong with it.
  struct Misform {
    std::vector<std::string> urls;
    std::vector<Where> client;
    FindingText finding;
  };
  std::vector<Misform> misforms;
};

/// What the client sends by itself.
struct Opening {
  std::string message;       ///< type sent as soon as the socket is open
  std::string await;         ///< server's type that must come before anything else is sent; may be empty
  std::vector<Where> where;  ///< on it
};
/// A sign of life that one side owes. Durations are templates; with a value that is not known nothing is owed.
struct Heartbeat {
  Side side = Side::client;
  std::string message;             ///< type
  std::vector<std::string> every;  ///< the longest of these counts; one of zero: none is owed
  std::string answers;             ///< type of the other side's that is to be answered; then `every` is empty
  bool any = false;                ///< any message of the side's counts as one
  std::string within;              ///< with `answers`: in so long the other side gives up
  double times = 1;                ///< else it gives up after so many times `every` …
  std::string grace;               ///< … and so much more; empty: none
  bool judged = false;             ///< it is known when the other side gives up
};
struct Reconnect {
  std::chrono::nanoseconds first{0}, cap{0};  ///< waits double from `first` to `cap`; equal: fixed
  std::uint64_t most = 0;
  std::vector<std::uint16_t> not_after;  ///< close codes
};

/// The path of a profile that is part of the program.
inline constexpr std::string_view kBuiltInPath = "built in";

/// One dialect of one API. Immutable after loading.
struct Profile {
  int version = 1;
  std::string name, title, about;
  enum class Status : std::uint8_t { served, retired, generic, not_served };
  Status status = Status::not_served;
  std::string instead;  ///< the served profile that stands for this one; may be empty
  std::vector<std::string> sources;

  std::vector<Variable> variables;  ///< in order
  std::vector<Call> calls;
  std::vector<std::string> session_calls;  ///< names, in the order in which `session create` makes them
  std::string token_call;                  ///< name of the call that `token get` makes; may be empty
  std::string socket_url;                  ///< template
  std::vector<Field> socket_headers;
  std::vector<std::string> subprotocols;
  std::string token_variable;       ///< variable that the socket's credential is in; may be empty
  std::vector<std::string> scopes;  ///< that it must have
  std::string codec;                ///< what its messages are packets of (codec/codec.hpp); empty: they are JSON
  std::vector<MessageType> messages;
  std::vector<Opening> opening;
  std::vector<Heartbeat> heartbeats;
  std::optional<Reconnect> reconnect;
  Sequence sequence;
  Shape shape;
  std::string correlate_client, correlate_server;  ///< pointers to the id that a reply repeats; may be empty
  bool many_replies = false;                       ///< of one type, to one message
  std::string order_server;  ///< pointer to the time that server messages are ordered by; may be empty
  std::vector<Signal> signals;
  std::vector<Symptom> symptoms;
  Fingerprint fingerprint;
  std::vector<std::string>
      secret_keys;  ///< JSON keys and query parameters whose values are secret, besides the well-known

  std::string text;       ///< its source
  std::string path;       ///< file, or kBuiltInPath; for people only: a file may have that name, too
  bool built_in = false;  ///< part of the program
  std::shared_ptr<const json::Json> document;

  const Variable* variable(std::string_view wanted) const;
  const Call* call(std::string_view wanted) const;
  const MessageType* message(Side side, std::string_view wanted) const;
};

/// "served", "not_served" …
std::string_view name(Profile::Status status);

}  // namespace whydrop::profile
