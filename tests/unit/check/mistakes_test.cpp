#include "sources.hpp"

#include <vector>

#include <fmt/format.h>

namespace whydrop::check {
namespace {

/// A check file without mistakes, so that a test can replace one thing.
constexpr std::string_view kGood = R"({
  "whydrop_check": 1, "name": "good", "about": "a", "tags": ["smoke"], "rehearse": "happy", "retries": 1,
  "target": {"profile": "guest-tutorial", "url": "wss://{host}/", "headers": {"X-Run": "{run}"}, "subprotocols": ["v1"],
    "variables": {"host": {"env": "HOST", "value": "localhost"}, "run": "{$uuid}"}, "opening": true},
  "timeout": "30s", "step_timeout": "5s", "unrelated": "skip",
  "steps": [
    {"wait": "250ms"},
    {"session": true},
    {"connect": {"variables": {"run": "2"}}},
    {"send": {"message": "message", "set": {"/text": "{run}"}, "drop": ["/session_id"]}},
    {"send": {"json": {"a": "{$n}"}, "fragments": 2, "times": 3}},
    {"send": {"text": "{{}}", "verbatim": true}},
    {"send": {"base64": "AAECAw==", "binary": false}},
    {"ping": "x"},
    {"expect": {"type": "agent_message", "where": {"/text": {"matches": "^a+$"}, "/n": {"at_least": 1}, "/s": {"schema": {"type": "string"}}},
      "within": "2s", "text": {"contains": "x"}, "take": {"id": "/id"}}},
    {"take": {"other": "/other"}},
    {"expect_silence": "1s"},
    {"repeat": {"times": 2, "steps": [{"wait": "1s"}]}},
    {"close": {"code": 1000, "reason": "bye"}},
    {"expect_close": {"code": [1000, 1001], "by": "server"}},
    {"connect": true},
    {"expect_refused": {"status": 401, "where": {"/id": "{id}"}}}
  ]
})";

using Mistakes = std::vector<std::string>;

Mistakes mistakes_in_text(const std::string& text) {
  Mistakes found;
  for (const schema::Mistake& mistake : mistakes_of(text, sources())) {
    found.push_back(fmt::format("{}:{}: {}", mistake.place.line, mistake.place.column, mistake.says));
  }
  return found;
}

/// One change to the good file, and all that is said of it.
struct Row {
  const char* from;
  const char* to;
  Mistakes mistakes;
};

template <std::size_t N>
void expect_mistakes(const Row (&rows)[N]) {
  for (const Row& row : rows) {
    std::string text(kGood);
    const std::size_t at = text.find(row.from);
    ASSERT_NE(at, std::string::npos) << row.from;
    EXPECT_EQ(mistakes_in_text(text.replace(at, std::string_view(row.from).size(), row.to)), row.mistakes) << row.to;
  }
}

TEST(mistakes, none_in_what_is_right) {
  EXPECT_EQ(mistakes_in_text(std::string(kGood)), Mistakes{});
}

