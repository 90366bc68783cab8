// Rule of this module: check/ reads check files and writes reports. It runs nothing. The format is told in
// fixtures/checks/README.md.
#pragma once

#include "base/result.hpp"
#include "profile/bindings.hpp"
#include "profile/profile.hpp"
#include "profile/rehearsal.hpp"
#include "schema/mistakes.hpp"
#include "schema/schema.hpp"
#include "session/event.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace whydrop::schema {
class Pattern;
}

namespace whydrop::check {

/// A condition on a message: on the JSON value at `pointer`, or with `of_text` on its text, JSON or not.
struct Predicate {
  enum class Op : std::uint8_t {
    equals,
    not_equals,
    in,
    contains,
    matches,
    exists,
    absent,
    type,
    at_least,
    at_most,
    schema
  };
  Op op = Op::equals;
  std::string pointer;  ///< RFC 6901; empty: the whole
  bool of_text = false;
  /// equals, not_equals, contains: a JSON template; in: one of a list; matches: the pattern; type: JSON, a name or a
  /// list of names; at_least, at_most: the number; schema: what the file says.
  std::string value;
  double bound = 0;                                ///< at_least, at_most
  std::shared_ptr<const schema::Schema> schema;    ///< op schema
  std::shared_ptr<const schema::Pattern> pattern;  ///< op matches
};

/// What is done with a message that is not the awaited one.
enum class Unrelated : std::uint8_t { skip, refuse };

// What steps do. A duration is a template; empty: Check::step_timeout.

/// The profile's token call, and those of its session.
struct GetToken {};
struct BeginSession {};

struct Connect {
  std::vector<std::pair<std::string, std::string>> variables;  ///< name and template, bound before
};

struct Send {
  /// What a message is made of: a profile's example (said.message, set, drop), a JSON template, a text template, or
  /// bytes as they are (the last three in said.text; said.binary says as what they go).
  enum class Body : std::uint8_t { message, json, text, bytes };
  Body body = Body::message;
  profile::Step said{};  ///< kind send with Body::message, else raw
};

struct Ping {
  std::string payload, within;  ///< templates
};

struct Close {
  std::uint16_t code = 1000;
  std::string reason, within;  ///< templates
};

struct Reset {};

struct Expect {
  std::string type;  ///< of the profile's server messages; empty: any
  std::vector<Predicate> where;
  std::optional<bool> binary;  ///< only a binary, or only a text message
  std::optional<Unrelated> unrelated;
  std::vector<profile::Take> takes;  ///< from the message that met it
  std::string within;
};

struct ExpectClose {
  std::vector<std::uint16_t> codes;  ///< any of them; empty: any, none included
  std::vector<Predicate> reason;
  std::optional<wire::Side> by;
  std::optional<session::EndingHow> ending;  ///< how it ends without a Close
  std::string within;
};

struct ExpectRefused {
  std::vector<int> statuses;
  std::vector<Predicate> where;  ///< on the answer's body
  std::string within;
};

/// A message that is of this type and so is what must not come.
struct ExpectSilence {
  std::string type;  ///< empty: any
  std::vector<Predicate> where;
  std::string length;
};

struct Wait {
  std::string length;
};

/// From the last message that met an Expect.
struct TakeLast {
  std::vector<profile::Take> takes;
};

struct Step;
struct Repeat {
  std::uint64_t times = 1;
  std::vector<Step> steps;
};

struct Step {
  /// What a step does, in the order of Act's alternatives.
  enum class Kind : std::uint8_t {
    token,
    session,
    connect,
    send,
    ping,
    close,
    reset,
    expect,
    expect_close,
    expect_refused,
    expect_silence,
    wait,
    take,
    repeat
  };
  using Act = std::variant<GetToken,
                           BeginSession,
                           Connect,
                           Send,
                           Ping,
                           Close,
                           Reset,
                           Expect,
                           ExpectClose,
                           ExpectRefused,
                           ExpectSilence,
                           Wait,
                           TakeLast,
                           Repeat>;
  std::string pointer;  ///< of the step in its file: "/steps/3"
  json::Place place;
  std::string number;  ///< as a person counts: "3"; "3.1" is the first in the repeat that is the third
  std::string text;    ///< the step as a person reads it: "expect session_ack within 5s"
  Act act;
  Kind kind() const { return static_cast<Kind>(act.index()); }
};
static_assert(std::variant_size_v<Step::Act> == static_cast<std::size_t>(Step::Kind::repeat) + 1);

/// One check. Immutable after loading.
struct Check {
  std::string name, about, path;
  json::Place place;
  std::vector<std::string> tags;
  // target
  std::shared_ptr<const profile::Profile> profile;        ///< with the check's own variables; never null
  std::shared_ptr<const profile::Profile> named_profile;  ///< without them; null: none is named
  std::vector<std::string> declared;                      ///< names of the variables that the file gives values to
  std::string profile_name;                               ///< as the file says it; empty: none, it has a url
  std::string url;                                        ///< template; empty: the profile's
  std::vector<profile::Field> headers;                    ///< templates
  std::vector<std::string> subprotocols;
  bool opening = true;  ///< the profile's opening messages are sent by themselves
  std::vector<std::pair<std::string, std::string>> variables;       ///< name and template, given; in order
  std::string rehearse = "happy";                                   ///< scenario that --rehearse plays
  std::chrono::nanoseconds timeout{std::chrono::seconds(60)};       ///< the whole check
  std::chrono::nanoseconds step_timeout{std::chrono::seconds(10)};  ///< of a step that says nothing itself
  std::uint64_t retries = 0;
  Unrelated unrelated = Unrelated::skip;
  std::vector<Step> steps;
};

/// What a check's templates may hold besides what Bindings knows: {$n}, the turn from 1, and {$env:NAME}.
profile::Bindings::Extra placeholders(std::function<std::optional<std::string>(const std::string& name)> environment,
                                      std::uint64_t turn);

/// What loading needs of the outside.
struct Sources {
  std::function<Result<std::shared_ptr<const profile::Profile>>(const std::string& given)> find_profile;
  /// The text of a file beside the check file.
  schema::Fetch read_beside;
};

/// All mistakes of a check file, in the order of its text. Empty: it loads.
std::vector<schema::Mistake> mistakes_of(std::string_view text, const Sources& sources);
/// The checks of a file. Errors: usage, "<path>:line:column: <first mistake>", and how many more there are.
Result<std::vector<Check>> load(std::string_view text, const std::string& path, const Sources& sources);

/// Why a message does not meet a predicate, one clause without full stop: "/state is \"queued\"; expected
/// \"active\""; null: it does. `root`: of its JSON; null where it is none. `text`: as it came. `fill_json` fills the
/// predicate's template. Secrets other than values of well-known keys are not masked.
std::optional<std::string> unmet(const Predicate& predicate,
                                 const std::optional<json::Value>& root,
                                 std::string_view text,
                                 const std::function<Result<std::string>(std::string_view)>& fill_json);

}  // namespace whydrop::check
