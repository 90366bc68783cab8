#include "capture/reader.hpp"
#include "capture/redactor.hpp"
#include "support/source_tree.hpp"
#include "unit/capture/samples.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace whydrop::capture {
namespace {

using namespace session;
using wire::Opcode;

const std::string kSource = test::in_source_tree("");
const std::string kFolder = kSource + "fixtures/captures/v1.1/";
const std::string kOldFolder = kSource + "fixtures/captures/v1/";  ///< 1.0, as it was written once

class StringSink final : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    text.append(bytes);
    return {};
  }
  std::string text;
};

/// What a Writer makes of `bodies`, numbered from 1, all secrets masked.
std::string written(const std::vector<Body>& bodies) {
  StringSink sink;
  Writer writer(sink, sample_header(), true);
  Redactor redactor({{"guest_token", "guest-1234567890"}}, false);
  std::uint64_t seq = 0;
  for (const Body& body : bodies) {
    ++seq;
    EXPECT_TRUE(writer.on_event(redactor.redact(Event{seq, static_cast<std::int64_t>(seq) * 1'000'000, 1, body})));
    for (Token& token : redactor.take_tokens()) {
      ++seq;
      EXPECT_TRUE(writer.on_event(Event{seq, static_cast<std::int64_t>(seq) * 1'000'000, 1, std::move(token)}));
    }
  }
  EXPECT_TRUE(writer.flush());
  return sink.text;
}

Frame client_frame(Opcode opcode, std::string_view payload) {
  Frame frame = sample_frame(Side::client, opcode, payload);
  frame.header.masked = true;
  frame.header.masking_key = {1, 2, 3, 4};
  return frame;
}

std::vector<Body> upgrade(const std::string& url, const std::vector<Header>& more) {
  Open open;
  open.url = url;
  Request request;
  request.start_line = "GET " + url.substr(url.find('/', 6)) + " HTTP/1.1";
  request.headers = {{"Host", "chat.example", {}}, {"Upgrade", "websocket", {}}};
  request.headers.insert(request.headers.end(), more.begin(), more.end());
  request.size = 180;
  Response response;
  response.start_line = "HTTP/1.1 101 Switching Protocols";
  response.status = 101;
  response.headers = {{"Upgrade", "websocket", {}}};
  response.size = 120;
  return {open,
          Connect{"127.0.0.1:40000", "127.0.0.1:80", 90'000, ""},
          std::move(request),
          std::move(response),
          State{Side::server, Phase::open}};
}

std::string written(const std::vector<Sample>& samples) {
  std::vector<Body> bodies;
  for (const Sample& sample : samples) {
    bodies.push_back(sample.body);
  }
  return written(bodies);
}

std::string all_kinds() {
  return written(first_samples());
}

std::string calls() {
  return written(call_samples());
}

std::string additions() {
  return written(added_samples());
}

std::string redacted() {
  auto bodies = upgrade("ws://chat.example/v1?access_token=abc",
                        {{"Authorization", "Bearer eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.c2ln", {}}});
  bodies.emplace_back(client_frame(Opcode::text, R"({"action":"configure","token":"guest-1234567890"})"));
  Frame first = sample_frame(Side::server, Opcode::text, R"({"n":1,"secret":42,"say":"guest-12)");
  first.header.fin = false;
  bodies.emplace_back(first);
  bodies.emplace_back(sample_frame(Side::server, Opcode::continuation, R"(34567890"})"));
  bodies.emplace_back(sample_frame(Side::server, Opcode::close, "\x03\xF0no guest-1234567890"));
  bodies.emplace_back(Shutdown{Side::server});
  Ending ending;
  ending.by = EndedBy::server;
  ending.read_error = "eof";
  bodies.emplace_back(ending);
  return written(bodies);
}

std::string compressed() {
  auto bodies = upgrade("ws://chat.example/", {{"Sec-WebSocket-Extensions", "permessage-deflate", {}}});
  Frame frame = sample_frame(Side::server, Opcode::text, "\xCA\x48\x04");
  frame.header.rsv = wire::kRsv1;
  bodies.emplace_back(frame);
  bodies.emplace_back(Inflated{Side::server, {6}, true, "hi", 2, "", {}});
  Ending ending;
  ending.how = EndingHow::reset;
  ending.by = EndedBy::server;
  ending.read_error = "connection_reset";
  ending.tcp.state = 7;
  bodies.emplace_back(ending);
  return written(bodies);
}

/// What a killed writer leaves.
std::string cut() {
  auto bodies = upgrade("ws://chat.example/", {});
  bodies.emplace_back(sample_frame(Side::server, Opcode::text, "the last one is cut"));
  std::string text = written(bodies);
  text.resize(text.size() - 30);
  return text;
}

struct Golden {
  const char* file;
  std::string (*make)();
  std::size_t events;
  std::size_t damages;
};

const Golden kGoldens[] = {
    {"all-kinds.ndjson", all_kinds, 40, 0},
    {"redacted.ndjson", redacted, 12, 0},
    {"compressed.ndjson", compressed, 8, 0},
    {"cut.ndjson", cut, 5, 1},
    {"calls.ndjson", calls, 4, 0},
    {"additions.ndjson", additions, 7, 0},
};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(GoldenCaptures, AreWrittenAsTheyWere) {
  for (const Golden& golden : kGoldens) {
    if (std::getenv("WHYDROP_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(kFolder + golden.file, std::ios::binary) << golden.make();
    }
    EXPECT_EQ(golden.make(), content_of(kFolder + golden.file)) << golden.file;
  }
}

TEST(GoldenCaptures, Load) {
  for (const Golden& golden : kGoldens) {
    for (const std::string& folder : {kFolder, kOldFolder}) {
      Reader reader(golden.file);
      reader.feed(content_of(folder + golden.file));
      reader.end();
      std::size_t events = 0, damages = 0;
      for (auto item = reader.next(); item && *item; item = reader.next()) {
        events += std::holds_alternative<Event>(**item) ? 1 : 0;
        damages += std::holds_alternative<Damage>(**item) ? 1 : 0;
      }
      EXPECT_EQ(events, golden.events) << folder << golden.file;
      EXPECT_EQ(damages, golden.damages) << folder << golden.file;
    }
  }
}

/// All lines with all members, but the first.
std::string retold(const std::string& path) {
  Reader reader(path);
  reader.feed(content_of(path));
  reader.end();
  std::string out;
  for (auto item = reader.next(); item && *item; item = reader.next()) {
    if (const auto* event = std::get_if<Event>(&**item)) {
      append_event(out, *event);
    }
  }
  return out;
}

TEST(GoldenCaptures, BothFormatsTellTheSame) {
  for (const Golden& golden : kGoldens) {
    EXPECT_EQ(retold(kFolder + golden.file), retold(kOldFolder + golden.file)) << golden.file;
  }
}

TEST(GoldenCaptures, HoldNoSecret) {
  const std::string text = content_of(kFolder + "redacted.ndjson");
  for (const char* secret : {"guest-1234", "34567890", "abc", "eyJ", "42,"}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  }
}

TEST(GoldenCaptures, FollowTheSchema) {
  std::string command =
      "/usr/bin/python3 " + kSource + "tests/unit/capture/validate.py " + kSource + "fixtures/schemas/capture-v1.json";
  for (const Golden& golden : kGoldens) {
    command += " " + kFolder + golden.file + " " + kOldFolder + golden.file;
  }
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace whydrop::capture