const Row kFile[] = {
    {R"("whydrop_check": 1, )", R"("whydrop_check": 2, )", {"2:20: /whydrop_check is a number, 2; expected 1"}},
    {R"("name": "good", )", R"()", {"1:1: /name is missing"}},
    {R"("name": "good", )",
     R"("name": "two\nlines", )",
     {R"(2:31: /name is a string, "two\nlines"; expected 1 to 200 characters on one line)"}},
    {R"("whydrop_check": 1, )",
     R"("whydrop_check": 1, "checks": [], )",
     {"1:1: the document has both steps and checks", "2:33: /checks is an array of 0 items; expected at least 1 item"}},
    {R"("steps": [)",
     R"("stepz": [)",
     {"1:1: the document has neither steps nor checks", "6:3: /stepz is not allowed; did you mean steps?"}},
    {R"("tags": ["smoke"])",
     R"("tags": ["smoke, slow"])",
     {R"(2:62: /tags/0 is a string, "smoke, slow"; expected a word without blanks and commas)"}},
    {R"("retries": 1)", R"("retries": 11)", {"2:104: /retries is a number, 11; expected at most 10"}},
    {R"("about": "a")", R"("about": 1)", {R"(2:48: /about is a number, 1; expected a string; put it in quotes: "1")"}},
    {R"("timeout": "30s")",
     R"("timeout": "30 s")",
     {R"(5:14: /timeout is a string, "30 s"; expected a duration such as 500ms or 1m30s)"}},
    {R"("timeout": "30s")",
     R"("timeout": "25h")",
     {"5:14: /timeout is 25h; expected more than nothing and at most 24h"}},
    {R"("step_timeout": "5s")",
     R"("step_timeout": "0s")",
     {"5:37: /step_timeout is 0s; expected more than nothing and at most 24h"}},
    {R"("unrelated": "skip")",
     R"("unrelated": "skp")",
     {R"(5:56: /unrelated is a string, "skp"; expected one of "skip", "refuse"; did you mean "skip"?)"}},
    {R"("unrelated": "skip")", R"("unrelatd": "skip")", {"5:43: /unrelatd is not allowed; did you mean unrelated?"}},
    {R"("rehearse": "happy")",
     R"("rehearse": "hapy")",
     {"2:84: /rehearse names no scenario of guest-tutorial: hapy; did you mean happy?"}},
    {R"("name": "good", )", R"("name": "good", "name": "again", )", {"2:39: /name stands twice"}},
};

TEST(mistakes, of_the_file) {
  expect_mistakes(kFile);
}

