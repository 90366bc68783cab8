#include "exports/exporter.hpp"

#include "base/text.hpp"
#include "capture/reader.hpp"
#include "support/source_tree.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

namespace whydrop::exports {
namespace {

class Text final : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    text += bytes;
    return {};
  }
  std::string text;
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Exported {
  std::string text;
  std::vector<std::string> left_out;
};

/// A capture with its opinions, exported.
Exported exported(std::string_view capture, MakeExporter& make) {
  Text out;
  const auto exporter = make(out, "whydrop test");
  capture::Reader reader("capture");
  reader.feed(capture);
  reader.end();
  session::EventSink* sink = nullptr;
  for (auto item = reader.next(); item && *item; item = reader.next()) {
    if (const auto* header = std::get_if<capture::CaptureHeader>(&**item)) {
      sink = &exporter->begin(*header);
    } else if (const auto* event = std::get_if<session::Event>(&**item)) {
      EXPECT_TRUE(sink->on_event(*event));
    }
  }
  EXPECT_TRUE(exporter->end());
  return {out.text, exporter->left_out()};
}

std::filesystem::path sessions() {
  return test::in_source_tree("fixtures/sessions");
}

/// Each format of these sessions stands in expected/, to the byte.
TEST(Exporter, WritesEachFormatToTheByte) {
  struct Row {
    const char* extension;
    MakeExporter* make;
  };
  const Row rows[] = {{"har", make_har}, {"pcapng", make_pcapng}, {"sh", make_curl}, {"ndjson", make_capture}};
  for (const char* name : {"clean-close", "deflate", "drop-reset", "fragments", "refused-403"}) {
    const std::string capture = read_file(sessions() / (std::string(name) + ".ndjson"));
    ASSERT_FALSE(capture.empty()) << name;
    for (const Row& row : rows) {
      const auto path = std::filesystem::path(test::in_source_tree("tests/unit/exports/expected")) /
                        (std::string(name) + "." + row.extension);
      const std::string text = exported(capture, *row.make).text;
      if (std::getenv("WHYDROP_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
      }
      EXPECT_EQ(text, read_file(path)) << path;
    }
  }
}

/// What a format has no place for is told, over all session scripts.
TEST(Exporter, TellsWhatItLeavesOut) {
  std::string lines;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(sessions())) {
    if (entry.path().extension() == ".ndjson") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    const std::string capture = read_file(file);
    for (MakeExporter* make : {&make_har, &make_pcapng, &make_curl, &make_capture}) {
      const Exported result = exported(capture, *make);
      EXPECT_FALSE(result.text.empty()) << file;
      for (const std::string& line : result.left_out) {
        lines += file.stem().string() + ": " + line + "\n";
      }
    }
  }
  const auto path = test::in_source_tree("tests/unit/exports/left_out.txt");
  if (std::getenv("WHYDROP_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << lines;
  }
  EXPECT_EQ(lines, read_file(path));
}

constexpr std::string_view kHeader =
    R"({"whydrop":1,"kind":"capture","started":"2026-01-01T00:00:00Z","tool":"whydrop test","profile":null,)"
    R"("run":{"id":"a","n":1,"of":1,"options":{}},"redacted":[]})"
    "\n";
constexpr std::string_view kVerdict =
    R"({"seq":3,"t_ns":5,"conn":1,"kind":"verdict","code":null,"code_source":"none","browser_code":null,)"
    R"("browser_clean":null,"ended_by":"server","how":"upgrade_refused","close":{"first":null,"received":null,)"
    R"("sent":null},"cause":null,"headline":"no\u001b","observed":[],"inferred":[],"unknown":[],"next":[],)"
    R"("findings":[]})"
    "\n";

std::string curl_of(const std::string& open, const std::string& request) {
  return exported(std::string(kHeader) + R"({"seq":1,"t_ns":0,"conn":1,"kind":"open","role":"websocket",)" + open +
                      "}\n" + R"({"seq":2,"t_ns":1,"conn":1,"kind":"request",)" + request + ",\"size\":9}\n" +
                      std::string(kVerdict),
                  make_curl)
      .text;
}

TEST(Curl, MasksAreVariablesAndNothingOfAPeerIsAnArgumentOfItsOwn) {
  EXPECT_EQ(
      curl_of(R"("url":"wss://h/p?token=xxxx&a='b","parent":null,"redact":[{"at":16,"length":4,"var":"token"}])",
              R"("start_line":"GET /p HTTP/1.1","headers":[{"name":"Host","value":"other"},)"
              R"({"name":"@/etc/passwd","value":"x"},{"name":"Empty","value":""},)"
              R"({"name":"Authorization","value":"Bearer xxxxx","redact":[{"at":7,"length":5,"var":"Authorization"}]},)"
              R"({"name":"Sec-WebSocket-Key","value":"xxxx","redact":[{"at":0,"length":4,"var":"key"}]},)"
              R"({"name":"Cookie","value":"a=xxxx; b=xx","redact":[{"at":2,"length":4,"var":"token"},)"
              R"({"at":10,"length":2,"var":"token"}]}])"),
      R"(# Connection 1: no\x1b
# Masked values are variables, which must be set:
#   SECRET_AUTHORIZATION: 5 bytes of the header Authorization
#   SECRET_TOKEN: 4 bytes of the header Cookie
#   SECRET_TOKEN_2: 2 bytes of the header Cookie
# What follows the answer's head are frames. curl's exit code 28: the session was still open after 10 s.
curl -sS -i -N -g --path-as-is --http1.1 --max-time 10 -o - \
  -H 'Host: other' \
  -H 'Empty;' \
  -H 'Authorization: Bearer '"${SECRET_AUTHORIZATION:?}"'' \
  -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \
  -H 'Cookie: a='"${SECRET_TOKEN:?}"'; b='"${SECRET_TOKEN_2:?}"'' \
  -H 'User-Agent:' \
  -H 'Accept:' \
  --url 'https://h/p?token='"${SECRET_TOKEN:?}"'&a='\''b'
)");
  EXPECT_EQ(curl_of(R"("url":"file:///etc/passwd","parent":null)", R"("start_line":"GET / HTTP/1.1","headers":[])"),
            "");
}

}  // namespace
}  // namespace whydrop::exports
