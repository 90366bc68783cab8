// Sessions made by hand, for the tests of compare/.
#pragma once

#include "compare/compare.hpp"

#include <string>
#include <string_view>

namespace whydrop::compare {

/// Feeds a Recorder with the events of one session, a millisecond apart.
class Session {
 public:
  /// Whether the session begins with a socket that opens.
  enum class Begun : bool { no, yes };
  explicit Session(Begun begun = Begun::yes) : recorder(nullptr) {
    if (begun == Begun::yes) {
      begin();
    }
  }

  /// A socket opens.
  Session& begin() {
    tell(session::Open{session::Role::websocket, "ws://a.example/", std::nullopt, {}});
    session::Request request;
    request.start_line = "GET /chat?v=1 HTTP/1.1";
    request.headers = {{"Host", "a.example", {}}, {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", {}}};
    tell(request);
    session::Response response;
    response.start_line = "HTTP/1.1 101 Switching Protocols";
    response.status = 101;
    return tell(response);
  }

  Session& client(std::string_view text) { return message(session::Side::client, text); }
  Session& server(std::string_view text) { return message(session::Side::server, text); }
  Session& message(session::Side from, std::string_view text, bool redacted = false) {
    session::Message said;
    said.from = from;
    said.payload = text;
    said.length = text.size();
    said.frames = {seq + 1};
    if (redacted) {
      said.redact = {{0, 1, "token"}};
    }
    return tell(said);
  }
  Session& wait(std::int64_t ms) {
    t_ns += ms * 1'000'000;
    return *this;
  }
  Session& close(session::Side from, std::uint16_t code) {
    const std::string body{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
    session::Frame frame;
    frame.from = from;
    frame.header.opcode = wire::Opcode::close;
    frame.payload = body;
    frame.header.length = body.size();
    return tell(frame);
  }
  Session& end(session::EndingHow how, session::EndedBy by = session::EndedBy::server) {
    session::Ending ending;
    ending.how = how;
    ending.by = by;
    return tell(ending);
  }
  template <typename Body>
  Session& tell(Body body) {
    session::Event event{++seq, t_ns += 1'000'000, conn, std::move(body)};
    (void)recorder.on_event(event);
    return *this;
  }

  Recorder recorder;
  std::uint64_t seq = 0;
  std::uint32_t conn = 1;
  std::int64_t t_ns = 0;
};

inline std::vector<std::string> sentences(const Session& a, const Session& b, Options options = {}) {
  options.a = "A";
  options.b = "B";
  std::vector<std::string> said;
  for (const Difference& difference : compare(a.recorder, b.recorder, options).differences) {
    said.push_back(std::string(name(difference.kind)) + ": " + difference.says);
  }
  return said;
}

}  // namespace whydrop::compare
