#include "net/request_head.hpp"

#include <gtest/gtest.h>

namespace whydrop::net {
namespace {

ConnectOptions options() {
  ConnectOptions result;
  result.url = *parse_url("wss://example.com/x?y=1");
  result.user_agent = "whydrop/1";
  return result;
}

TEST(RequestHead, IsWhatTheRfcAsksFor) {
  EXPECT_EQ(request_head(options(), "KEY=="),
            "GET /x?y=1 HTTP/1.1\r\n"
            "Host: example.com\r\n"
            "User-Agent: whydrop/1\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Key: KEY==\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            "\r\n");
}

TEST(RequestHead, CarriesWhatTheOptionsName) {
  ConnectOptions it = options();
  it.compression = false;
  it.user_agent.clear();
  it.subprotocols = {"a", "b"};
  it.origin = "https://example.com";
  it.cookie = "c=1";
  it.basic_user = "user";
  it.basic_password = "pass";
  EXPECT_EQ(request_head(it, "KEY=="),
            "GET /x?y=1 HTTP/1.1\r\n"
            "Host: example.com\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Key: KEY==\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: a, b\r\n"
            "Origin: https://example.com\r\n"
            "Cookie: c=1\r\n"
            "Authorization: Basic dXNlcjpwYXNz\r\n"
            "\r\n");
}

TEST(RequestHead, LetsTheUsersHeadersReplaceOursAndKeepsTheirOrderAndRepetition) {
  ConnectOptions it = options();
  it.headers = {{"X-B", "2"}, {"cookie", "a=1"}, {"HOST", "other"}, {"X-A", ""}, {"cookie", "b=2"}, {"X-B", "3"}};
  it.cookie = "c=1";
  EXPECT_EQ(request_head(it, "KEY=="),
            "GET /x?y=1 HTTP/1.1\r\n"
            "HOST: other\r\n"
            "User-Agent: whydrop/1\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Key: KEY==\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            "cookie: a=1\r\n"
            "cookie: b=2\r\n"
            "X-B: 2\r\n"
            "X-A: \r\n"
            "X-B: 3\r\n"
            "\r\n");
}

TEST(BasicAuthorization, IsEmptyWithoutUserAndPassword) {
  EXPECT_EQ(basic_authorization("", ""), "");
  EXPECT_EQ(basic_authorization("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(basic_authorization("", "p"), "Basic OnA=");
}

}  // namespace
}  // namespace whydrop::net
