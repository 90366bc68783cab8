// The profiles and rehearsals that are part of the program: what they show as an example, what they send, and what a
// published transcript holds must be what they themselves say it is.
#include "profile/bindings.hpp"
#include "profile/checker.hpp"
#include "profile/compose.hpp"
#include "profile/findings.hpp"
#include "profile/load.hpp"
#include "profile/rehearsal.hpp"
#include "support/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::profile {
namespace {

using session::Message;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kUuid = "9c4f7a86-0c1e-4a0e-9e54-0f7c6c0a9d11";

Outside outside() {
  return {[] { return std::int64_t{1'791'139'139} * 1'000'000'000; }, [] { return std::string(kUuid); }};
}

/// A profile in use: every variable has a value, those of `given` first.
class Stage {
 public:
  Stage(std::shared_ptr<const Profile> profile, const Pairs& given = {})
      : bindings_(*profile, outside()), judge_(profile), checker_(judge_, nullptr, [](session::Body&&) {}) {
    for (const auto& [name, value] : given) {
      const auto set = bindings_.set(name, filled_text(value), Origin::store);
      EXPECT_TRUE(set) << set.error().message;
    }
    for (const Variable& variable : profile->variables) {
      if (!bindings_.get(variable.name)) {
        EXPECT_TRUE(bindings_.set(variable.name, kUuid, Origin::store)) << variable.name;
      }
    }
    // What follows may go by what the client began with, as MQTT does by a version.
    for (const Opening& row : profile->opening) {
      annotated(Side::client, filled(profile->message(Side::client, row.message)->example));
    }
  }

  std::string filled(const std::string& json) const {
    const auto made = bindings_.fill_json(json, extra);
    EXPECT_TRUE(made) << made.error().message;
    return made.value_or("");
  }

  /// A message of a JSON text, or of a packet that it is; valid until the next call.
  Message annotated(Side from, const std::string& json) {
    const auto wire = on_wire(bindings_.profile(), json, false);
    EXPECT_TRUE(wire) << json << ": " << wire.error().message;
    sent_ = wire.value_or(codec::Message{});
    Message message;
    message.from = from;
    message.text = sent_.text;
    message.payload = sent_.payload;
    message.length = sent_.payload.size();
    checker_.annotate(message);
    return message;
  }

 private:
  std::string filled_text(const std::string& text) const { return bindings_.fill_text(text, extra).value_or(text); }

  /// What only a played session knows.
  static std::optional<std::string> extra(std::string_view name) {
    const auto begins = [name](std::string_view with) { return name.substr(0, with.size()) == with; };
    if (name == "$request/id") {
      return "7";  // MQTT's are numbers
    }
    return begins("$request") || begins("$token:") || begins("$query/") || name == "$count"
               ? std::optional<std::string>("\"played\"")
               : std::nullopt;
  }

  Bindings bindings_;
  Judge judge_;
  Checker checker_;
  codec::Message sent_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) {
    all += line + "\n";
  }
  return all;
}

/// Runs `test` on every built-in profile, loaded.
template <typename Test>
void each_profile(Test test) {
  ASSERT_FALSE(built_in().empty());
  for (const BuiltIn& row : built_in()) {
    const auto profile = load(std::string(row.text), std::string(row.name));
    ASSERT_TRUE(profile) << profile.error().message;
    test(row, *profile);
  }
}

template <typename Test>
void each_rehearsal(Test test) {
  each_profile([&test](const BuiltIn& row, const std::shared_ptr<const Profile>& profile) {
    if (row.rehearsal.empty()) {
      return;
    }
    const auto rehearsal = load_rehearsal(row.rehearsal, std::string(row.name), *profile);
    ASSERT_TRUE(rehearsal) << rehearsal.error().message;
    test(profile, *rehearsal);
  });
}

TEST(Data, EveryProfileHasARehearsalWithAHappyScenario) {
  each_profile([](const BuiltIn& row, const auto&) { EXPECT_FALSE(row.rehearsal.empty()) << row.name; });
  each_rehearsal([](const auto& profile, const Rehearsal& rehearsal) {
    const Scenario* const happy = rehearsal.scenario("happy");
    ASSERT_NE(happy, nullptr) << profile->name;
    EXPECT_EQ(happy->leads_to, "") << profile->name;
  });
}

TEST(Data, EveryExampleIsWhatItStandsFor) {
  each_profile([](const BuiltIn& row, const std::shared_ptr<const Profile>& profile) {
    Stage stage(profile);
    for (const MessageType& type : profile->messages) {
      if (type.example.empty()) {
        continue;
      }
      const std::string example = stage.filled(type.example);
      const Message message = stage.annotated(type.side, example);
      EXPECT_EQ(message.type, type.name) << row.name;
      EXPECT_EQ(joined(message.errors), "") << row.name << " " << type.name;
      EXPECT_NE(message.valid, std::optional(false)) << row.name << " " << type.name;
    }
  });
}

void expect_good_sends(const Profile& profile, Stage& stage, const std::vector<Reaction>& reactions) {
  for (const Reaction& reaction : reactions) {
    for (const Act& act : reaction.acts) {
      if (act.kind != Act::Kind::send) {
        continue;
      }
      const std::string text = stage.filled(act.json);
      const Message message = stage.annotated(Side::server, text);
      EXPECT_NE(message.type, "") << profile.name << " " << reaction.on << " " << text;
      EXPECT_EQ(joined(message.errors), "") << profile.name << " " << reaction.on << " " << text;
    }
  }
}

TEST(Data, RehearsedServersSendGoodMessages) {
  each_rehearsal([](const std::shared_ptr<const Profile>& profile, const Rehearsal& rehearsal) {
    for (const Scenario& scenario : rehearsal.scenarios) {
      Stage stage(profile, scenario.variables);
      expect_good_sends(*profile, stage, rehearsal.reactions);
      expect_good_sends(*profile, stage, scenario.server);
    }
  });
}

/// The message of a step, as its client sends it.
std::string message_of(const Stage& stage, const Profile& profile, const Step& step) {
  std::string text = stage.filled(profile.message(Side::client, step.message)->example);
  for (const auto& [pointer, value] : step.set) {
    text = json::with(text, pointer, stage.filled(value)).value_or("");
  }
  return text;
}

TEST(Data, RehearsedClientsSendGoodMessagesUnlessTheScenarioIsAboutAFault) {
  each_rehearsal([](const std::shared_ptr<const Profile>& profile, const Rehearsal& rehearsal) {
    for (const Scenario& scenario : rehearsal.scenarios) {
      Stage stage(profile, scenario.variables);
      for (const Step& step : scenario.client) {
        if (step.kind != Step::Kind::send || !step.drop.empty()) {
          continue;
        }
        const std::string text = message_of(stage, *profile, step);
        const Message message = stage.annotated(Side::client, text);
        if (scenario.leads_to.rfind("schema-", 0) == 0 || scenario.leads_to == "message-unknown") {
          continue;
        }
        EXPECT_EQ(message.type, step.message) << profile->name << " " << scenario.name;
        EXPECT_EQ(joined(message.errors), "") << profile->name << " " << scenario.name;
      }
    }
  });
}

struct Row {
  Side from = Side::client;
  std::string type, message;
  std::vector<std::string> faults;  ///< where they are
};

Row read_row(const std::string& line) {
  json::Json parsed;
  EXPECT_FALSE(parsed.parse(line)) << line;
  Row row;
  row.from = parsed.root().find("from")->string() == "client" ? Side::client : Side::server;
  row.type = parsed.root().find("type")->string();
  row.message = parsed.root().find("message")->text();
  if (const auto faults = parsed.root().find("faults")) {
    for (std::size_t i = 0; i < faults->size(); ++i) {
      row.faults.emplace_back(faults->item(i).string());
    }
  }
  return row;
}

/// The pointers that sentences about faults begin with, each once.
std::vector<std::string> places(const std::vector<std::string>& errors) {
  std::vector<std::string> found;
  for (const std::string& error : errors) {
    found.push_back(error.substr(0, error.find(' ')));
  }
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

TEST(Data, PublishedMessagesAndTheirNearMisses) {
  const std::filesystem::path folder = test::in_source_tree("fixtures/messages");
  std::size_t rows = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const BuiltIn* const built = find_built_in(file.path().stem().string());
    ASSERT_NE(built, nullptr) << file.path();
    const auto profile = load(std::string(built->text), std::string(built->name));
    ASSERT_TRUE(profile) << profile.error().message;
    Stage stage(*profile);
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line); ++rows) {
      const Row row = read_row(line);
      const Message message = stage.annotated(row.from, row.message);
      EXPECT_EQ(message.type, row.type) << line;
      EXPECT_EQ(places(message.errors), row.faults) << line << "\n" << joined(message.errors);
    }
  }
  EXPECT_GE(rows, 126U);
}

}  // namespace
}  // namespace whydrop::profile
