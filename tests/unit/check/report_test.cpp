#include "check/report.hpp"

#include "sources.hpp"

#include <cstdlib>
#include <fstream>

namespace whydrop::check {
namespace {

Outcome outcome(const std::string& name, Outcome::Status status) {
  Outcome made;
  made.name = name;
  made.file = "smoke/chat.json";
  made.line = 3;
  made.status = status;
  made.duration_ns = 412'900'000;
  made.started = "2026-01-02T03:04:05.678Z";
  return made;
}

Outcome failed() {
  Outcome made = outcome("chat # is \"answered\"", Outcome::Status::failed);
  made.attempts = 2;
  made.step = "step 3, expect session_ack";
  made.says = "no session_ack came within 5s";
  made.detail = "DROPPED  by the server\n  why: <]]>&\x1b[31m\xff\n";
  made.capture = "out/chat.ndjson";
  made.exit_code = 7;
  return made;
}

std::vector<Outcome> several() {
  Outcome error = outcome("needs a token", Outcome::Status::error);
  error.file = "smoke/o\"ther.json";
  error.line = 0;
  error.says = "variable token is not set: credential";
  error.exit_code = 2;
  Outcome skipped = outcome("later", Outcome::Status::skipped);
  skipped.says = "--fail-fast: one has failed";
  skipped.duration_ns = 0;
  return {outcome("it connects", Outcome::Status::passed), failed(), error, skipped};
}

TEST(report, parses_where_it_goes) {
  const auto told = [](std::string_view text) {
    const auto made = parse_report(text);
    return made ? std::to_string(static_cast<int>(made->kind)) + " " + made->path
                : made.error().message + "; " + made.error().hint;
  };
  EXPECT_EQ(told("junit:out.xml"), "0 out.xml");
  EXPECT_EQ(told("tap"), "1 -");
  EXPECT_EQ(told("ndjson:a:b"), "2 a:b");
  EXPECT_EQ(told("prometheus:w.prom"), "3 w.prom");
  EXPECT_EQ(told("junt:x"), "report junt:x: there is none of this kind; did you mean junit?");
  EXPECT_EQ(told("xyzzy"),
            "report xyzzy: there is none of this kind; it is junit, tap, ndjson, prometheus or html, or junit:FILE");
  EXPECT_EQ(told("tap:"), "report tap:: it names no file; put a path behind the colon, or - for standard output");
}

TEST(report, what_a_peer_said_is_no_command_of_a_ci_server) {
  check::Outcome made;
  made.name = "##vso[task.setvariable]x";
  made.status = check::Outcome::Status::failed;
  made.says = "::set-output name=x::y";
  made.detail = "a [[ATTACHMENT|/etc/passwd]] ##teamcity[buildStop]\n  ::error::x\nsection_start:1:a b::c\n";
  made.capture = "out/a.ndjson";
  for (const std::string& text : {junit({made}, ""), tap_point(1, made)}) {
    for (const char* mark :
         {"[[ATTACHMENT|/etc", "##teamcity[", "##vso[", "\n  ::error", "section_start:", "\"::set"}) {
      EXPECT_EQ(text.find(mark), std::string::npos) << mark << " in " << text;
    }
  }
  EXPECT_NE(junit({made}, "").find("b::c\n[[ATTACHMENT|out/a.ndjson]]"), std::string::npos);
}

TEST(report, junit_is_whole) {
  EXPECT_EQ(junit(several(), "ci-1"), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="whydrop check" tests="4" failures="1" errors="1" time="1.238">
  <testsuite name="smoke/chat.json" tests="3" failures="1" errors="0" skipped="1" time="0.825" file="smoke/chat.json" timestamp="2026-01-02T03:04:05.678Z" hostname="ci-1">
    <properties>
      <property name="capture: chat # is &quot;answered&quot;" value="out/chat.ndjson"/>
      <property name="attempts: chat # is &quot;answered&quot;" value="2"/>
    </properties>
    <testcase name="it connects" classname="smoke/chat.json" time="0.412"/>
    <testcase name="chat # is &quot;answered&quot;" classname="smoke/chat.json" time="0.412">
      <failure message="step 3, expect session_ack: no session_ack came within 5s" type="exit code 7">smoke/chat.json:3: step 3, expect session_ack: no session_ack came within 5s</failure>
      <system-out>DROPPED  by the server
  why: &lt;]]&gt;&amp;\x1b[31m\xff
[[ATTACHMENT|out/chat.ndjson]]
</system-out>
    </testcase>
    <testcase name="later" classname="smoke/chat.json" time="0.000">
      <skipped message="--fail-fast: one has failed"/>
    </testcase>
  </testsuite>
  <testsuite name="smoke/o&quot;ther.json" tests="1" failures="0" errors="1" skipped="0" time="0.412" file="smoke/o&quot;ther.json" timestamp="2026-01-02T03:04:05.678Z" hostname="ci-1">
    <testcase name="needs a token" classname="smoke/o&quot;ther.json" time="0.412">
      <error message="variable token is not set: credential" type="exit code 2">smoke/o&quot;ther.json: variable token is not set: credential</error>
    </testcase>
  </testsuite>
</testsuites>
)");
  EXPECT_EQ(junit({}, ""), R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="whydrop check" tests="0" failures="0" errors="0" time="0.000">
</testsuites>
)");
}

TEST(report, xml_holds_any_bytes) {
  Outcome made = failed();
  made.detail.clear();
  for (int c = 0; c < 256; ++c) {
    made.detail += static_cast<char>(c);
  }
  made.detail += "\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\x98\x80";
  made.name = made.says = made.capture = made.detail;
  const std::string xml = junit({made}, "");
  for (const char c : xml) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << static_cast<int>(c);
  }
  EXPECT_EQ(xml.find("]]>"), std::string::npos);
  EXPECT_EQ(xml.find("\xef\xbf\xbe"), std::string::npos);
  EXPECT_NE(xml.find("\xf0\x9f\x98\x80"), std::string::npos);
}

