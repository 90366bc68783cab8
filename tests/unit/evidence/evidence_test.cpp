#include "evidence/evidence.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

namespace whydrop::evidence {
namespace {

constexpr std::string_view kCapture =
    "{\"whydrop\":1,\"kind\":\"capture\",\"started\":\"2026-01-02T03:04:05Z\",\"tool\":\"t\",\"profile\":null,"
    "\"run\":{\"id\":\"\",\"n\":1,\"of\":1,\"options\":{}},\"redacted\":[]}\n"
    "{\"seq\":1,\"t_ns\":0,\"conn\":1,\"kind\":\"open\",\"role\":\"websocket\",\"url\":\"ws://h/\",\"parent\":null}\n";
constexpr std::string_view kHar =
    R"({"log":{"entries":[{"_resourceType":"websocket","request":{"url":"ws://h/"},"response":{"status":101}}]}})";

ByteSource source_of(std::string text, std::size_t piece) {
  return
      [text = std::move(text), piece, at = std::size_t{0}](char* to, std::size_t size) mutable -> Result<std::size_t> {
        const std::size_t count = std::string_view(text).substr(at).copy(to, std::min(size, piece));
        at += count;
        return count;
      };
}

std::string gzip(std::string_view text) {
  z_stream state{};
  deflateInit2(&state, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 256, '\0');
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  deflate(&state, Z_FINISH);
  out.resize(state.total_out);
  deflateEnd(&state);
  return out;
}

/// The kinds of the items that are read, or the error with its hint.
std::string story(const std::string& file, std::size_t piece) {
  auto reader = open("f", source_of(file, piece));
  if (!reader) {
    return reader.error().message + "; " + reader.error().hint;
  }
  std::string out;
  while (true) {
    const auto item = (*reader)->next();
    if (!item || !*item) {
      return item ? out : out + item.error().message;
    }
    out += std::visit(overloaded{[](const capture::CaptureHeader&) { return std::string("header "); },
                                 [](const session::Event& event) { return std::string(kind_name(event.body)) + " "; },
                                 [](const capture::Damage& damage) { return damage.why + " "; }},
                      **item);
  }
}

TEST(Evidence, IsKnownByWhatItHolds) {
  const std::string har_story = "header open request response ending ";
  const std::pair<std::string, std::string> cases[] = {
      {std::string(kCapture), "header open "},
      {"\xEF\xBB\xBF" + std::string(kCapture), "header open "},
      {std::string(kHar), har_story},
      {gzip(kCapture), "header open "},
      {gzip(kHar), har_story},
      {gzip(kHar).substr(0, 60), "HAR f: byte 30: it stops before its end"},
      {"", "cannot read f: empty; "},
      {" \n", "cannot read f: empty; "},
      {"notes",
       "cannot read f: not a recording but text; it takes a capture, a HAR, a Chromium net log, or a packet capture"},
      {gzip("notes"),
       "cannot read f: not a recording but text; it takes a capture, a HAR, a Chromium net log, or a packet capture"},
      {"\x1F\x8B",
       "cannot read f: not a recording but a gzip file; it takes a capture, a HAR, a Chromium net log, or a packet "
       "capture"},
      {"\x1F\x8Bnonsense", "gzip file f: it cannot be unpacked: unknown compression method; "},
      {R"({"info":{"schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}})",
       "cannot read f: not a recording but a Postman collection; it takes a capture, a HAR, a Chromium net log, or a "
       "packet capture"},
      {R"({"_type":"export","__export_format":4})",
       "cannot read f: not a recording but an Insomnia export; it takes a capture, a HAR, a Chromium net log, or a "
       "packet capture"},
      {R"({"info":{}})",
       "cannot read f: not a recording but other JSON; it takes a capture, a HAR, a Chromium net log, or a packet "
       "capture"},
  };
  for (const auto& [file, expected] : cases) {
    for (const std::size_t piece : {1U, 7U, 100'000U}) {
      EXPECT_EQ(story(file, piece), expected) << file << " by " << piece;
    }
  }
}

TEST(Evidence, SaysWhatIsTaken) {
  EXPECT_EQ(kinds_taken(), "a capture, a HAR, a Chromium net log, or a packet capture");
  EXPECT_EQ(kinds_taken("a list"), "a capture, a HAR, a Chromium net log, a packet capture, or a list");
}

}  // namespace
}  // namespace whydrop::evidence
