#include "fieldguide/fieldguide.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace whydrop::fieldguide {
namespace {

std::string names(const std::vector<const Product*>& products) {
  std::string all;
  for (const Product* product : products) {
    all += (all.empty() ? "" : " ") + product->name;
  }
  return all;
}

TEST(guide, reads_products_from_headers) {
  struct Row {
    std::string_view server, via, named;
  };
  const Row rows[] = {
      {"", "", ""},
      {"acme", "", ""},
      {"nginx", "", "nginx"},
      {"nginx/1.22.1 (Ubuntu)", "", "nginx"},
      {"openresty/1.21", "", "nginx"},
      {"Mojolicious (Perl)", "", "mojolicious"},
      {"Python/3.11 websockets/10.4", "", "python-websockets"},
      {"uvicorn", "1.1 nghttpx", "nghttpx uvicorn"},
      {"ATS/9.2.5", "http/1.1 host (ApacheTrafficServer/9.2.5)", "trafficserver"},
      {"nginx", "1.1 nghttpx, 1.1 vegur", "heroku nghttpx nginx"},
      {"notnginx", "1.1 nginx", ""},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(row.named, names(named_by({row.server, row.via}))) << row.server << " via " << row.via;
  }
}

TEST(guide, reads_products_from_headers_that_nobody_else_writes) {
  Hops hops;
  hops.headers = {"Date", "cf-ray"};
  EXPECT_EQ("cloudflare", names(named_by(hops)));
}

TEST(guide, never_offers_what_headers_contradict) {
  struct Row {
    std::string_view product, server, via;
    bool may;
  };
  const Row rows[] = {
      {"nginx", "", "", true},
      {"nginx", "nginx/1.22", "", true},
      {"nginx", "h2o/2.2.5", "", false},
      {"nginx", "acme", "", false},
      {"nghttpx", "nginx", "1.1 nghttpx", true},
      {"nghttpx", "", "1.1 other", false},
      {"ws", "", "", true},
      {"ws", "acme", "", true},
      {"ws", "nginx", "", true},
      {"ws", "uvicorn", "", false},
      {"aws-alb", "uvicorn", "", false},
      {"uvicorn", "nginx", "", false},
  };
  for (const Row& row : rows) {
    const Product* product = find_product(row.product);
    ASSERT_NE(nullptr, product) << row.product;
    EXPECT_EQ(row.may, may_be(*product, {row.server, row.via})) << row.product << ", " << row.server;
  }
}

TEST(guide, finds_texts_with_their_numbers) {
  const auto found = by_text(Place::reason, "Frame size of 70000 bytes exceeds maximum accepted frame size", 1009);
  ASSERT_EQ(1U, found.size());
  EXPECT_EQ("node-websocket", found[0].entry->product->name);
  EXPECT_EQ("frame-size", found[0].entry->id);
  EXPECT_EQ(70000U, found[0].size);
  EXPECT_TRUE(by_text(Place::reason, "keepalive ping timeout", 1000).empty());
  EXPECT_TRUE(by_text(Place::body, "keepalive ping timeout").empty());
  EXPECT_EQ(2U, by_text(Place::reason, "keepalive ping timeout", 1011).size());
  EXPECT_EQ(2U, by_pasted_text("closed: keepalive ping timeout (1011)").size());
  EXPECT_TRUE(by_pasted_text("keepalive").empty());
  EXPECT_TRUE(by_pasted_text("keepalive ping timeouts").empty());
}

TEST(guide, finds_names_codes_and_timers) {
  EXPECT_EQ("nginx", find_product("NGINX")->name);
  EXPECT_EQ("engine.io", find_product("Socket.IO")->name);
  EXPECT_EQ(nullptr, find_product("no such thing"));
  EXPECT_FALSE(by_code(4401).empty());
  EXPECT_TRUE(by_code(4999).empty());
  const auto idle = by_seconds(Trigger::idle, 60.2);
  EXPECT_TRUE(std::any_of(idle.begin(), idle.end(), [](const Entry* e) { return e->product->name == "lighttpd"; }));
  EXPECT_TRUE(by_seconds(Trigger::idle, 59).empty());
  EXPECT_TRUE(fits(600, 611));
  EXPECT_FALSE(fits(600, 613));
}

}  // namespace
}  // namespace whydrop::fieldguide
