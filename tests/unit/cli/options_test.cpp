#include "cli/options.hpp"

#include "cli/command.hpp"
#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "cli/manual.hpp"

#include <gtest/gtest.h>

namespace whydrop::cli {
namespace {

struct Flags {
  bool quiet = false;
  int verbose = 0;
  std::string name = "default", url;
  std::vector<std::string> headers, messages;
  std::chrono::nanoseconds time{0};
  std::uint64_t count = 7;
};

void declare(Options& options, Flags& flags) {
  options.positional("URL", flags.url, true, "where to");
  options.positionals("MESSAGE", flags.messages, false, "what");
  options.flag("-q,--quiet", flags.quiet, "quiet");
  options.count("-v,--verbose", flags.verbose, "more");
  options.text("-n,--name", "NAME", flags.name, "a name");
  options.list("-H,--header", "HEADER", flags.headers, "a header");
  options.duration("--time", flags.time, "a time");
  options.number("--count", "N", flags.count, 1, 9, "a number");
  options.contradict("--quiet", "--verbose");
}

std::string parse_error(std::vector<std::string> arguments) {
  Options options("test");
  Flags flags;
  declare(options, flags);
  const auto parsed = options.parse(std::move(arguments));
  return parsed ? "" : parsed.error().message;
}

TEST(Options, TakesValuesAsTheyAre) {
  Options options("test");
  Flags flags;
  declare(options, flags);
  ASSERT_TRUE(options.parse(
      {"-vv", "ws://h", "[1,2]", "{}", "-n", "[x]", "-H", "-a: b", "-H{}", "--time=1.5s", "-", "--", "-z", "a,b"}));
  EXPECT_EQ(flags.url, "ws://h");
  EXPECT_EQ(flags.messages, (std::vector<std::string>{"[1,2]", "{}", "-", "-z", "a,b"}));
  EXPECT_EQ(flags.headers, (std::vector<std::string>{"-a: b", "{}"}));
  EXPECT_EQ(flags.name, "[x]");
  EXPECT_EQ(flags.verbose, 2);
  EXPECT_EQ(flags.time, std::chrono::milliseconds(1500));
  EXPECT_TRUE(options.given("--header"));
  EXPECT_FALSE(options.given("--count"));
}

TEST(Options, AnEmptyValueIsAValue) {
  Options options("test");
  Flags flags;
  declare(options, flags);
  ASSERT_TRUE(options.parse({"--name=", "ws://h", ""}));
  EXPECT_EQ(flags.name, "");
  EXPECT_EQ(flags.messages, std::vector<std::string>{""});
}

TEST(Options, SaysWhatIsWrong) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "no URL given"},
      {{"u", "--qiet"}, "unknown option --qiet: did you mean --quiet?"},
      {{"u", "-z"}, "unknown option -z"},
      {{"u", "--time", "x"}, "option --time: 'x' is not a duration (as in 250ms, 30s, 5m, 2h)"},
      {{"u", "--count", "10"}, "option --count: '10' is not a number from 1 to 9"},
      {{"u", "-q", "-v"}, "options --quiet and --verbose contradict each other"},
      {{"u", "--name"}, "option --name: needs a value"},
  };
  for (const auto& [arguments, message] : cases) {
    EXPECT_EQ(parse_error(arguments), message);
  }
}

TEST(Help, CompletionAndManualKnowEveryOption) {
  const std::string manual = manual_page(), bash = bash_completion(), zsh = zsh_completion(), fish = fish_completion();
  for (const Command& command : commands()) {
    Options options{std::string(command.name)};
    command.setup(options);
    const std::string help = command_help(command, options);
    for (const OptionInfo& info : options.infos()) {
      for (const std::string& name : info.names) {
        std::string escaped;
        for (const char c : name) {
          escaped += c == '-' ? "\\-" : std::string(1, c);
        }
        const std::string bare = name.substr(name.find_first_not_of('-'));
        EXPECT_NE(help.find(name), std::string::npos) << name;
        EXPECT_NE(manual.find(escaped), std::string::npos) << name;
        EXPECT_NE(bash.find(name), std::string::npos) << name;
        EXPECT_NE(zsh.find(name), std::string::npos) << name;
        EXPECT_NE(fish.find(bare), std::string::npos) << name;
      }
      EXPECT_FALSE(info.help.empty());
    }
    EXPECT_FALSE(command.examples.empty()) << command.name;
  }
}

TEST(Options, KeepTheirOrder) {
  Options options("test");
  std::string url;
  std::vector<std::string> messages, sets;
  options.positional("URL", url, false, "where to");
  options.positionals("MESSAGE", messages, false, "what");
  options.list("--set", "TEXT", sets, "a setting");
  ASSERT_TRUE(options.parse({"--set=1", "ws://h", "[a]", "--set", "[2]", "b", "--set", "3"}));
  EXPECT_EQ(options.in_order({"MESSAGE", "--set"}),
            (std::vector<std::pair<std::string, std::string>>{
                {"--set", "1"}, {"MESSAGE", "[a]"}, {"--set", "[2]"}, {"MESSAGE", "b"}, {"--set", "3"}}));
}

}  // namespace
}  // namespace whydrop::cli
