#include "cli/options.hpp"
#include "cli/options/session.hpp"
#include "support/hand_host.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace whydrop::cli {
namespace {

/// What these arguments ask for, or why not.
Result<Asked> asked(std::vector<std::string> arguments, const test::HandHost& host) {
  Options options("test");
  SessionFlags flags;
  add_session_arguments(options, flags);
  add_session_profile(options, flags);
  add_session_groups(options, flags);
  return options.parse(std::move(arguments)).and_then([&](bool) { return make_session(flags, host.host()); });
}

struct ValueCase {
  std::vector<std::string> arguments;
  std::function<std::string(const Asked&)> seen;
  std::string expected;
};

std::string proxy(const Asked& it) {
  return target::connect_options(it.session.endpoint, it.session.address->url)->proxy.url;
}

std::string secrets(const Asked& it) {
  std::string all;
  for (const auto& secret : it.session.secrets.values) {
    all += secret.variable + "=" + secret.value + " ";
  }
  return all;
}

std::string output(const Asked& it) {
  const run::Output& chosen = it.session.output;
  return std::string(report::row_of(chosen.kind()).name) + (chosen.fail_on ? " fails" : "") +
         (chosen.color == run::Color::always ? " in colour" : "");
}

std::string values(const Asked& it) {
  std::string all = it.profile.profile->name;
  for (const auto& given : it.profile.values) {
    all += " " + given.name + "=" + given.value + (given.in_clear ? " in clear" : "");
  }
  return all;
}

TEST(Values, AreMadeOnceOfWhatIsGiven) {
  test::HandHost host;
  host.variables = {{"http_proxy", "p:1"}, {"SSLKEYLOGFILE", "keys"}, {"HUSH", "s3"}, {"no_proxy", "other"}};
  host.files = {{"hush", " s2\n"}, {"headers", "A: 1\nB: 2\n"}};
  const std::vector<ValueCase> cases = {
      {{"ws://h"}, proxy, "http://p:1"},
      {{"ws://other"}, proxy, ""},
      {{"ws://other", "--noproxy", "h"}, proxy, "http://p:1"},
      {{"ws://other", "-x", "q:2"}, proxy, "http://q:2"},
      {{"ws://h", "-x", ""}, proxy, ""},
      {{"ws://h", "--proxy="}, proxy, ""},
      {{"ws://h", "-H", "@headers"}, [](const Asked& it) { return it.session.endpoint.headers.back().name; }, "B"},
      {{"ws://h", "-b", "a=1", "-b", "b=2"}, [](const Asked& it) { return it.session.endpoint.cookie; }, "a=1; b=2"},
      {{"ws://h", "-u", "me:a:b"},
       [](const Asked& it) { return it.session.endpoint.user->name + "/" + it.session.endpoint.user->password; },
       "me/a:b"},
      {{"ws://h"}, [](const Asked& it) { return it.session.endpoint.tls.key_log_file; }, "keys"},
      {{"ws://h"}, [](const Asked& it) { return std::to_string(it.session.endpoint.redirects); }, "0"},
      {{"ws://h", "-L"}, [](const Asked& it) { return std::to_string(it.session.endpoint.redirects); }, "10"},
      {{"ws://h", "-6"}, [](const Asked& it) { return std::to_string(it.session.endpoint.ip_version); }, "6"},
      {{"ws://h", "--secret", "a=s1", "--secret", "b=@hush", "--secret", "HUSH"}, secrets, "a=s1 b=s2 HUSH=s3 "},
      {{"ws://h", "--capture", "f", "--append"},
       [](const Asked& it) { return std::string(it.session.capture.mode == os::FileMode::append ? "append" : ""); },
       "append"},
      {{"ws://h"}, output, "log fails"},
      {{"ws://h", "--fail-on", "never", "--output", "summary", "--color", "always"}, output, "summary in colour"},
      {{"--profile", "none"}, [](const Asked& it) { return std::string(it.profile.recognise ? "yes" : "no"); }, "no"},
      {{"--profile", "guest-event", "--var", "a=b", "--var", "c=@hush"}, values, "guest-event a=b in clear c=s2"},
      {{"ws://h", "--strict", "--at", "http://h:1"}, [](const Asked& it) { return it.profile.needs_profile; }, "--at"},
      {{"ws://h", "--strict"}, [](const Asked& it) { return it.profile.needs_profile; }, "--strict"},
  };
  for (const ValueCase& test : cases) {
    const auto it = asked(test.arguments, host);
    ASSERT_TRUE(it) << test.arguments.back() << ": " << it.error().message;
    EXPECT_EQ(test.seen(*it), test.expected) << test.arguments.back();
  }
}

TEST(Values, SayWhatIsWrong) {
  test::HandHost host;
  host.files = {{"empty", "\n"}};
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"ftp://h"}, "url ftp://h: the scheme \"ftp\" is unknown"},
      {{"ws://h", "--append"}, "option --append: no capture to apply it to"},
      {{"ws://h", "--with-opinions"}, "option --with-opinions: no capture to apply it to"},
      {{"ws://h", "--secret", "a="}, "secret 'a': it has no value"},
      {{"ws://h", "--secret", "NONE"}, "secret 'NONE': it has no value"},
      {{"ws://h", "--secret", "a=@none"}, "cannot read none"},
      {{"ws://h", "--var", "who"}, "option --var: 'who' is not NAME=VALUE"},
      {{"ws://h", "--var", "=x"}, "option --var: '=x' is not NAME=VALUE"},
      {{"ws://h", "--var", "a=@empty"}, "variable a: the file empty is empty"},
      {{"ws://h", "--at", "ws://x"}, "option --at: 'ws://x' is not http://HOST:PORT"},
      {{"--profile", "guest-evnt"}, "profile guest-evnt: no such profile; did you mean guest-event?"},
      {{"ws://h", "--color", "red"}, "option --color: 'red' is not one of auto|always|never"},
  };
  for (const auto& [arguments, expected] : cases) {
    const auto it = asked(arguments, host);
    ASSERT_FALSE(it) << expected;
    EXPECT_EQ(it.error().message, expected);
  }
}

}  // namespace
}  // namespace whydrop::cli
