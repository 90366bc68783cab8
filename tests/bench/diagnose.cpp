// What the diagnosis of a session costs: bench_diagnose [MESSAGES]   prints milliseconds of processor time, the median
// of rounds
#include "diagnose/diagnose.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace {

using namespace whydrop;

constexpr int kRounds = 11;

double processor_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

/// A chat: one message of the client's, three of the server's, each in a frame of its own, 50 µs apart.
double one_session(std::uint64_t messages, const std::string& text) {
  constexpr std::int64_t kApart = 50'000;
  diagnose::Diagnoser diagnoser;
  session::Event event;
  event.conn = 1;
  const auto tell = [&](session::Body body) {
    ++event.seq;
    event.body = std::move(body);
    diagnoser.on_event(event);
  };
  tell(session::Open{});
  session::Response response;
  response.status = 101;
  tell(std::move(response));
  session::Event frame, message;
  frame.conn = message.conn = 1;
  frame.body = session::Frame{};
  message.body = session::Message{};
  auto& told = std::get<session::Frame>(frame.body);
  auto& whole = std::get<session::Message>(message.body);
  told.header.opcode = wire::Opcode::text;
  told.header.fin = true;
  told.header.length = whole.length = whole.wire_length = text.size();
  told.payload = whole.payload = text;
  whole.frames.resize(1);
  const double began = processor_ms();
  for (std::uint64_t i = 0; i < messages; ++i) {
    told.from = whole.from = i % 4 == 0 ? session::Side::client : session::Side::server;
    frame.seq = message.seq = whole.frames[0] = ++event.seq;
    frame.t_ns = message.t_ns = event.t_ns += kApart;
    diagnoser.on_event(frame);
    diagnoser.on_event(message);
  }
  tell(session::Ending{});
  const session::Verdict verdict = diagnoser.conclude(1);
  const double took = processor_ms() - began;
  if (verdict.headline.empty()) {
    std::exit(1);
  }
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t messages = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const std::string text = R"({"type":"message","text":")" + std::string(170, 'a') + R"("})";
  std::vector<double> rounds;
  for (int i = 0; i < kRounds; ++i) {
    rounds.push_back(one_session(messages, text));
  }
  std::sort(rounds.begin(), rounds.end());
  std::printf("%llu messages: %.1f ms\n", static_cast<unsigned long long>(messages), rounds[rounds.size() / 2]);
}