const Row kTarget[] = {
    {R"("profile": "guest-tutorial")",
     R"("profile": "guest-tutoriel")",
     {"3:25: /target/profile cannot be used: profile guest-tutoriel: there is none of this name; whydrop profile list "
      "shows them"}},
    {R"("profile": "guest-tutorial", "url")",
     R"("url")",
     {"2:84: /rehearse names a scenario, and the target has no profile whose scenarios could be played",
      "8:17: /steps/1/session cannot be done: the target has no profile",
      "10:26: /steps/3/send/message names a type of message, and the target has no profile that has types",
      "15:25: /steps/8/expect/type names a type of message, and the target has no profile that has types"}},
    {R"("profile": "guest-tutorial", "url": "wss://{host}/", )",
     R"()",
     {"2:84: /rehearse names a scenario, and the target has no profile whose scenarios could be played",
      "3:13: /target names neither a profile nor a url",
      "8:17: /steps/1/session cannot be done: the target has no profile",
      "10:26: /steps/3/send/message names a type of message, and the target has no profile that has types",
      "15:25: /steps/8/expect/type names a type of message, and the target has no profile that has types"}},
    {R"("url": "wss://{host}/")",
     R"("url": "http://{host}/")",
     {R"(3:50: /target/url is a string, "http://{host}/"; expected a URL that begins with ws:// or wss://, or a template of one)"}},
    {R"("url": "wss://{host}/")",
     R"("url": "wss://{hots}/{$uid}")",
     {"3:50: /target/url holds {hots}, which is no variable; did you mean host?",
      "3:50: /target/url holds {$uid}, which is not known here; did you mean $uuid?"}},
    {R"("X-Run": "{run}")",
     R"("X Run": "{runn}")",
     {R"(3:79: /target/headers/X Run is a member named "X Run"; expected the name of a header field)",
      "3:88: /target/headers/X Run holds {runn}, which is no variable; did you mean run?"}},
    {R"("subprotocols": ["v1"])",
     R"("subprotocols": ["v 1"])",
     {R"(3:115: /target/subprotocols/0 is a string, "v 1"; expected a token, RFC 9110)"}},
    {R"("run": "{$uuid}")",
     R"("Run": "{$uuid}")",
     {"3:88: /target/headers/X-Run holds {run}, which is no variable; did you mean Run?",
      R"(4:66: /target/variables/Run is a member named "Run"; expected small letters, digits and underscores)",
      "9:32: /steps/2/connect/variables/run names no variable; did you mean Run?",
      "10:54: /steps/3/send/set/~1text holds {run}, which is no variable; did you mean Run?"}},
    {R"("run": "{$uuid}")",
     R"("run": {})",
     {"4:73: /target/variables/run is an object of 0 members; expected at least 1 member"}},
    {R"("run": "{$uuid}")",
     R"("run": {"value": "{$env:}", "secrt": true})",
     {"4:83: /target/variables/run/value holds {$env:}, which is not known here",
      "4:94: /target/variables/run/secrt is not allowed; did you mean secret?"}},
    {R"("env": "HOST", "value": "localhost")",
     R"("env": "MY HOST", "value": "{$uuid}")",
     {R"(4:35: /target/variables/host/env is a string, "MY HOST"; expected the name of an environment variable)",
      "4:55: /target/variables/host/value holds {$uuid}, which is not known here"}},
    {R"("opening": true)",
     R"("opening": "yes")",
     {R"(4:96: /target/opening is a string, "yes"; expected true or false)"}},
    {R"("opening": true)", R"("openin": true)", {"4:85: /target/openin is not allowed; did you mean opening?"}},
};

TEST(mistakes, of_the_target) {
  expect_mistakes(kTarget);
}

const Row kSteps[] = {
    {R"({"wait": "250ms"})",
     R"({"token": false})",
     {"7:15: /steps/0/token is a boolean, false; expected true",
      "7:15: /steps/0/token cannot be done: profile guest-tutorial has no token call"}},
    {R"({"wait": "1s"})",
     R"({"tokn": true})",
     {"19:40: /steps/11/repeat/steps/0/tokn is not allowed; did you mean token?"}},
    {R"({"wait": "250ms"})",
     R"({"comment": "nothing"})",
     {"7:5: /steps/0 does nothing; expected one of token, session, connect, send, ping, close, reset, expect, "
      "expect_close, expect_refused, expect_silence, wait, take, repeat"}},
    {R"({"wait": "250ms"})",
     R"({"token": true, "session": true})",
     {"7:5: /steps/0 does more than one thing: token, session",
      "7:15: /steps/0/token cannot be done: profile guest-tutorial has no token call"}},
    {R"({"wait": "250ms"})", R"("token")", {R"(7:5: /steps/0 is a string, "token"; expected an object)"}},
    {R"({"connect": {"variables": {"run": "2"}}})",
     R"({"connect": {"variables": {"rum": "{hst}"}}})",
     {"9:32: /steps/2/connect/variables/rum names no variable; did you mean run?",
      "9:39: /steps/2/connect/variables/rum holds {hst}, which is no variable; did you mean host?"}},
    {R"({"connect": {"variables": {"run": "2"}}})",
     R"({"connect": {"at": "x"}})",
     {"9:18: /steps/2/connect/at is not allowed"}},
    {R"({"connect": {"variables": {"run": "2"}}})",
     R"({"ping": "y"}, {"connect": true})",
     {"9:32: /steps/3/connect comes while there is a connection: close or reset it before"}},
    {R"("message": "message")",
     R"("message": "mesage")",
     {"10:26: /steps/3/send/message names no message of the client: mesage; did you mean message?"}},
    {R"("message": "message")",
     R"("json": 1, "message": "message")",
     {"10:14: /steps/3/send sends more than one thing: message, json"}},
    {R"("set": {"/text": "{run}"})",
     R"("set": {"text": "{run}"})",
     {R"(10:45: /steps/3/send/set/text is a member named "text"; expected a JSON Pointer, RFC 6901)"}},
    {R"("set": {"/text": "{run}"})",
     R"("set": {"/text/x": "{rum}"})",
     {"10:45: /steps/3/send/set/~1text~1x leads nowhere: cannot set /text/x: /text is neither object nor array but "
      "string",
      "10:56: /steps/3/send/set/~1text~1x holds {rum}, which is no variable; did you mean run?"}},
    {R"("drop": ["/session_id"])",
     R"("drop": ["/sesion_id"])",
     {"10:73: /steps/3/send/drop/0 leads nowhere: the example has no /sesion_id"}},
    {R"({"json": {"a": "{$n}"}, "fragments": 2, "times": 3})",
     R"({"fragments": 0, "times": 1000001, "set": {}})",
     {"11:14: /steps/4/send/message is missing; expected a value beside /steps/4/send/set",
      "11:14: /steps/4/send sends nothing; expected one of message, json, text, base64",
      "11:28: /steps/4/send/fragments is a number, 0; expected at least 1",
      "11:40: /steps/4/send/times is a number, 1000001; expected at most 1000000",
      "11:40: /steps/4/send/times makes more than 1,000,000 steps of the check"}},
    {R"({"a": "{$n}"})",
     R"({"a": "{$m}"})",
     {"11:23: /steps/4/send/json holds {$m}, which is not known here; did you mean $n?"}},
    {R"({"text": "{{}}", "verbatim": true})",
     R"({"text": "{nix}"})",
     {"12:23: /steps/5/send/text holds {nix}, which is no variable; did you mean id?"}},
    {R"({"text": "{{}}", "verbatim": true})", R"({"text": "{nix}", "verbatim": true})", {}},
    {R"("base64": "AAECAw==")",
     R"("base64": "AAEC=")",
     {R"(13:25: /steps/6/send/base64 is a string, "AAEC="; expected base64 with padding, RFC 4648)"}},
    {R"({"ping": "x"})",
     R"({"ping": {"txt": "x", "within": "1"}})",
     {"14:15: /steps/7/ping/txt is not allowed",
      R"(14:37: /steps/7/ping/within is a string, "1"; expected a duration such as 500ms or 1m30s, or a template of one)"}},
    {R"({"ping": "x"})",
     R"({"ping": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})",
     {"14:14: /steps/7/ping is longer than 125 bytes"}},
    {R"("reason": "bye")",
     R"("reason": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")",
     {"20:40: /steps/12/close/reason is longer than 123 bytes"}},
    {R"("code": 1000, "reason")",
     R"("code": 70000, "reason")",
     {"20:24: /steps/12/close/code is a number, 70000; expected at most 65535"}},
    {R"("type": "agent_message")",
     R"("type": "agent_mesage")",
     {"15:25: /steps/8/expect/type names no message of the server: agent_mesage; did you mean agent_message?"}},
    {R"("within": "2s")", R"("within": "{no}")", {"16:17: /steps/8/expect/within holds {no}, which is no variable"}},
    {R"("within": "2s")",
     R"("within": "2 seconds")",
     {R"(16:17: /steps/8/expect/within is a string, "2 seconds"; expected a duration such as 500ms or 1m30s, or a template of one)"}},
    {R"("take": {"id": "/id"})",
     R"("take": {"Id": "id"})",
     {R"(16:59: /steps/8/expect/take/Id is a member named "Id"; expected small letters, digits and underscores)",
      R"(16:65: /steps/8/expect/take/Id is a string, "id"; expected a JSON Pointer, RFC 6901)",
      "23:57: /steps/15/expect_refused/where/~1id holds {id}, which is no variable; did you mean Id?"}},
    {R"("text": {"contains": "x"})",
     R"("text": {"contains": 1, "at_least": 2})",
     {R"(16:44: /steps/8/expect/text/contains is a number, 1; expected a string; put it in quotes: "1")",
      "16:47: /steps/8/expect/text/at_least is not allowed"}},
    {R"("text": {"contains": "x"})",
     R"("unrelated": "ignore", "binary": 1)",
     {R"(16:36: /steps/8/expect/unrelated is a string, "ignore"; expected one of "skip", "refuse")",
      "16:56: /steps/8/expect/binary is a number, 1; expected true or false"}},
    {R"({"expect_silence": "1s"})",
     R"({"expect_silence": "31s"})",
     {"18:24: /steps/10/expect_silence is longer than the check may take, 30 s"}},
    {R"({"expect_silence": "1s"})",
     R"({"expect_silence": {"type": "agent_mesage", "where": {"/a": "{b}"}}})",
     {"18:24: /steps/10/expect_silence/for is missing",
      "18:33: /steps/10/expect_silence/type names no message of the server: agent_mesage; did you mean agent_message?",
      "18:65: /steps/10/expect_silence/where/~1a holds {b}, which is no variable"}},
    {R"({"wait": "1s"})",
     R"({"wait": "1m"})",
     {"19:48: /steps/11/repeat/steps/0/wait is longer than the check may take, 30 s"}},
    {R"({"wait": "1s"})",
     R"({"wait": 1})",
     {R"(19:48: /steps/11/repeat/steps/0/wait is a number, 1; expected a string; put it in quotes: "1")"}},
    {R"("steps": [{"wait": "1s"}])",
     R"("steps": [])",
     {"19:38: /steps/11/repeat/steps is an array of 0 items; expected at least 1 item"}},
    {R"("times": 2, "steps")",
     R"("times": 100001, "steps")",
     {"19:26: /steps/11/repeat/times is a number, 100001; expected at most 100000"}},
    {R"("times": 2, "steps": [{"wait": "1s"}])",
     R"("times": 1001, "steps": [{"repeat": {"times": 1000, "steps": [{"wait": "1s"}]}}])",
     {"19:88: /steps/11/repeat/steps/0/repeat/steps/0/wait makes more than 1,000,000 steps of the check"}},
    {R"({"wait": "1s"})",
     R"({"repeat": {"times": 1, "steps": [{"repeat": {"times": 1, "steps": [{"repeat": {"times": 1, "steps": [{"repeat": {"times": 1, "steps": []}}]}}]}}]}})",
     {"19:152: /steps/11/repeat/steps/0/repeat/steps/0/repeat/steps/0/repeat/steps/0/repeat is nested deeper than 4 "
      "repeats",
      "19:174: /steps/11/repeat/steps/0/repeat/steps/0/repeat/steps/0/repeat/steps/0/repeat/steps is an array of 0 "
      "items; expected at least 1 item"}},
    {R"("code": [1000, 1001], "by": "server")",
     R"("code": [999], "by": "peer", "ending": "fin")",
     {"21:32: /steps/13/expect_close/code/0 is a number, 999; expected at least 1000",
      R"(21:44: /steps/13/expect_close/by is a string, "peer"; expected one of "client", "server")",
      "21:62: /steps/13/expect_close/ending is how a session ends without a Close, which has no code and no reason"}},
    {R"("code": [1000, 1001], "by": "server")",
     R"("ending": "finn", "reason": {"matches": "("})",
     {R"(21:33: /steps/13/expect_close/ending is a string, "finn"; expected one of "fin", "fin_mid_frame", "reset", "tls_close_notify", "tls_truncated", "tls_error", "timed_out", "ping_timeout", "idle_timeout", "close_timeout"; did you mean "fin"?)",
      "21:33: /steps/13/expect_close/ending is how a session ends without a Close, which has no code and no reason",
      "21:63: /steps/13/expect_close/reason/matches is a pattern that cannot be used: a group is not closed"}},
    {R"({"expect_close": {"code": [1000, 1001], "by": "server"}})",
     R"({"expect_close": true}, {"expect_close": true})",
     {"21:46: /steps/14/expect_close comes after expect_close: connect again before it"}},
    {R"({"close": {"code": 1000, "reason": "bye"}})",
     R"({"expect_refused": true})",
     {"20:24: /steps/12/expect_refused comes when the connection is open already: it was not refused",
      "21:22: /steps/13/expect_close comes after expect_refused: connect again before it"}},
    {R"("status": 401)",
     R"("status": [99])",
     {"23:36: /steps/15/expect_refused/status/0 is a number, 99; expected at least 100"}},
    {R"("/id": "{id}")",
     R"("/id": "{idd}")",
     {"23:57: /steps/15/expect_refused/where/~1id holds {idd}, which is no variable; did you mean id?"}},
    {R"({"expect_refused": {"status": 401, "where": {"/id": "{id}"}}})",
     R"({"expect_refused": true}, {"send": {"text": "x"}}, {"reset": true})",
     {"23:40: /steps/16/send comes after expect_refused: connect again before it"}},
    {R"({"take": {"other": "/other"}})",
     R"({"take": {}})",
     {"17:14: /steps/9/take is an object of 0 members; expected at least 1 member"}},
    {R"({"wait": "250ms"})",
     R"({"take": {"other": "/other"}})",
     {"7:14: /steps/0/take comes before any expect: there is no message to take from"}},
};

TEST(mistakes, of_the_steps) {
  expect_mistakes(kSteps);
}

const Row kPredicates[] = {
    {R"({"matches": "^a+$"})",
     R"x({"matches": "^(?=a)"})x",
     {"15:73: /steps/8/expect/where/~1text/matches is a pattern that cannot be used: it looks ahead with (?="}},
    {R"({"matches": "^a+$"})",
     R"({"matchs": "^a+$"})",
     {"15:62: /steps/8/expect/where/~1text/matchs is not allowed; did you mean matches?"}},
    {R"({"matches": "^a+$"})",
     R"({})",
     {"15:61: /steps/8/expect/where/~1text is an object of 0 members; expected at least 1 member"}},
    {R"({"matches": "^a+$"})",
     R"({"equals": "{nix}", "not_equals": {"a": "{nux}"}, "in": ["{nox}"], "contains": "{nex}"})",
     {"15:72: /steps/8/expect/where/~1text/equals holds {nix}, which is no variable; did you mean id?",
      "15:95: /steps/8/expect/where/~1text/not_equals holds {nux}, which is no variable; did you mean run?",
      "15:117: /steps/8/expect/where/~1text/in holds {nox}, which is no variable",
      "15:140: /steps/8/expect/where/~1text/contains holds {nex}, which is no variable; did you mean text?"}},
    {R"({"matches": "^a+$"})",
     R"({"in": [], "contains": "", "exists": 1, "type": "text", "at_most": "3"})",
     {"15:68: /steps/8/expect/where/~1text/in is an array of 0 items; expected at least 1 item",
      R"(15:84: /steps/8/expect/where/~1text/contains is a string, ""; expected a value, or a text that is not empty)",
      "15:98: /steps/8/expect/where/~1text/exists is a number, 1; expected true or false",
      R"(15:109: /steps/8/expect/where/~1text/type is a string, "text"; expected one of "null", "boolean", "number", "integer", "string", "array", "object")",
      R"(15:128: /steps/8/expect/where/~1text/at_most is a string, "3"; expected a number; send it without quotes: 3)"}},
    {R"({"matches": "^a+$"})",
     R"({"type": ["text", "string"]})",
     {R"(15:71: /steps/8/expect/where/~1text/type/0 is a string, "text"; expected one of "null", "boolean", "number", "integer", "string", "array", "object")"}},
    {R"("/text": {"matches": "^a+$"})",
     R"("text": 1)",
     {R"(15:52: /steps/8/expect/where/text is a member named "text"; expected a JSON Pointer, RFC 6901)"}},
    {R"({"at_least": 1})",
     R"({"at_least": "1"})",
     {R"(15:101: /steps/8/expect/where/~1n/at_least is a string, "1"; expected a number; send it without quotes: 1)"}},
    {R"({"schema": {"type": "string"}})",
     R"({"schema": {"type": "strng"}})",
     {"15:122: /steps/8/expect/where/~1s/schema cannot be used: /type: 'strng' is no type; did you mean string?"}},
    {R"({"schema": {"type": "string"}})",
     R"({"schema": "none.json"})",
     {"15:122: /steps/8/expect/where/~1s/schema cannot be used: there is no file none.json"}},
    {R"({"schema": {"type": "string"}})",
     R"({"schema": "broken.json"})",
     {"15:122: /steps/8/expect/where/~1s/schema cannot be used: broken.json:1:10: /type: 'strin' is no type; did you "
      "mean string?"}},
    {R"({"schema": {"type": "string"}})", R"({"schema": "text.json#/definitions/text"})", {}},
    {R"({"schema": {"type": "string"}})",
     R"({"schema": "text.json#/definitions/txt"})",
     {"15:122: /steps/8/expect/where/~1s/schema cannot be used: text.json: nothing stands at /definitions/txt"}},
    {R"({"schema": {"type": "string"}})", R"({"schema": "profile:server:agent_message"})", {}},
    {R"({"schema": {"type": "string"}})",
     R"({"schema": "profile:server:agent_mesage"})",
     {"15:122: /steps/8/expect/where/~1s/schema cannot be used: profile guest-tutorial has no message of the server "
      "agent_mesage; did you mean agent_message?"}},
    {R"({"schema": {"type": "string"}})",
     R"({"schema": "profile:agent_message"})",
     {"15:122: /steps/8/expect/where/~1s/schema cannot be used: a message's schema is named profile:client:TYPE or "
      "profile:server:TYPE"}},
    {R"({"schema": {"type": "string"}})",
     R"({"schema": 3})",
     {R"(15:122: /steps/8/expect/where/~1s/schema is a number, 3; expected a string, true or false or an object; put it in quotes: "3")"}},
};

TEST(mistakes, of_the_predicates) {
  expect_mistakes(kPredicates);
}

TEST(mistakes, of_what_is_no_check_file) {
  EXPECT_EQ(mistakes_in_text("{\"whydrop\":1,\"kind\":\"capture\"}\n{\"seq\":1}\n"),
            Mistakes{"1:1: a capture and no check file; whydrop check --from-capture makes one of it"});
  EXPECT_EQ(mistakes_in_text("{"), Mistakes{"1:2: not JSON: Missing a name for object member"});
  EXPECT_EQ(mistakes_in_text("[]"), Mistakes{"1:1: the document is an array of 0 items; expected an object"});
  EXPECT_EQ(mistakes_in_text(R"({"checks": [1]})"),
            (Mistakes{"1:1: /whydrop_check is missing", "1:13: /checks/0 is a number, 1; expected an object"}));
}

TEST(mistakes, of_several_checks) {
  EXPECT_EQ(mistakes_in_text(R"({"whydrop_check": 1, "name": "n", "target": {"url": "ws://{x}"}, "checks": [
  {"name": "a", "steps": [{"wait": "1s"}]},
  {"name": "a", "steps": [{"take": {"other": ""}}]},
  {"target": {"variables": {"far": "1"}}, "steps": [{"connect": true}]}]})"),
            (Mistakes{"1:22: /name stands beside checks, each of which has a name of its own",
                      "1:53: /target/url holds {x}, which is no variable",
                      "3:12: /checks/1/name is that of /checks/0 too",
                      "3:36: /checks/1/steps/0/take comes before any expect: there is no message to take from",
                      "4:3: /checks/2/name is missing"}));
}

TEST(mistakes, of_calls_that_a_profile_has_not) {
  EXPECT_EQ(mistakes_in_text(R"({"whydrop_check": 1, "name": "n", "target": {"profile": "guest-conversations"},
  "steps": [{"token": true}, {"session": true}]})"),
            (Mistakes{"2:23: /steps/0/token cannot be done: profile guest-conversations has no token call",
                      "2:42: /steps/1/session cannot be done: profile guest-conversations has no calls that begin a "
                      "session"}));
}

TEST(mistakes, of_a_value_that_is_none_of_a_variables_choices) {
  EXPECT_EQ(mistakes_in_text(R"({"whydrop_check": 1, "name": "n",
  "target": {"profile": "genesys-web-messaging", "variables": {"region": "nowhere"}}, "steps": [{"connect": true}]})"),
            Mistakes{"2:74: /target/variables/region names no value of the variable region: nowhere"});
}

TEST(load, says_the_first_mistake_and_how_many_more_there_are) {
  const auto one = load(R"({"whydrop_check": 2, "name": "n", "target": {"url": "ws://h"}, "steps": [{"wait": "1s"}]})",
                        "a\x1b.json",
                        sources());
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().message, "a\\x1b.json:1:19: /whydrop_check is a number, 2; expected 1");
  EXPECT_EQ(one.error().hint, "");
  EXPECT_EQ(one.error().kind, ErrorKind::usage);
  const auto three = load("{}", "b.json", sources());
  ASSERT_FALSE(three);
  EXPECT_EQ(three.error().message, "b.json:1:1: /whydrop_check is missing");
  EXPECT_EQ(three.error().hint, "2 more in it");
}

}  // namespace
}  // namespace whydrop::check
