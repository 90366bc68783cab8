#include "capture/writer.hpp"

#include "capture/reader.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace whydrop::capture {
namespace {

class TextSink final : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

session::Event frame(std::uint64_t seq, std::string_view payload, wire::Opcode opcode = wire::Opcode::text) {
  session::Frame fact;
  fact.from = session::Side::server;
  fact.header.opcode = opcode;
  fact.header.fin = true;
  fact.header.length = payload.size();
  fact.header.length_form = wire::shortest_form(payload.size());
  fact.payload = payload;
  return {seq, static_cast<std::int64_t>(seq) * 1000, 1, fact};
}

/// How many events `text` holds, and what is told of its end.
struct Held {
  std::uint64_t events = 0;
  std::string end;
};
Held read(const std::string& text) {
  Held held;
  Reader reader("c");
  reader.feed(text);
  reader.end();
  for (auto item = reader.next(); item && *item; item = reader.next()) {
    held.events += std::holds_alternative<session::Event>(**item) ? 1 : 0;
    if (const auto* damage = std::get_if<Damage>(&**item)) {
      held.end += damage->limit ? damage->why : "damage: " + damage->why;
    }
  }
  return held;
}

TEST(Writer, StopsAtItsLimitAndSaysSo) {
  const std::string short_text(40, 'a'), long_text(400'000, 'b');
  for (const std::string& payload : {short_text, long_text}) {
    for (const std::uint64_t most : {0ULL, 200ULL, 2'000ULL, 1'000'000ULL}) {
      TextSink sink;
      int reached = 0;
      Writer writer(sink, [] { return CaptureHeader(); }, false, {most, [&] { ++reached; }});
      ASSERT_TRUE(writer.flush());
      const std::size_t first_line = sink.text.size();
      std::uint64_t seq = 0;
      for (const wire::Opcode opcode : {wire::Opcode::text, wire::Opcode::binary}) {
        for (int i = 0; i < 10'000 && sink.text.size() < 4'000'000; ++i) {
          ASSERT_TRUE(writer.on_event(frame(++seq, payload, opcode)));
        }
      }
      ASSERT_TRUE(writer.flush());
      EXPECT_EQ(reached, 1) << most;
      EXPECT_LE(sink.text.size(), first_line + std::max<std::uint64_t>(most, 160));
      EXPECT_GE(sink.text.size() + payload.size() * 4 / 3 + 500, first_line + most);
      const Held held = read(sink.text);
      EXPECT_EQ(held.end.substr(0, 52), "it ends here: its run was to record no more (--max-c") << most;
      EXPECT_EQ(sink.text.substr(sink.text.rfind('{')),
                fmt::format("{{\"seq\":{0},\"t_ns\":{0}000,\"conn\":null,\"kind\":\"limit\",\"bytes\":{1}}}\n",
                            held.events + 1,
                            most));
    }
  }
}

TEST(Writer, WithoutALimitOrWithinItWritesAll) {
  for (const WriterLimit& limit : {WriterLimit(), WriterLimit{1U << 20, nullptr}}) {
    TextSink sink;
    Writer writer(
        sink, [] { return CaptureHeader(); }, false, limit);
    for (std::uint64_t seq = 1; seq <= 1000; ++seq) {
      ASSERT_TRUE(writer.on_event(frame(seq, "hello")));
    }
    ASSERT_TRUE(writer.flush());
    EXPECT_EQ(read(sink.text).events, 1000U);
    EXPECT_EQ(read(sink.text).end, "");
  }
}

}  // namespace
}  // namespace whydrop::capture
