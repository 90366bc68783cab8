#include "capture/filter.hpp"

#include "unit/capture/samples.hpp"

#include <gtest/gtest.h>

namespace whydrop::capture {
namespace {

using namespace session;

constexpr std::int64_t kSecond = 1'000'000'000;

std::vector<Event> events() {
  Request request;
  request.start_line = "GET /chat HTTP/1.1";
  return {{1, 0, 1, request},
          {2, 1 * kSecond, 1, sample_frame(Side::client, wire::Opcode::text, "hello 1")},
          {3, 2 * kSecond, 2, sample_frame(Side::server, wire::Opcode::text, "hello 2")},
          {4, 3 * kSecond, 1, Ending{}},
          {4, 3 * kSecond, 0, Verdict{}}};
}

/// Indexes of the events that pass.
std::string passing(const Filter& filter) {
  auto selector = Selector::make(filter);
  if (!selector) {
    return selector.error().message + "|" + selector.error().hint;
  }
  selector->start("2026-01-02T03:04:05Z");
  std::string out;
  const auto all = events();
  for (std::size_t i = 0; i < all.size(); ++i) {
    out += selector->selects(all[i]) ? std::to_string(i) : "";
  }
  return out;
}

TEST(Selector, SelectsByEachFieldAndKeepsTheVerdict) {
  const auto with = [](void (*change)(Filter&)) {
    Filter filter;
    change(filter);
    return passing(filter);
  };
  EXPECT_EQ(with([](Filter&) {}), "01234");
  EXPECT_EQ(with([](Filter& f) { f.from_seq = 3; }), "234");
  EXPECT_EQ(with([](Filter& f) { f.to_seq = 2; }), "014");
  EXPECT_EQ(with([](Filter& f) { f.since = "2s"; }), "234");
  EXPECT_EQ(with([](Filter& f) { f.until = "1s"; }), "014");
  EXPECT_EQ(with([](Filter& f) { f.since = "2026-01-02T03:04:07Z"; }), "234");
  EXPECT_EQ(with([](Filter& f) { f.until = "2026-01-02T03:04:05Z"; }), "04");
  EXPECT_EQ(with([](Filter& f) { f.conns = {2}; }), "24");
  EXPECT_EQ(with([](Filter& f) { f.kinds = {"frame", "ending"}; }), "123");
  EXPECT_EQ(with([](Filter& f) { f.only = Side::client; }), "0134");
  EXPECT_EQ(with([](Filter& f) { f.only = Side::server; }), "234");
  EXPECT_EQ(with([](Filter& f) { f.grep = "hello [12]"; }), "124");
  EXPECT_EQ(with([](Filter& f) { f.grep = "(?i)get /CHAT"; }), "04");
}

TEST(Selector, SaysWhatIsWrong) {
  const auto with = [](void (*change)(Filter&)) {
    Filter filter;
    change(filter);
    return passing(filter);
  };
  EXPECT_EQ(with([](Filter& f) { f.since = "noon"; }),
            "--since noon: neither a duration nor a time|give 90s, 1m30s or 2026-01-02T03:04:05Z");
  EXPECT_EQ(with([](Filter& f) { f.grep = "("; }), "--grep (: missing ): (|");
  EXPECT_EQ(
      with([](Filter& f) { f.kinds = {"frames"}; }),
      "--kind frames: no such kind|kinds are open, resolve, connect, proxy, tls, request, response, frame, partial, "
      "undecoded, inflated, shutdown, intervention, ending, token, message, state, finding, verdict");
}

class Kept final : public session::EventSink {
 public:
  Result<void> on_event(const Event& event) override {
    seqs += std::to_string(event.seq);
    return {};
  }
  std::string seqs;
};

TEST(SelectingSink, FindsFramesByTheirInflatedContent) {
  Frame compressed;
  compressed.has_payload = false;
  Inflated first, second;
  first.content = "hello there";
  second.content = "good bye";
  const auto passing = [&](const Filter& filter) {
    const auto selector = Selector::make(filter);
    Kept kept;
    SelectingSink sink(*selector, kept);
    for (const Event& event : {Event{1, 0, 1, compressed},
                               Event{2, 0, 1, compressed},
                               Event{3, 0, 1, first},
                               Event{4, 0, 1, compressed},
                               Event{5, 0, 1, second}}) {
      EXPECT_TRUE(sink.on_event(event));
    }
    return kept.seqs;
  };
  Filter filter;
  EXPECT_EQ(passing(filter), "12345");
  filter.grep = "hello";
  EXPECT_EQ(passing(filter), "123");
  filter.grep = "bye";
  EXPECT_EQ(passing(filter), "45");
  filter.kinds = {"frame"};
  EXPECT_EQ(passing(filter), "4");
  filter.grep = "nothing";
  EXPECT_EQ(passing(filter), "");
}

TEST(SelectingSink, SelectsMessagesByTheirTypesWithTheirFrames) {
  const auto frame = [](Side side, const char* payload) { return sample_frame(side, wire::Opcode::text, payload); };
  const auto message = [](Side side, std::string_view payload, std::string type = {}) {
    Message made;
    made.from = side;
    made.payload = payload;
    made.type = std::move(type);
    return made;
  };
  Frame compressed;
  compressed.from = Side::server;
  compressed.has_payload = false;
  Inflated content;
  content.from = Side::server;
  content.content = R"({"type":"b"})";
  const std::vector<Event> all = {{1, 0, 1, sample_frame(Side::client, wire::Opcode::ping, "p")},
                                  {2, 0, 1, frame(Side::client, R"({"type":"a"})")},
                                  {2, 0, 1, message(Side::client, R"({"type":"a"})")},
                                  {3, 0, 1, frame(Side::server, "of a profile, ")},
                                  {4, 0, 2, frame(Side::server, "of another connection")},
                                  {5, 0, 1, frame(Side::server, "its end")},
                                  {5, 0, 1, message(Side::server, "of a profile, its end", "a")},
                                  {6, 0, 1, compressed},
                                  {7, 0, 1, content},
                                  {7, 0, 1, message(Side::server, content.content)},
                                  {8, 0, 1, Ending{}}};
  const auto passing = [&](std::vector<std::string> types) {
    Filter filter;
    filter.types = std::move(types);
    const auto selector = Selector::make(filter);
    Kept kept;
    SelectingSink sink(*selector, kept);
    for (const Event& event : all) {
      EXPECT_TRUE(sink.on_event(event));
    }
    return kept.seqs;
  };
  EXPECT_EQ(passing({"a"}), "1223558");
  EXPECT_EQ(passing({"b"}), "16778");
  EXPECT_EQ(passing({"a", "b"}), "1223556778");
  EXPECT_EQ(passing({"c"}), "18");
}

}  // namespace
}  // namespace whydrop::capture
