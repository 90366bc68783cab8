#include "engine/sleepers.hpp"

#include "capture/writer.hpp"
#include "engine/pipeline.hpp"
#include "support/facts.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::engine {
namespace {

using session::Event;

/// What a sink is told of each connection, a line an event.
class Lines final : public session::EventSink {
 public:
  Result<void> on_event(const Event& event) override {
    std::string line;
    capture::append_event(line, event);
    told[event.conn].push_back(std::move(line));
    ++all;
    return {};
  }
  std::map<std::uint32_t, std::vector<std::string>> told;
  std::uint64_t all = 0;
};

/// What connection `conn` of `of` does in turn; connections differ in what they do wrong, and in where they stop.
std::vector<session::Body> acts(std::uint32_t conn) {
  session::Open open;
  open.url = fmt::format("ws://h:{}/?token=xxxxxx", conn);
  open.redact = {{15, 6, "token"}};
  open.limits = {{"wait", 2'000'000'000}};
  auto request = test::good_request();
  if (conn % 5 == 0) {
    request = test::without(request, "Sec-WebSocket-Version");
  }
  std::vector<session::Body> all{open, request, test::good_response()};
  session::Frame frame;
  frame.from = session::Side::server;
  frame.header.opcode = conn % 3 == 0 ? static_cast<wire::Opcode>(3) : wire::Opcode::text;
  frame.header.fin = true;
  frame.header.length = 5;
  frame.header.length_form = wire::shortest_form(5);
  frame.payload = "hello";
  all.emplace_back(frame);
  session::Ending ending;
  ending.how = session::EndingHow::fin;
  ending.by = session::EndedBy::server;
  all.emplace_back(ending);
  all.resize(conn % 7 == 0 ? 1 : conn % 7 == 1 ? 3 : conn % 7 == 2 ? 4 : 5);
  return all;
}

TEST(Sleepers, AreToldOfAsIfTheyHadBeenAwake) {
  constexpr std::uint32_t kConnections = 700;
  std::vector<Event> tape;
  for (std::size_t step = 0; step < 5; ++step) {
    for (std::uint32_t conn = 1; conn <= kConnections; ++conn) {
      auto all = acts(conn);
      if (step < all.size()) {
        tape.push_back({tape.size() + 1, static_cast<std::int64_t>(tape.size()) * 1000, conn, std::move(all[step])});
      }
    }
  }
  Lines together;
  Pipeline pipeline({});
  pipeline.add_sink(together);
  for (const Event& event : tape) {
    pipeline.on_recorded(event);
  }
  pipeline.finish(0);
  std::uint64_t compared = 0;
  for (std::uint32_t conn = 1; conn <= kConnections; conn += 13) {
    Lines alone;
    Pipeline one({});
    one.add_sink(alone);
    for (const Event& event : tape) {
      if (event.conn == conn) {
        one.on_recorded(event);
      }
    }
    const std::size_t before_end = alone.told[conn].size();
    EXPECT_EQ(std::vector<std::string>(together.told[conn].begin(),
                                       together.told[conn].begin() + static_cast<std::ptrdiff_t>(before_end)),
              alone.told[conn])
        << conn;
    one.finish(0);
    EXPECT_EQ(together.told[conn].size(), alone.told[conn].size()) << conn;
    compared += before_end;
  }
  EXPECT_GT(compared, 200U);
}

TEST(Sleepers, ABeginningIsBoundedAndHasNoFrame) {
  Beginning beginning;
  EXPECT_TRUE(beginning.add({1, 0, 1, session::Open()}));
  EXPECT_TRUE(beginning.add({2, 0, 1, test::good_request()}));
  EXPECT_FALSE(beginning.lines().empty());
  Beginning long_one = beginning;
  EXPECT_FALSE(long_one.add({3, 0, 1, test::with(test::good_response(), "X", std::string(9000, 'x'))}));
  EXPECT_FALSE(long_one.add({4, 0, 1, session::Open()}));
  EXPECT_TRUE(long_one.lines().empty());
  Beginning over = beginning;
  EXPECT_FALSE(over.add({3, 0, 1, session::Frame()}));
  EXPECT_TRUE(over.lines().empty());

  Sleepers sleepers;
  EXPECT_FALSE(sleepers.first());
  sleepers.put(7, beginning);
  sleepers.put(3, beginning);
  EXPECT_EQ(sleepers.first(), 3U);
  EXPECT_EQ(sleepers.take(3), beginning.lines());
  EXPECT_EQ(sleepers.take(3), std::nullopt);
  EXPECT_EQ(sleepers.take(7), beginning.lines());
}

}  // namespace
}  // namespace whydrop::engine