TEST(report, tap_is_whole) {
  std::string out = tap_head(5);
  std::uint64_t number = 0;
  for (const Outcome& row : several()) {
    out += tap_point(++number, row);
  }
  out += tap_tail(4, 5, "interrupted #2");
  EXPECT_EQ(out, R"(TAP version 14
1..5
ok 1 - it connects
  ---
  duration_ms: 412
  ...
not ok 2 - chat \# is "answered"
  ---
  message: "no session_ack came within 5s"
  severity: fail
  exit_code: 7
  step: "step 3, expect session_ack"
  file: "smoke/chat.json"
  line: 3
  capture: "out/chat.ndjson"
  attempts: 2
  duration_ms: 412
  verdict: "DROPPED  by the server\n  why: <]]>&\\x1b[31m\\xff\n"
  ...
not ok 3 - needs a token
  ---
  message: "variable token is not set: credential"
  severity: error
  exit_code: 2
  file: "smoke/o\"ther.json"
  duration_ms: 412
  ...
ok 4 - later # SKIP --fail-fast: one has failed
Bail out! 4 of 5 checks ended: interrupted \#2
)");
  EXPECT_EQ(tap_tail(5, 5, ""), "");
  EXPECT_EQ(tap_head(0), "TAP version 14\n1..0 # SKIP no checks\n");
}

TEST(report, ndjson_is_whole) {
  EXPECT_EQ(ndjson_line(failed()),
            R"({"type":"check","name":"chat # is \"answered\"","file":"smoke/chat.json","line":3,"status":"failed",)"
            R"("started":"2026-01-02T03:04:05.678Z","duration_ms":412,"attempts":2,"exit_code":7,)"
            R"("step":"step 3, expect session_ack","says":"no session_ack came within 5s",)"
            "\"verdict\":\"DROPPED  by the server\\n  why: "
            "<]]>&\\u001b[31m\xef\xbf\xbd\\n\",\"capture\":\"out/chat.ndjson\"}\n");
  EXPECT_EQ(ndjson_tail(several()),
            "{\"type\":\"summary\",\"checks\":4,\"passed\":1,\"failed\":1,\"error\":1,\"skipped\":1}\n");
}

TEST(report, ndjson_meets_its_schema) {
  json::Json schema_text;
  const std::string text = read_source("fixtures/schemas/check-report-v1.json");
  ASSERT_FALSE(schema_text.parse(text));
  const auto schema = schema::Schema::compile(schema_text, text, "check-report-v1.json", {});
  ASSERT_TRUE(schema) << schema.error().message;
  const auto faults = [&](const std::string& line) {
    json::Json document;
    EXPECT_FALSE(document.parse(line)) << line;
    std::string out;
    for (const auto& fault : schema->check(document.root())) {
      out += fault.says() + "\n";
    }
    return out;
  };
  for (const Outcome& row : several()) {
    EXPECT_EQ(faults(ndjson_line(row)), "");
  }
  EXPECT_EQ(faults(ndjson_tail(several())), "");
  EXPECT_NE(faults(R"({"type":"check","name":"x"})"), "");
  EXPECT_NE(faults(R"({"type":"summary","checks":"1"})"), "");
}

