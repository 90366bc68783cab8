#include "engine/http_exchange.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::engine {
namespace {

using session::Side;

/// Feeds bytes with a clock that goes one step a feed, and writes down what was told and what was left as frames.
class Exchange {
 public:
  Exchange& client(std::string_view bytes) { return feed(Side::client, bytes); }
  Exchange& server(std::string_view bytes) { return feed(Side::server, bytes); }
  std::vector<std::string> end() {
    exchange_.on_end(++now_, emit());
    return said_;
  }
  bool upgraded() const { return exchange_.upgraded(); }
  /// Of the heads that were told.
  std::uint64_t bytes() const { return bytes_; }

 private:
  HttpExchange::Emit emit() {
    return [this](session::Body&& body, std::int64_t t_ns) {
      if (const auto* request = std::get_if<session::Request>(&body)) {
        said_.push_back(fmt::format("{}: {}", t_ns, request->start_line));
      } else if (const auto* response = std::get_if<session::Response>(&body)) {
        said_.push_back(fmt::format("{}: {} [{}]", t_ns, response->status, response->body));
        bytes_ += response->size;
      }
    };
  }
  Exchange& feed(Side from, std::string_view bytes) {
    const auto frames = exchange_.on_bytes(from, bytes, ++now_, emit());
    if (!frames.empty()) {
      said_.push_back(fmt::format("{} frames: {}", wire::name(from), frames));
    }
    return *this;
  }

  HttpExchange exchange_;
  std::vector<std::string> said_;
  std::int64_t now_ = 0;
  std::uint64_t bytes_ = 0;
};

const std::string kUpgrade =
    "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const std::string kSwitch =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
const std::string kRefused = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno";

using Said = std::vector<std::string>;

TEST(HttpExchange, TellsAnAnswerWhenTheNextRequestBeginsAsOfWhenItWasWhole) {
  Exchange it;
  const Said said = it.client(kUpgrade).server(kRefused).client("").client(kUpgrade).server(kSwitch + "\x81").end();
  EXPECT_EQ(
      said,
      (Said{"1: GET /chat HTTP/1.1", "2: 401 [no]", "4: GET /chat HTTP/1.1", "5: 101 []", "server frames: \x81"}));
  EXPECT_TRUE(it.upgraded());
}

TEST(HttpExchange, TellsAnswersInTheOrderOfRequestsThatWereSentAtOnce) {
  const std::string get = "GET /a HTTP/1.1\r\n\r\n", head = "HEAD /b HTTP/1.1\r\n\r\n";
  const Said said = Exchange()
                        .client(get + head)
                        .server("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
                        .server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
                        .client(kUpgrade)
                        .server(kSwitch)
                        .end();
  EXPECT_EQ(said,
            (Said{"1: GET /a HTTP/1.1",
                  "1: HEAD /b HTTP/1.1",
                  "2: 103 []",
                  "2: 200 [a]",
                  "3: 200 []",
                  "4: GET /chat HTTP/1.1",
                  "5: 101 []"}));
}

TEST(HttpExchange, SkipsTheBodyOfARequest) {
  const Said said = Exchange().client("POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n").end();
  EXPECT_EQ(said, (Said{"1: POST /a HTTP/1.1", "1: GET /b HTTP/1.1"}));
}

TEST(HttpExchange, BelievesTheBytesWhereAHeadCountsItsBodyWrong) {
  const Said said = Exchange().client(kUpgrade).server(kRefused).server("!").end();
  EXPECT_EQ(said, (Said{"1: GET /chat HTTP/1.1", "4: 401 [no!]"}));
}

TEST(HttpExchange, TakesForFramesWhatIsNoRequest) {
  const Said said = Exchange().client(kUpgrade + "\x82").server(kRefused).client("\x88").end();
  EXPECT_EQ(said, (Said{"1: GET /chat HTTP/1.1", "client frames: \x82", "client frames: \x88", "4: 401 [no]"}));
}

TEST(HttpExchange, TakesWhatIsNoHttpForOneAnswer) {
  const Said said = Exchange().client(kUpgrade).server("SSH-2.0-x\r\n").server("more").end();
  EXPECT_EQ(said, (Said{"1: GET /chat HTTP/1.1", "4: 0 [SSH-2.0-x\r\nmore]"}));
}

TEST(HttpExchange, InterimAnswersWithoutEndAreCountedAndNotAllTold) {
  const std::string hint = "HTTP/1.1 103 Early Hints\r\nX: " + std::string(2000, 'x') + "\r\n\r\n";
  const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  for (const auto& [interim, told] : {std::pair(go_on, 64U), std::pair(hint, 32U)}) {
    Exchange it;
    it.client(kUpgrade);
    std::uint64_t sent = 0;
    for (int i = 0; i < 200; ++i) {
      it.server(interim);
      sent += interim.size();
    }
    const Said said = it.server(kSwitch).end();
    EXPECT_EQ(said.size(), 1 + told + 1) << interim.substr(0, 30);
    EXPECT_EQ(said.back(), "202: 101 []");
    EXPECT_EQ(it.bytes(), sent + kSwitch.size());
    EXPECT_TRUE(it.upgraded());
  }
}

}  // namespace
}  // namespace whydrop::engine
