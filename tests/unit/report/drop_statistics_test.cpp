// How sessions went, counted.
#include "report/drop_statistics.hpp"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace whydrop::report {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

class Told {
 public:
  void open(std::uint32_t conn, std::int64_t s, session::Role role = session::Role::websocket) {
    session::Open body;
    body.role = role;
    tell(conn, s, std::move(body));
  }
  void upgraded(std::uint32_t conn, std::int64_t s) {
    session::Response body;
    body.status = 101;
    tell(conn, s, std::move(body));
  }
  void ends(std::uint32_t conn, std::int64_t s, std::string cause) {
    session::Verdict body;
    body.cause = std::move(cause);
    tell(conn, s, std::move(body));
  }
  void pings(std::uint32_t conn, std::int64_t t_ns, std::int64_t rtt_ns) {
    frame(conn, t_ns, session::Side::client, wire::Opcode::ping);
    frame(conn, t_ns + rtt_ns, session::Side::server, wire::Opcode::pong);
  }
  DropStatistics statistics;

 private:
  void tell(std::uint32_t conn, std::int64_t s, session::Body body) {
    session::Event event;
    event.conn = conn;
    event.t_ns = s * kSecond;
    event.body = std::move(body);
    statistics.on_event(event);
  }
  void frame(std::uint32_t conn, std::int64_t t_ns, session::Side from, wire::Opcode opcode) {
    session::Frame body;
    body.from = from;
    body.header.opcode = opcode;
    body.payload = "p";
    session::Event event;
    event.conn = conn;
    event.t_ns = t_ns;
    event.body = body;
    statistics.on_event(event);
  }
};

TEST(DropStatistics, AreMetrics) {
  Told told;
  EXPECT_EQ(exposition(told.statistics.metrics(kSecond)), R"(# HELP whydrop_sessions_total Attempts to open a session.
# TYPE whydrop_sessions_total counter
whydrop_sessions_total 0
# HELP whydrop_sessions_open Sessions that are open.
# TYPE whydrop_sessions_open gauge
whydrop_sessions_open 0
# HELP whydrop_open_seconds_total How long sessions were open, together.
# TYPE whydrop_open_seconds_total counter
whydrop_open_seconds_total 0.000000000
# HELP whydrop_messages_total Data messages, by direction.
# TYPE whydrop_messages_total counter
whydrop_messages_total{direction="sent"} 0
whydrop_messages_total{direction="received"} 0
)");
  told.open(1, 0);
  told.ends(1, 1, "connect-refused");
  told.open(2, 2);
  told.upgraded(2, 2);
  told.pings(2, 2 * kSecond, kSecond / 10);
  told.ends(2, 4, "no-close-reset");
  told.open(3, 5);
  told.upgraded(3, 5);
  EXPECT_EQ(exposition(told.statistics.metrics(8 * kSecond)),
            R"(# HELP whydrop_sessions_total Attempts to open a session.
# TYPE whydrop_sessions_total counter
whydrop_sessions_total 3
# HELP whydrop_sessions_open Sessions that are open.
# TYPE whydrop_sessions_open gauge
whydrop_sessions_open 1
# HELP whydrop_open_seconds_total How long sessions were open, together.
# TYPE whydrop_open_seconds_total counter
whydrop_open_seconds_total 5.000000000
# HELP whydrop_endings_total Sessions that ended, by cause.
# TYPE whydrop_endings_total counter
whydrop_endings_total{cause="connect-refused"} 1
whydrop_endings_total{cause="no-close-reset"} 1
# HELP whydrop_messages_total Data messages, by direction.
# TYPE whydrop_messages_total counter
whydrop_messages_total{direction="sent"} 0
whydrop_messages_total{direction="received"} 0
# HELP whydrop_ping_seconds Round trips of pings that were sent.
# TYPE whydrop_ping_seconds summary
whydrop_ping_seconds{quantile="0.5"} 0.100000000
whydrop_ping_seconds{quantile="0.95"} 0.100000000
whydrop_ping_seconds_sum 0.100000000
whydrop_ping_seconds_count 1
)");
}

TEST(DropStatistics, CountSessionsAndTheirCauses) {
  Told told;
  told.open(1, 0, session::Role::http);
  told.ends(1, 1, "rest-refused");
  EXPECT_FALSE(told.statistics.ended());
  told.open(2, 1);
  told.upgraded(2, 2);
  told.ends(2, 12, "idle-limit");
  ASSERT_TRUE(told.statistics.ended());
  EXPECT_EQ(told.statistics.ended()->number, 1U);
  EXPECT_EQ(told.statistics.ended()->age_ns, 10 * kSecond);
  told.open(3, 13);
  told.ends(3, 14, "connect-refused");
  EXPECT_EQ(told.statistics.ended()->age_ns, std::nullopt);
  told.open(4, 20);
  told.upgraded(4, 20);
  told.ends(4, 50, "idle-limit");
  told.open(5, 50);
  told.upgraded(5, 60);
  EXPECT_EQ(told.statistics.summary(100 * kSecond),
            "  watched    1 min 40 s, open 1 min 20 s (80.0 %)\n"
            "  sessions   4; 0 messages sent, 0 received\n"
            "  endings    2 × idle-limit, after 10 s to 30 s\n"
            "             1 × connect-refused, never open\n");
}

TEST(DropStatistics, TellEachPeriodByItself) {
  Told told;
  told.open(1, 0);
  told.upgraded(1, 0);
  EXPECT_EQ(told.statistics.since_last(10 * kSecond), "0 endings, open 10 s of 10 s (100.0 %), sent 0, received 0");
  told.ends(1, 15, "idle-limit");
  EXPECT_EQ(told.statistics.since_last(20 * kSecond),
            "1 ending (1 idle-limit), open 5 s of 10 s (50.0 %), sent 0, received 0");
  EXPECT_EQ(told.statistics.since_last(30 * kSecond), "0 endings, open 0 ns of 10 s (0.0 %), sent 0, received 0");
}

TEST(DropStatistics, TellRoundTripsByTheirShare) {
  Told told;
  told.open(1, 0);
  told.upgraded(1, 0);
  for (std::int64_t i = 1; i <= 100; ++i) {
    told.pings(1, i * kSecond, i * 1'000'000);
  }
  EXPECT_EQ(
      told.statistics.since_last(200 * kSecond),
      "0 endings, open 3 min 20 s of 3 min 20 s (100.0 %), sent 0, received 0, round trips 51 ms / 96 ms / 100 ms "
      "(p50, p95, most of 100)");
}

}  // namespace
}  // namespace whydrop::report
