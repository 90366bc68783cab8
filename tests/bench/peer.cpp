// The other end of every benchmark, made so as not to be the bottleneck: blocking sockets, one thread a client, frames
// built once.
//   bench_peer flood COUNT SIZE MIX   sends COUNT text messages of SIZE bytes, then Close 1000, and reads until the
//   client
//                                     is gone
//   bench_peer sink                   reads; answers Close with Close and prints how many data messages came
//   bench_peer echo                   sends each data message back
//   bench_peer lines COUNT SIZE MIX   no peer: prints the messages, a line each
// MIX is plain or chat (mix.hpp); "tls" behind it: over TLS; "deflate": compressed, without context takeover. Prints
// the port on its first line. Ends after 600 s by itself.
#include "bench/link.hpp"
#include "bench/mix.hpp"
#include "handshake/head.hpp"
#include "wire/decoder.hpp"
#include "wire/deflate.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

namespace {

using whydrop::bench::Link;
using whydrop::wire::Opcode;

struct Job {
  std::string mode;
  unsigned long count = 0, size = 0;
  whydrop::bench::Mix mix = whydrop::bench::Mix::plain;
  SSL_CTX* tls = nullptr;
  bool deflate = false;
};

/// Reads the upgrade request and answers it; returns what came after the head.
std::string shake_hands(Link& link, bool deflate) {
  whydrop::handshake::HeadParser parser(whydrop::handshake::HeadParser::Kind::request);
  char buffer[8192];
  while (true) {
    const auto got = link.read(buffer, sizeof buffer);
    if (got <= 0) {
      return {};
    }
    const std::string_view bytes(buffer, static_cast<std::size_t>(got));
    const auto used = parser.feed(bytes);
    if (parser.done()) {
      const std::string* key = parser.head().find("Sec-WebSocket-Key");
      link.write_all(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
          whydrop::handshake::accept_key(key ? *key : std::string()) +
          (deflate ? "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover" : "") + "\r\n\r\n");
      return std::string(bytes.substr(used));
    }
  }
}

/// The message number `n` as a frame.
void append_message(std::string& out, const Job& job, unsigned long n) {
  const std::string message = whydrop::bench::message(job.mix, job.size, n);
  if (!job.deflate) {
    whydrop::wire::append_frame(out, Opcode::text, message);
    return;
  }
  static whydrop::wire::Deflater deflater({false, 15});
  const std::string compressed = deflater.compress(message);
  whydrop::wire::FrameHeader header;
  header.rsv = whydrop::wire::kRsv1;
  header.length = compressed.size();
  whydrop::wire::append_frame(out, header, compressed);
}

void flood(Link& link, const Job& job) {
  // So many that the next one is not the last but one again, and few enough to stay in the cache of a small machine.
  const unsigned long batch = std::clamp(262144UL / std::max(1UL, job.size), 1UL, std::max(1UL, job.count));
  std::string many;
  std::vector<std::size_t> ends{0};
  for (unsigned long i = 0; i < batch; ++i) {
    append_message(many, job, i);
    ends.push_back(many.size());
  }
  for (unsigned long left = job.count; left > 0;) {
    const auto now = std::min(left, batch);
    if (!link.write_all(std::string_view(many).substr(0, ends[now]))) {
      return;
    }
    left -= now;
  }
  std::string close;
  whydrop::wire::append_frame(close, Opcode::close, std::string_view("\x03\xe8", 2));
  link.write_all(close);
  char buffer[4096];
  [[maybe_unused]] const auto answer = link.read(buffer, sizeof buffer);  // the client's Close: all that it has to say
}

/// Returns false once the client's Close came.
bool answer(Link& link, const Job& job, const whydrop::wire::Frame& frame, unsigned long& messages, std::string& out) {
  if (frame.header.opcode == Opcode::close) {
    whydrop::wire::append_frame(out, Opcode::close, frame.payload);
    link.write_all(out);
    return false;
  }
  if (!is_control(frame.header.opcode)) {
    ++messages;
    if (job.mode == "echo") {
      whydrop::wire::append_frame(out, frame.header.opcode, frame.payload);
    }
  }
  return true;
}

void serve_frames(Link& link, const Job& job, std::string first) {
  whydrop::wire::FrameDecoder decoder(job.mode == "echo" ? 1U << 20 : 125);
  unsigned long messages = 0;
  std::string buffer(262144, '\0');
  std::string_view bytes = first;
  for (bool open = true; open;) {
    decoder.feed(bytes);
    std::string out;
    while (auto item = decoder.next()) {
      const auto* frame = std::get_if<whydrop::wire::Frame>(&*item);
      open = open && frame && answer(link, job, *frame, messages, out);
    }
    if (open && !out.empty()) {
      link.write_all(out);
    }
    if (open) {
      const auto got = link.read(buffer.data(), buffer.size());
      open = got > 0;
      bytes = std::string_view(buffer).substr(0, open ? static_cast<std::size_t>(got) : 0);
    }
  }
  std::printf("%lu messages\n", messages);
  std::fflush(stdout);
}

void serve(int fd, const Job& job) {
  Link link(fd, job.tls);
  std::string first = shake_hands(link, job.deflate);
  if (job.mode == "flood") {
    flood(link, job);
  } else {
    serve_frames(link, job, std::move(first));
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  ::alarm(600);
  Job job;
  job.mode = argc > 1 ? argv[1] : "echo";
  job.count = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  job.size = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
  job.mix = whydrop::bench::parse_mix(argc > 4 ? argv[4] : "");
  for (int i = 5; i < argc; ++i) {
    job.deflate = job.deflate || std::string_view(argv[i]) == "deflate";
    job.tls = std::string_view(argv[i]) == "tls" ? whydrop::bench::make_tls() : job.tls;
  }
  if (job.mode == "lines") {
    for (unsigned long i = 0; i < job.count; ++i) {
      std::puts(whydrop::bench::message(job.mix, job.size, i).c_str());
    }
    return 0;
  }
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener, 64) != 0) {
    return 3;
  }
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  while (true) {
    const int fd = ::accept(listener, nullptr, nullptr);
    if (fd >= 0) {
      std::thread(serve, fd, job).detach();
    }
  }
}
