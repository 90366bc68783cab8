#include "diagnose/reasons.hpp"

#include <optional>
#include <string_view>

#include <gtest/gtest.h>

namespace whydrop::diagnose {
namespace {

TEST(Reasons, HaveATopic) {
  struct Row {
    std::string_view reason;
    std::optional<Topic> topic;
  };
  const Row rows[] = {
      {"no pong came", Topic::pong},
      {"keepalive ping timeout", Topic::pong},
      {"Connection initialisation timeout", Topic::login_time},
      {"Authentication timeout", Topic::login_time},
      {"no audio came in time", Topic::idle},
      {"idle too long", Topic::idle},
      {"Connection timed out due to inactivity", Topic::idle},
      {"bad field in the request", Topic::message},
      {"Cannot find field: setup in message", Topic::message},
      {"Invalid JSON", Topic::message},
      {"conversation over", Topic::finished},
      {"server overloaded", Topic::failure},
      {"rate limit hit", Topic::rate},
      {"quota_exceeded: quota used up", Topic::rate},
      {"token expired", Topic::credentials},
      {"Unauthorized", Topic::credentials},
      {"session expired", Topic::lifetime},
      {"Message too large: 70000 > 65536", Topic::size},
      {"Frame size of 70000 bytes exceeds maximum accepted frame size", Topic::size},
      {"replaced by a new connection", Topic::replaced},
      {"Server is restarting", Topic::shutdown},
      {"The web application is stopping", Topic::shutdown},
      {"slow consumer", Topic::slow_reader},
      {"Stale Connection", Topic::pong},
      {"Origin not allowed", Topic::origin},
      {"room not found", Topic::not_found},
      {"unhandled exception", Topic::failure},
      {"more information at example.com", std::nullopt},
      {"so long", std::nullopt},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(topic_of(row.reason), row.topic) << row.reason;
  }
}

TEST(Reasons, ThatOnlyRestateTheCodeNameNoCause) {
  for (const std::string_view reason :
       {"", "Going away", "Normal Closure.", "bye", "1000", "Internal server error", "OK"}) {
    EXPECT_TRUE(only_restates(reason)) << reason;
  }
  EXPECT_FALSE(only_restates("idle"));
}

TEST(Reasons, NameLimits) {
  EXPECT_EQ(limit_in("received 2000 > 1024"), 1024U);
  EXPECT_EQ(limit_in("exceeds maximum of 65,536 bytes"), 65536U);
  EXPECT_EQ(limit_in("Frame with 70000 bytes exceeds limit of 65536 bytes"), 65536U);
  EXPECT_EQ(limit_in("too big"), std::nullopt);
  EXPECT_EQ(limit_in("maximum message size exceeded, see our documentation page 5"), std::nullopt);
}

}  // namespace
}  // namespace whydrop::diagnose
