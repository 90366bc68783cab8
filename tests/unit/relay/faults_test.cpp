#include "relay/faults.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::relay {
namespace {

using session::Side;

const std::string kText = "\x81\x02hi", kPing = "\x89\x01p",
                  kBig = std::string("\x81\x7E\x01\x00", 4) + std::string(256, 'x');

struct Said {
  Side from;
  std::string bytes;
};

struct Row {
  std::string fault;
  std::vector<Said> said;
  std::string passed;  ///< to the client
  std::vector<std::string> done;
};

const Row kRows[] = {
    {"after:2 reset",
     {{Side::server, kText + kPing + kText + kText}},
     kText + kPing + kText,
     {"reset after 2 messages", "end"}},
    {"client after:1 fin",
     {{Side::server, kText}, {Side::client, kText}, {Side::server, kText}},
     kText,
     {"fin after 1 message", "end"}},
    {"after:5 stop", {{Side::server, kText}}, kText, {}},
    {"server type:ping swallow",
     {{Side::server, kText + kPing + kText}, {Side::client, kPing}},
     kText + kText,
     {"frame 2 of the server, a ping, was swallowed"}},
    {"cut:frame=2@10",
     {{Side::server, kText + kBig}},
     kText + kBig.substr(0, 10),
     {"frame 2 of the server was cut after 10 B", "end"}},
    {"cut:frame=1@2", {{Side::server, kText}}, kText.substr(0, 2), {"frame 1 of the server was cut after 2 B", "end"}},
    {"frame:1 corrupt",
     {{Side::server, kText + kText}},
     std::string("\x81\x02\x97i", 4) + kText,
     {"the first byte of frame 1 of the server was turned over"}},
    {"frame:1 corrupt", {{Side::server, std::string("\x81\x00", 2) + kText}}, std::string("\x81\x00", 2) + kText, {}},
    {"after:1k reset",
     {{Side::server, kBig + kBig + kBig + kBig + kText}},
     kBig + kBig + kBig + kBig.substr(0, 244),
     {"reset after 1 KiB", "end"}},
    {"chance:0.0 type:text swallow", {{Side::server, kText}}, kText, {}},
};

TEST(FaultGate, DoesWhatItIsToldToHoweverTheBytesCome) {
  for (const Row& row : kRows) {
    for (const bool piecewise : {false, true}) {
      SCOPED_TRACE(row.fault);
      const auto fault = parse_fault(row.fault);
      ASSERT_TRUE(fault) << fault.error().message;
      std::string passed;
      std::vector<std::string> done;
      FaultGate gate({*fault},
                     [] { return 0.5; },
                     {[&](Side from, std::string_view bytes) { passed += from == Side::server ? bytes : ""; },
                      [&](Side, const Fault&, std::string words) { done.push_back(std::move(words)); },
                      [&](const Fault&) { done.emplace_back("end"); }});
      for (const Said& said : row.said) {
        for (std::string_view rest = said.bytes; !rest.empty();) {
          const std::string_view now = rest.substr(0, piecewise ? 1 : rest.size());
          gate.feed(said.from, now);
          rest.remove_prefix(now.size());
        }
      }
      EXPECT_EQ(passed, row.passed);
      EXPECT_EQ(done, row.done);
    }
  }
}

TEST(Faults, AreReadOrRefusedWithTheReason) {
  const std::pair<const char*, const char*> kWrong[] = {
      {"", "it does nothing"},
      {"after:3", "it does nothing"},
      {"reset fin", "it has more than one act"},
      {"delay", "'delay' has no value that fits"},
      {"delay=0s", "'delay=0s' has no value that fits"},
      {"refuse=200", "'refuse=200' has no value that fits"},
      {"cut:frame=0@3", "'cut:frame=0@3' has no value that fits"},
      {"type:ping reset", "reset is not done to a frame"},
      {"after:0 reset", "'after:0' is not known"},
      {"chance:2 reset", "'chance:2' is not known"},
      {"explode", "'explode' is not known"},
      {"reset", "it does not say when"},
      {"after:2s delay=1s", "after a time there is only reset, fin and stop"},
  };
  for (const auto& [text, why] : kWrong) {
    const auto fault = parse_fault(text);
    ASSERT_FALSE(fault) << text;
    EXPECT_EQ(fault.error().message, fmt::format("option --fault: '{}': {}", text, why));
  }
  const auto rate = parse_fault("client rate=64k/s after:20k chance:0.25");
  ASSERT_TRUE(rate);
  EXPECT_EQ(rate->value, 64U << 10);
  EXPECT_EQ(rate->after_bytes, 20U << 10);
  EXPECT_EQ(parse_fault("reset after:2s")->after_time, std::chrono::seconds(2));
  EXPECT_DOUBLE_EQ(rate->chance, 0.25);
  EXPECT_EQ(rate->from, Side::client);
}

}  // namespace
}  // namespace whydrop::relay
