// The other end of every benchmark, made so as not to be the bottleneck: blocking sockets, one thread a client, frames
// built once.
//   bench_peer flood COUNT SIZE   sends COUNT text messages of SIZE bytes, then Close 1000, and reads until the client
//   is gone bench_peer sink               reads; answers Close with Close and prints how many data messages came
//   bench_peer echo               sends each data message back
// Prints the port on its first line. Ends after 600 s by itself.
#include "handshake/head.hpp"
#include "wire/decoder.hpp"
#include "wire/encoder.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <variant>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using whydrop::wire::Opcode;

struct Job {
  std::string mode;
  unsigned long count = 0, size = 0;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

/// Reads the upgrade request and answers it; returns what came after the head.
std::string shake_hands(int fd) {
  whydrop::handshake::HeadParser parser(whydrop::handshake::HeadParser::Kind::request);
  char buffer[8192];
  while (true) {
    const auto got = ::read(fd, buffer, sizeof buffer);
    if (got <= 0) {
      return {};
    }
    const std::string_view bytes(buffer, static_cast<std::size_t>(got));
    const auto used = parser.feed(bytes);
    if (parser.done()) {
      const std::string* key = parser.head().find("Sec-WebSocket-Key");
      write_all(
          fd,
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
              whydrop::handshake::accept_key(key ? *key : std::string()) + "\r\n\r\n");
      return std::string(bytes.substr(used));
    }
  }
}

void flood(int fd, const Job& job) {
  const std::string start = R"({"type":"message","n":12345,"text":")";
  const std::string end = "\"}";
  const auto fill = job.size > start.size() + end.size() ? job.size - start.size() - end.size() : 0;
  std::string one;
  whydrop::wire::append_frame(one, Opcode::text, start + std::string(fill, 'a') + end);
  const unsigned long batch = std::clamp(262144UL / one.size(), 1UL, std::max(1UL, job.count));
  std::string many;
  for (unsigned long i = 0; i < batch; ++i) {
    many += one;
  }
  for (unsigned long left = job.count; left > 0;) {
    const auto now = std::min(left, batch);
    if (!write_all(fd, std::string_view(many).substr(0, now * one.size()))) {
      return;
    }
    left -= now;
  }
  std::string close;
  whydrop::wire::append_frame(close, Opcode::close, std::string_view("\x03\xe8", 2));
  write_all(fd, close);
  char buffer[4096];
  [[maybe_unused]] const auto answer = ::read(fd, buffer, sizeof buffer);  // the client's Close: all that it has to say
}

/// Returns false once the client's Close came.
bool answer(int fd, const Job& job, const whydrop::wire::Frame& frame, unsigned long& messages, std::string& out) {
  if (frame.header.opcode == Opcode::close) {
    whydrop::wire::append_frame(out, Opcode::close, frame.payload);
    write_all(fd, out);
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

void serve_frames(int fd, const Job& job, std::string first) {
  whydrop::wire::FrameDecoder decoder(job.mode == "echo" ? 1U << 20 : 125);
  unsigned long messages = 0;
  std::string buffer(262144, '\0');
  std::string_view bytes = first;
  for (bool open = true; open;) {
    decoder.feed(bytes);
    std::string out;
    while (auto item = decoder.next()) {
      const auto* frame = std::get_if<whydrop::wire::Frame>(&*item);
      open = open && frame && answer(fd, job, *frame, messages, out);
    }
    if (open && !out.empty()) {
      write_all(fd, out);
    }
    if (open) {
      const auto got = ::read(fd, buffer.data(), buffer.size());
      open = got > 0;
      bytes = std::string_view(buffer).substr(0, open ? static_cast<std::size_t>(got) : 0);
    }
  }
  std::printf("%lu messages\n", messages);
  std::fflush(stdout);
}

void serve(int fd, const Job& job) {
  std::string first = shake_hands(fd);
  if (job.mode == "flood") {
    flood(fd, job);
  } else {
    serve_frames(fd, job, std::move(first));
  }
  ::close(fd);
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  ::alarm(600);
  Job job;
  job.mode = argc > 1 ? argv[1] : "echo";
  job.count = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  job.size = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 0;
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
