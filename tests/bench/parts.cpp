// Where the time of a flood goes: each part of the path of a message by itself, over the messages of a mix.
//   bench_parts [MIX …]   prints nanoseconds of processor time a message and GB of payload a second, the median of
//   rounds
#include "base/secret_keys.hpp"
#include "base/utf8.hpp"
#include "bench/mix.hpp"
#include "capture/decode.hpp"
#include "capture/json_text.hpp"
#include "capture/key_scanner.hpp"
#include "capture/redactor.hpp"
#include "capture/writer.hpp"
#include "engine/pipeline.hpp"
#include "wire/decoder.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace whydrop;

constexpr std::size_t kMessages = 1000, kSize = 200, kRounds = 9, kTurns = 30;

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

[[noreturn]] void fail(const char* part) {
  std::fprintf(stderr, "bench_parts: %s: not what it should be\n", part);
  std::exit(1);
}

/// Where a benchmark's output goes: its bytes are counted.
class Counted final : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    count_ += bytes.size();
    return {};
  }
  std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
};

/// All that a mix's parts work on.
struct Material {
  explicit Material(bench::Mix mix) {
    for (std::size_t i = 0; i < kMessages; ++i) {
      payloads.push_back(bench::message(mix, kSize, i));
      bytes += payloads.back().size();
      wire::append_frame(frames, wire::Opcode::text, payloads.back());
    }
    for (const std::string& payload : payloads) {
      session::Frame frame;
      frame.from = wire::Side::server;
      frame.header.length = payload.size();
      frame.header.length_form = wire::shortest_form(payload.size());
      frame.payload = payload;
      events.push_back({events.size() + 1, static_cast<std::int64_t>(123'456'789 + 987 * events.size()), 1, frame});
      std::string line;
      capture::append_event(line, events.back());
      line.pop_back();
      lines.push_back(std::move(line));
    }
  }

  std::vector<std::string> payloads, lines;
  std::vector<session::Event> events;
  std::string frames;
  std::size_t bytes = 0;
};

/// `run` goes over all messages once.
template <typename Run>
void measure(const char* part, const Material& material, Run run) {
  std::vector<double> times;
  for (std::size_t round = 0; round < kRounds; ++round) {
    const double begin = processor_seconds();
    for (std::size_t turn = 0; turn < kTurns; ++turn) {
      run();
    }
    times.push_back((processor_seconds() - begin) / kTurns);
  }
  std::sort(times.begin(), times.end());
  const double seconds = times[times.size() / 2];
  std::printf("  %-40s %8.1f ns %8.2f GB/s\n",
              part,
              seconds * 1e9 / kMessages,
              static_cast<double>(material.bytes) / seconds * 1e-9);
}

template <typename Each>
void measure_each(const char* part, const Material& material, Each each) {
  measure(part, material, [&] {
    for (const std::string& payload : material.payloads) {
      each(payload);
    }
  });
}

void decode_frames(const Material& material) {
  wire::FrameDecoder decoder(1U << 20);
  std::size_t count = 0;
  decoder.feed(material.frames);
  while (decoder.next()) {
    ++count;
  }
  if (count != kMessages) {
    fail("frames");
  }
}

/// A pipeline whose session is open.
class Session {
 public:
  Session() : pipeline_(engine::PipelineOptions()) {}
  void add(session::EventSink& sink) { pipeline_.add_sink(sink); }
  void open() {
    conn_ = pipeline_.begin({}, 0);
    pipeline_.on_bytes(conn_,
                       session::Side::client,
                       "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                       1);
    pipeline_.on_bytes(conn_,
                       session::Side::server,
                       "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
                       2);
    if (!pipeline_.upgraded(conn_)) {
      fail("the upgrade");
    }
  }
  void receive(std::string_view bytes) { pipeline_.on_bytes(conn_, session::Side::server, bytes, ++now_ns_); }

 private:
  engine::Pipeline pipeline_;
  std::uint32_t conn_ = 0;
  std::int64_t now_ns_ = 2;
};

void measure_pipelines(const Material& material) {
  Session plain;
  plain.open();
  measure("pipeline, no sink", material, [&] { plain.receive(material.frames); });
  Counted out;
  capture::Writer writer(out, capture::CaptureHeader(), false);
  Session captured;
  captured.add(writer);
  captured.open();
  measure("pipeline, capture into nothing", material, [&] { captured.receive(material.frames); });
}

void measure_text(const Material& material) {
  measure_each("validate UTF-8", material, [](std::string_view payload) {
    if (!is_utf8(payload)) {
      fail("UTF-8");
    }
  });
  std::string out;
  measure_each("escape into JSON", material, [&](std::string_view payload) {
    out.clear();
    if (!capture::append_json_text(out, payload)) {
      fail("escape");
    }
  });
  capture::Redactor redactor({}, false);
  measure("look for secrets", material, [&] {
    for (const auto& event : material.events) {
      if (&redactor.redact(event) != &event) {
        fail("secrets");
      }
    }
  });
}

void measure_lines(const Material& material) {
  std::string out;
  measure("encode a line", material, [&] {
    for (const auto& event : material.events) {
      out.clear();
      capture::append_event(out, event);
    }
  });
  capture::FrameLines fast;
  session::Event event;
  measure("decode a line", material, [&] {
    for (const std::string& line : material.lines) {
      if (!fast.decode(line, event)) {
        fail("decode");
      }
    }
  });
  capture::LineDecoder any;
  measure("decode a line of any order", material, [&] {
    for (const std::string& line : material.lines) {
      if (!std::holds_alternative<session::Event>(any.decode(line))) {
        fail("decode");
      }
    }
  });
}

void measure_mix(const char* name) {
  const Material material(bench::parse_mix(name));
  std::size_t written = 0;
  for (const std::string& line : material.lines) {
    written += line.size() + 1;
  }
  std::printf("parts, %s: payload %zu B, captured as %zu B\n", name, material.bytes / kMessages, written / kMessages);
  measure("frames out of bytes", material, [&] { decode_frames(material); });
  measure_text(material);
  measure_lines(material);
  measure_pipelines(material);
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    measure_mix(argv[i]);
  }
  return 0;
}
