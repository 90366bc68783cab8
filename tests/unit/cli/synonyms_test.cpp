// What other tools call differently.
#include "cli/synonyms.hpp"

#include "cli/command.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::cli {
namespace {

using Words = std::vector<std::string>;

Words said_here(const char* command, const Words& arguments) {
  Options options{command};
  const cli::Run run = find_command(command)->setup(options);
  const auto own = in_our_words(options, arguments);
  return own ? *own : Words{own.error().message};
}

TEST(synonyms, are_written_as_here) {
  const struct {
    const char* command;
    Words given, expected;
  } rows[] = {
      {"connect", {"ws://h", "--save", "a.ndjson"}, {"ws://h", "--capture=a.ndjson"}},
      {"connect", {"--save=a.ndjson"}, {"--capture=a.ndjson"}},
      {"connect", {"--ping", "20"}, {"--ping-interval=20s"}},
      {"connect", {"--ping", "500ms"}, {"--ping-interval=500ms"}},
      {"connect", {"--bearer", "abc"}, {"--header=Authorization: Bearer abc"}},
      {"connect", {"--protocols", "a, b"}, {"--protocol=a", "--protocol=b"}},
      {"connect", {"--json"}, {"--output=ndjson"}},
      {"connect", {"-d", "hi"}, {"--execute=hi"}},
      {"connect", {"-c", "ws://h", "--no-check"}, {"ws://h", "--insecure"}},
      {"connect", {"--socks5", "h:1080"}, {"--proxy=socks5h://h:1080"}},
      {"send", {"-f", "a.json"}, {"--data=@a.json"}},
      {"send", {"-d", "hi"}, {"-d", "hi"}},
      {"send", {"--message", "start"}, {"--message", "start"}},
      // a value is none, whatever it looks like, nor is what stands behind --
      {"connect", {"-H", "--json", "ws://h"}, {"-H", "--json", "ws://h"}},
      {"send", {"ws://h", "--", "--json"}, {"ws://h", "--", "--json"}},
      {"connect", {"--save"}, {"option --save: needs a value"}},
      {"inspect", {"--ping", "5"}, {"--ping", "5"}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(said_here(row.command, row.given), row.expected) << row.command << " " << row.given.front();
  }
}

TEST(synonyms, of_commands_name_commands) {
  for (const char* name : {"record", "open", "listen", "serve", "server", "test", "compare"}) {
    ASSERT_NE(find_synonym(name), nullptr) << name;
    EXPECT_NE(find_command(find_synonym(name)->command), nullptr) << name;
    EXPECT_EQ(find_command(name), nullptr) << name;
  }
  EXPECT_EQ(find_synonym("connect"), nullptr);
}

TEST(synonyms, are_told_in_the_help_of_a_command) {
  Options options{"send"};
  const cli::Run run = find_command("send")->setup(options);
  const auto rows = synonyms_of(options);
  const auto of = [&rows](const char* name) {
    const auto row = std::find_if(rows.begin(), rows.end(), [name](const auto& it) { return it.name == name; });
    return row == rows.end() ? "" : row->meaning;
  };
  EXPECT_EQ(of("--save"), "--capture FILE");
  EXPECT_EQ(of("--json"), "--output ndjson");
  EXPECT_EQ(of("-f"), "--data @FILE");
  EXPECT_EQ(of("--url"), "URL");
  EXPECT_EQ(of("--data"), "");  // its own
}

}  // namespace
}  // namespace whydrop::cli
