#include "handshake/head.hpp"

#include <gtest/gtest.h>

namespace whydrop::handshake {
namespace {

TEST(AcceptKey, MatchesTheExampleOfTheRfc) {
  EXPECT_EQ(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(accept_key(""), "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=");
}

std::string describe(const std::optional<std::vector<Extension>>& extensions) {
  if (!extensions) {
    return "broken";
  }
  std::string text;
  for (const auto& extension : *extensions) {
    text += "[" + extension.name;
    for (const auto& [name, value] : extension.parameters) {
      text += ";" + name + "=" + value;
    }
    text += "]";
  }
  return text;
}

TEST(ParseExtensions, FollowsTheGrammar) {
  const std::pair<const char*, const char*> kCases[] = {
      {"permessage-deflate", "[permessage-deflate]"},
      {"a, b", "[a][b]"},
      {"a;x=1;y , b ; z = \"2\"", "[a;x=1;y=][b;z=2]"},
      {", a,,b ,", "[a][b]"},
      {"a;x=\"\\1\\5\"", "[a;x=15]"},
      {"", "broken"},
      {" , ", "broken"},
      {"a b", "broken"},
      {"a;", "broken"},
      {"a;=1", "broken"},
      {"a;x=", "broken"},
      {"a;x=\"\"", "broken"},
      {"a;x=\"1", "broken"},
      {"a;x=\"1\\", "broken"},
      {"a;x=\"1 2\"", "broken"},
      {"a;x=1=2", "broken"},
      {"\"a\"", "broken"},
      {"a/b", "broken"},
  };
  for (const auto& [value, expected] : kCases) {
    EXPECT_EQ(describe(parse_extensions(value)), expected) << value;
  }
}

TEST(ExtensionsOf, JoinsHeaders) {
  Head head;
  EXPECT_EQ(describe(extensions_of(head)), "");
  head.fields = {{"Sec-WebSocket-Extensions", "a"}, {"sec-websocket-extensions", "b;c"}};
  EXPECT_EQ(describe(extensions_of(head)), "[a][b;c=]");
  head.fields = {{"Sec-WebSocket-Extensions", " "}};
  EXPECT_EQ(describe(extensions_of(head)), "broken");
}

Head head_with(std::string_view extensions) {
  Head head;
  if (!extensions.empty()) {
    head.fields.push_back({"Sec-WebSocket-Extensions", std::string(extensions)});
  }
  return head;
}

std::string describe(const Negotiated& agreed) {
  if (!agreed.deflate) {
    return agreed.deflate_fault.empty() ? "none" : agreed.deflate_fault;
  }
  const auto& p = *agreed.deflate;
  return "server " + std::to_string(p.server_max_window_bits) + (p.server_no_context_takeover ? " fresh" : "") +
         ", client " + std::to_string(p.client_max_window_bits) + (p.client_no_context_takeover ? " fresh" : "");
}

struct DeflateCase {
  const char* offer;
  const char* answer;
  const char* expected;
};

const DeflateCase kDeflateCases[] = {
    {"", "", "none"},
    {"permessage-deflate", "", "none"},
    {"permessage-deflate", "permessage-deflate", "server 15, client 15"},
    {"permessage-deflate", "other", "none"},
    {"permessage-deflate; client_max_window_bits",
     "permessage-deflate; client_max_window_bits=9",
     "server 15, client 9"},
    {"permessage-deflate; client_max_window_bits=10",
     "permessage-deflate; client_max_window_bits=\"10\"",
     "server 15, client 10"},
    {"permessage-deflate; server_max_window_bits=12",
     "permessage-deflate; server_max_window_bits=8",
     "server 8, client 15"},
    {"permessage-deflate", "permessage-deflate; server_max_window_bits=8", "server 8, client 15"},
    {"permessage-deflate",
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
     "server 15 fresh, client 15 fresh"},
    {"permessage-deflate; client_no_context_takeover", "permessage-deflate", "server 15, client 15"},
    {"permessage-deflate; server_no_context_takeover, permessage-deflate",
     "permessage-deflate",
     "server 15, client 15"},
    {"", "permessage-deflate", "the request does not offer it"},
    {"permessage-deflate; server_no_context_takeover",
     "permessage-deflate",
     "the offer demands server_no_context_takeover and the answer leaves it out"},
    {"permessage-deflate; server_max_window_bits=10",
     "permessage-deflate",
     "the offer allows server_max_window_bits up to 10 and the answer has none"},
    {"permessage-deflate; server_max_window_bits=10",
     "permessage-deflate; server_max_window_bits=11",
     "the offer allows server_max_window_bits up to 10 and the answer has 11"},
    {"permessage-deflate",
     "permessage-deflate; client_max_window_bits=10",
     "the answer has client_max_window_bits, which the offer does not allow"},
    {"permessage-deflate; client_max_window_bits=9",
     "permessage-deflate; client_max_window_bits=10",
     "the offer has client_max_window_bits=9 and the answer 10"},
    {"permessage-deflate", "permessage-deflate; server_max_window_bits=7", "server_max_window_bits=7 is not 8 to 15"},
    {"permessage-deflate", "permessage-deflate; server_max_window_bits=16", "server_max_window_bits=16 is not 8 to 15"},
    {"permessage-deflate", "permessage-deflate; server_max_window_bits=08", "server_max_window_bits=08 is not 8 to 15"},
    {"permessage-deflate; client_max_window_bits",
     "permessage-deflate; client_max_window_bits",
     "client_max_window_bits=(no value) is not 8 to 15"},
    {"permessage-deflate",
     "permessage-deflate; server_no_context_takeover=1",
     "server_no_context_takeover takes no value, but has \"1\""},
    {"permessage-deflate", "permessage-deflate; speed=9", "speed is no parameter of permessage-deflate"},
    {"permessage-deflate",
     "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
     "server_max_window_bits is given twice"},
    {"permessage-deflate", "permessage-deflate, permessage-deflate", "it is accepted twice"},
    {"permessage-deflate; server_max_window_bits=99",
     "permessage-deflate",
     "the offer is invalid: server_max_window_bits=99 is not 8 to 15"},
    {"permessage-deflate", "permessage-deflate;", "none"},
};

TEST(Negotiate, AgreesOnDeflateOrSaysWhyNot) {
  for (const auto& c : kDeflateCases) {
    EXPECT_EQ(describe(negotiate(head_with(c.offer), head_with(c.answer))), c.expected) << c.offer << " / " << c.answer;
  }
}

TEST(AnswerDeflate, MeetsTheFirstOfferThatItCan) {
  const std::pair<const char*, const char*> rows[] = {
      {"permessage-deflate", "permessage-deflate"},
      {"permessage-deflate; client_max_window_bits", "permessage-deflate"},
      {"permessage-deflate; client_max_window_bits=10", "permessage-deflate"},
      {"permessage-deflate; server_max_window_bits=15", "permessage-deflate; server_max_window_bits=15"},
      {"permessage-deflate; server_max_window_bits=9", "permessage-deflate; server_max_window_bits=9"},
      {"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
      {"x, permessage-deflate; server_max_window_bits=8, permessage-deflate", "permessage-deflate"},
      {"permessage-deflate; unknown, permessage-deflate; server_max_window_bits=10",
       "permessage-deflate; server_max_window_bits=10"},
      {"permessage-deflate; server_max_window_bits", "none"},
      {"permessage-deflate; server_no_context_takeover=1", "none"},
      {"x", "none"},
      {"", "none"},
  };
  for (const auto& [offer, expected] : rows) {
    const Head request = head_with(offer);
    const auto answer = answer_deflate(request);
    EXPECT_EQ(answer ? answer->value : "none", expected) << offer;
    if (answer) {
      const auto agreed = negotiate(request, head_with(answer->value.c_str())).deflate;
      ASSERT_TRUE(agreed) << offer;
      EXPECT_EQ(agreed->server_max_window_bits, answer->agreed.server_max_window_bits) << offer;
      EXPECT_EQ(agreed->server_no_context_takeover, answer->agreed.server_no_context_takeover) << offer;
      EXPECT_EQ(agreed->client_no_context_takeover, answer->agreed.client_no_context_takeover) << offer;
    }
  }
}

TEST(Negotiate, TellsTheSubprotocol) {
  Head response;
  EXPECT_EQ(negotiate({}, response).subprotocol, "");
  response.fields = {{"Sec-WebSocket-Protocol", "chat"}};
  EXPECT_EQ(negotiate({}, response).subprotocol, "chat");
}

TEST(OpensSession, NeedsEveryPartOfTheAnswer) {
  Head request;
  request.fields = {{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  Head good;
  good.status = 101;
  good.complete = true;
  good.fields = {{"Upgrade", "WebSocket"},
                 {"Connection", "keep-alive, upgrade"},
                 {"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}};
  EXPECT_TRUE(opens_session(request, good));
  auto other = good;
  other.status = 200;
  EXPECT_FALSE(opens_session(request, other));
  other = good;
  other.complete = false;
  EXPECT_FALSE(opens_session(request, other));
  for (std::size_t i = 0; i < good.fields.size(); ++i) {
    other = good;
    other.fields[i].value = "x";
    EXPECT_FALSE(opens_session(request, other)) << i;
    other.fields.erase(other.fields.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(opens_session(request, other)) << i;
  }
  EXPECT_FALSE(opens_session(request, other));
  EXPECT_TRUE(opens_session({}, other)) << "without the key no accept value can be judged";
}

TEST(OpensSession, NotWithWhatMostClientsRefuse) {
  const HeaderField kMore[] = {{"Upgrade", "websocket"},
                               {"Upgrade", "h2c"},
                               {"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
                               {"Sec-WebSocket-Extensions", ""},
                               {"", "x"},
                               {"A B", "x"},
                               {"A", std::string("x\0", 2)},
                               {"A", "x\ry"}};
  Head request, good;
  request.fields = {{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  good.status = 101;
  good.complete = true;
  good.fields = {
      {"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}};
  EXPECT_TRUE(opens_session(request, good));
  for (const auto& field : kMore) {
    auto other = good;
    other.fields.push_back(field);
    EXPECT_FALSE(opens_session(request, other)) << field.name << ": " << field.value;
  }
  good.fields[0].value = "websocket, h2c";
  EXPECT_FALSE(opens_session(request, good));
}

TEST(OpensSession, NotWithWhatWasNotAskedFor) {
  Head request;
  request.fields = {{"Sec-WebSocket-Protocol", "chat, superchat"},
                    {"Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=10"}};
  const std::pair<HeaderField, bool> kCases[] = {
      {{"Sec-WebSocket-Protocol", "superchat"}, true},
      {{"Sec-WebSocket-Protocol", "other"}, false},
      {{"Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=9"}, true},
      {{"Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=11"}, false},
      {{"Sec-WebSocket-Extensions", "permessage-bzip2"}, false},
      {{"Sec-WebSocket-Extensions", "a b"}, false},
  };
  for (const auto& [field, opens] : kCases) {
    Head response;
    response.status = 101;
    response.complete = true;
    response.fields = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, field};
    EXPECT_EQ(opens_session(request, response), opens) << field.value;
  }
}

TEST(Interim, IsAWholeAnswerThatAnotherOneFollows) {
  Head head;
  head.status = 103;
  EXPECT_FALSE(is_interim(head));
  head.complete = true;
  EXPECT_TRUE(is_interim(head));
  head.status = 101;
  EXPECT_FALSE(is_interim(head));
  head.status = 200;
  EXPECT_FALSE(is_interim(head));
}

}  // namespace
}  // namespace whydrop::handshake
