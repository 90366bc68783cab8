// How the session stands that a person talks in.
#include "run/session_status.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace whydrop::run {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

class Told {
 public:
  void tell(std::int64_t s, session::Body body, std::uint32_t conn = 1) {
    EXPECT_TRUE(status_.on_event({++seq_, s * kSecond, conn, std::move(body)}));
  }
  void frame(std::int64_t s, session::Side from, wire::Opcode opcode) {
    session::Frame frame;
    frame.from = from;
    frame.header.opcode = opcode;
    frame.payload = "p";
    tell(s, frame);
  }
  void message(std::int64_t s, session::Side from) {
    session::Message message;
    message.from = from;
    tell(s, message);
  }
  std::string at(std::int64_t s) const { return report::status_line(status_.now(s * kSecond)); }

 private:
  SessionStatus status_;
  std::uint64_t seq_ = 0;
};

TEST(SessionStatus, FollowsASession) {
  Told told;
  EXPECT_EQ(told.at(0), "connecting");
  session::Open call;
  call.role = session::Role::http;
  told.tell(1, call, 7);
  session::Response response;
  response.status = 101;
  told.tell(1, response, 7);
  told.tell(2, session::Open());
  EXPECT_EQ(told.at(3), "connecting");
  told.tell(3, response);
  EXPECT_EQ(told.at(4), "open 1.0 s · silent 1.0 s · 0 sent, 0 received");
  told.message(5, session::Side::client);
  told.message(6, session::Side::server);
  told.message(6, session::Side::server);
  EXPECT_EQ(told.at(16), "open 13 s · silent 10 s · 1 sent, 2 received");
  told.frame(17, session::Side::client, wire::Opcode::ping);
  told.frame(19, session::Side::server, wire::Opcode::pong);
  EXPECT_EQ(told.at(19), "open 16 s · silent 0.0 s · 1 sent, 2 received · RTT 2 s");
  told.frame(20, session::Side::client, wire::Opcode::close);
  EXPECT_EQ(told.at(20).substr(0, 18), "closing, open 17 s");
  told.tell(21, session::Ending());
  EXPECT_EQ(told.at(22), "no session is open");
  told.tell(23, session::Open(), 2);
  EXPECT_EQ(told.at(23), "connecting");
}

}  // namespace
}  // namespace whydrop::run
