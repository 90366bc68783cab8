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

struct Step {
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
  Kind kind = Kind::send;
  std::string pointer;  ///< of the step in its file: "/steps/3"
  json::Place place;
  std::string number;  ///< as a person counts: "3"; "3.1" is the first in the repeat that is the third
  std::string text;    ///< the step as a person reads it: "expect session_ack within 5s"

  // connect
  std::vector<std::pair<std::string, std::string>> variables;  ///< name and template, bound before
  // send, ping
  /// What a message is made of: a profile's example (send.message, set, drop), a JSON template, a text template, or
  /// bytes as they are (the last three in send.text; send.binary says as what they go).
  enum class Body : std::uint8_t { message, json, text, bytes };
  Body body = Body::message;
  profile::Step send;  ///< kind send with Body::message, else raw; of a ping its payload as Body::text
  // expect, expect_refused; expect_silence: a message that is of this type and so is what must not come
  std::string type;  ///< of the profile's server messages; empty: any
  std::vector<Predicate> where;
  std::optional<bool> binary;  ///< expect: only a binary, or only a text message
  std::optional<Unrelated> unrelated;
  std::vector<profile::Take> takes;  ///< from the message that met it; kind take: from the last one
  std::string within;  ///< duration template; expect_silence and wait: for how long; empty: Check::step_timeout
  // expect_close, close
  std::vector<std::uint16_t> codes;  ///< any of them; empty: any, none included
  std::vector<Predicate> reason;
  std::optional<wire::Side> by;
  std::optional<session::EndingHow> ending;  ///< expect_close: how it ends without a Close
  std::uint16_t code = 1000;                 ///< close
  std::string close_reason;                  ///< template
  // expect_refused
  std::vector<int> statuses;
  // repeat
  std::uint64_t times = 1;
  std::vector<Step> steps;
};

/// One check. Immutable after loading.
struct Check {
  std::string name, about, path;
  json::Place place;
  std::vector<std::string> tags;
  // target
  std::shared_ptr<const profile::Profile> profile;  ///< with the check's own variables; never null
  std::string profile_name;                         ///< as the file says it; empty: none, it has a url
  std::string url;                                  ///< template; empty: the profile's
  std::vector<profile::Field> headers;              ///< templates
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
  /// The text of a file beside the check file; null: there is none.
  std::function<std::optional<std::string>(const std::string& path)> read_beside;
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