TEST(report, prometheus_is_whole) {
  std::vector<Outcome> rows = several();
  rows.push_back(rows.front());
  EXPECT_EQ(prometheus(rows), R"(# HELP whydrop_check_passed 1 where the check passed, else 0.
# TYPE whydrop_check_passed gauge
whydrop_check_passed{file="smoke/chat.json",check="it connects"} 1
whydrop_check_passed{file="smoke/chat.json",check="chat # is \"answered\""} 0
whydrop_check_passed{file="smoke/o\"ther.json",check="needs a token"} 0
whydrop_check_passed{file="smoke/chat.json",check="it connects",line="3"} 1
# HELP whydrop_check_seconds How long the check took.
# TYPE whydrop_check_seconds gauge
whydrop_check_seconds{file="smoke/chat.json",check="it connects"} 0.412900000
whydrop_check_seconds{file="smoke/chat.json",check="chat # is \"answered\""} 0.412900000
whydrop_check_seconds{file="smoke/o\"ther.json",check="needs a token"} 0.412900000
whydrop_check_seconds{file="smoke/chat.json",check="it connects",line="3"} 0.412900000
# HELP whydrop_check_exit_code Exit code of this check alone.
# TYPE whydrop_check_exit_code gauge
whydrop_check_exit_code{file="smoke/chat.json",check="it connects"} 0
whydrop_check_exit_code{file="smoke/chat.json",check="chat # is \"answered\""} 7
whydrop_check_exit_code{file="smoke/o\"ther.json",check="needs a token"} 2
whydrop_check_exit_code{file="smoke/chat.json",check="it connects",line="3"} 0
# HELP whydrop_checks Checks of the run, by how they went.
# TYPE whydrop_checks gauge
whydrop_checks{status="passed"} 2
whydrop_checks{status="failed"} 1
whydrop_checks{status="error"} 1
whydrop_checks{status="skipped"} 1
)");
}

/// For read_by_others.py, which names a folder.
TEST(report, is_written_for_others) {
  const char* folder = std::getenv("WHYDROP_WRITE_REPORTS");
  if (folder == nullptr) {
    GTEST_SKIP() << "WHYDROP_WRITE_REPORTS names no folder";
  }
  const auto write = [&](const std::string& name, const std::string& text) {
    std::ofstream(std::string(folder) + "/" + name, std::ios::binary) << text;
  };
  const auto points = [](const std::vector<Outcome>& rows) {
    std::string out;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out += tap_point(i + 1, rows[i]);
    }
    return out;
  };
  Outcome bytes = failed();
  for (int c = 0; c < 256; ++c) {
    bytes.detail += static_cast<char>(c);
  }
  bytes.name = bytes.says = bytes.step = bytes.file = bytes.capture = bytes.detail;
  std::vector<Outcome> good{several().front(), several().back()};
  std::string lines = ndjson_line(bytes);
  for (const Outcome& row : several()) {
    lines += ndjson_line(row);
  }
  write("several.xml", junit(several(), "ci-1"));
  write("bytes.xml", junit({bytes}, bytes.name));
  write("none.xml", junit({}, ""));
  write("several.tap", tap_head(4) + points(several()));
  write("passed.tap", tap_head(2) + points(good));
  write("stopped.tap", tap_head(5) + points(several()) + tap_tail(4, 5, "interrupted"));
  write("bytes.tap", tap_head(1) + points({bytes}));
  write("several.prom", prometheus(several()));
  write("bytes.prom", prometheus({bytes}));
  write("several.ndjson", lines + ndjson_tail(several()));
}

TEST(report, lines_for_people) {
  std::string out;
  for (const Outcome& row : several()) {
    out += line_of(row, false) + "\n";
  }
  EXPECT_EQ(out + summary_line(several(), 3'200'000'000), R"(ok    it connects (412 ms)
FAIL  chat # is "answered" (412 ms, attempt 2)
      step 3, expect session_ack: no session_ack came within 5s
ERROR needs a token (412 ms)
      variable token is not set: credential
skip  later (--fail-fast: one has failed)
4 checks: 1 passed, 1 failed, 1 error, 1 skipped in 3.2 s)");
  EXPECT_EQ(line_of(outcome("x", Outcome::Status::passed), true), "\x1b[32mok\x1b[0m    x\x1b[2m (412 ms)\x1b[0m");
  EXPECT_EQ(summary_line({outcome("x", Outcome::Status::passed)}, 5'000'000), "1 check: 1 passed in 5 ms");
  EXPECT_EQ(summary_line({}, 5'000'000), "0 checks in 5 ms");
}

}  // namespace
}  // namespace whydrop::check
