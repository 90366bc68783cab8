// Rule of this module: check/ reads check files and writes reports. It runs nothing. The format is told in
// fixtures/checks/README.md.
#pragma once

#include "base/result.hpp"
#include "profile/load.hpp"
#include "profile/profile.hpp"
#include "profile/rehearsal.hpp"
#include "schema/schema.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::check {

/// A condition on a JSON value, or on a text where `pointer` is empty and the message is not JSON.
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
  std::string pointer;                           ///< RFC 6901; empty: the whole
  std::string value;                             ///< JSON template; matches: an RE2 pattern
  double bound = 0;                              ///< at_least, at_most
  std::shared_ptr<const schema::Schema> schema;  ///< op schema
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
  std::string text;  ///< the step as a person reads it: "expect session_ack within 5s"

  // send
  profile::Step send;     ///< kind send (a profile's message) or raw (text as a template)
  bool verbatim = false;  ///< its text is no template
  // expect, expect_refused
  std::string type;  ///< of the profile's server messages; empty: any
  std::vector<Predicate> where;
  std::optional<bool> binary;  ///< expect: only a binary, or only a text message
  std::optional<Unrelated> unrelated;
  std::vector<profile::Take> takes;  ///< from the message that met it; kind take: from the last one
  std::string within;                ///< duration template; expect_silence and wait: for how long
  // expect_close, close
  std::vector<std::uint16_t> codes;  ///< any of them; empty: any, none included
  std::vector<Predicate> reason;
  std::optional<wire::Side> by;
  std::optional<std::string> ending;  ///< expect_close: an EndingHow's name where no Close comes
  std::uint16_t code = 1000;          ///< close
  std::string close_reason;
  // expect_refused
  std::vector<int> statuses;
  // repeat
  std::uint64_t times = 1;
  std::vector<Step> steps;
};

struct Field {
  std::string name, value;
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
  std::vector<Field> headers;
  std::vector<std::string> subprotocols;
  bool opening = true;  ///< the profile's opening messages are sent by themselves
  std::vector<std::pair<std::string, std::string>> variables;       ///< name and template, given
  std::string rehearse = "happy";                                   ///< scenario that --rehearse plays
  std::chrono::nanoseconds timeout{std::chrono::seconds(60)};       ///< the whole check
  std::chrono::nanoseconds step_timeout{std::chrono::seconds(10)};  ///< of a step that says nothing itself
  std::uint64_t retries = 0;
  Unrelated unrelated = Unrelated::skip;
  std::vector<Step> steps;
};

/// What loading needs of the outside.
struct Sources {
  std::function<Result<std::shared_ptr<const profile::Profile>>(const std::string& given)> find_profile;
  /// The text of a file beside the check file; null: there is none.
  std::function<std::optional<std::string>(const std::string& path)> read_beside;
};

/// All mistakes of a check file, in the order of its text. Empty: it loads.
std::vector<profile::Mistake> mistakes_of(std::string_view text, const Sources& sources);
/// The checks of a file. Errors: usage, "<path>:line:column: <first mistake>", and how many more there are.
Result<std::vector<Check>> load(std::string_view text, const std::string& path, const Sources& sources);

/// Why a value does not meet its predicate, one clause without full stop: "/state is \"queued\"; expected \"active\"";
/// null: it does. `value_template` fills templates.
std::optional<std::string> unmet(const Predicate& predicate,
                                 const std::optional<json::Value>& root,
                                 std::string_view text,
                                 const std::function<Result<std::string>(std::string_view)>& fill_json);

}  // namespace whydrop::check
