#pragma once

#include "diagnose/diagnose.hpp"
#include "session/causes.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::diagnose::test {

/// Says the events of a run, one call an event, and gives them to a Diagnoser at once. Facts are numbered from 1.
class Script {
 public:
  explicit Script(Expectation expectation = {}) : diagnoser_(std::move(expectation)) {}

  Script& after_ms(std::int64_t ms) {
    t_ns_ += ms * 1'000'000;
    return *this;
  }
  Script& after_s(std::int64_t s) { return after_ms(s * 1000); }
  Script& conn(std::uint32_t number) {
    conn_ = number;
    return *this;
  }

  Script& fact(session::Body body) {
    give({++seq_, t_ns_, conn_, std::move(body)});
    return *this;
  }
  Script& opinion(session::Body body) {
    give({seq_, t_ns_, conn_, std::move(body)});
    return *this;
  }

  /// The next connection is opened after that one.
  Script& follows(std::uint32_t parent) {
    parent_ = parent;
    return *this;
  }

  /// Who records the connections that are opened from now on.
  Script& seen_by(session::Observer observer) {
    observer_ = observer;
    return *this;
  }

  /// open, request: #1, #2.
  Script& request(std::vector<session::Header> headers = {}) {
    session::Open open{session::Role::websocket, "ws://h/", parent_, {}};
    open.observer = observer_;
    fact(std::move(open));
    session::Request request;
    request.start_line = "GET / HTTP/1.1";
    request.size = request.start_line.size() + 4;
    for (const auto& header : headers) {
      request.size += header.name.size() + header.value.size() + 4;
    }
    request.headers = std::move(headers);
    return fact(std::move(request));
  }
  Script& response(int status, std::string reason, std::vector<session::Header> headers = {}, std::string body = {}) {
    session::Response response;
    response.start_line = status == 0 ? reason : "HTTP/1.1 " + std::to_string(status) + " " + reason;
    response.status = status;
    response.headers = std::move(headers);
    response.body_length = body.size();
    response.body = std::move(body);
    return fact(std::move(response));
  }
  /// open, request, 101: #1 to #3.
  Script& session(std::vector<session::Header> headers = {}, std::string extension = {}) {
    request(std::move(headers));
    std::vector<session::Header> answer;
    if (!extension.empty()) {
      answer.push_back({"Sec-WebSocket-Extensions", extension, {}});
    }
    return response(101, "Switching Protocols", std::move(answer));
  }

  Script& frame(session::Side from, wire::Opcode opcode, std::string payload, std::uint64_t length = 0) {
    session::Frame frame;
    frame.from = from;
    frame.header.opcode = opcode;
    frame.header.length = length == 0 ? payload.size() : length;
    frame.payload = payload;
    return fact(frame);
  }
  /// A message in one frame. `length`: its true size, where only the beginning is given.
  Script& message(
      session::Side from, std::string payload, std::uint64_t length = 0, bool compressed = false, bool text = true) {
    frame(from, text ? wire::Opcode::text : wire::Opcode::binary, payload, length);
    session::Message message;
    message.text = text;
    message.from = from;
    message.frames = {seq_};
    message.compressed = compressed;
    message.payload = payload;
    message.length = length == 0 ? payload.size() : length;
    return opinion(message);
  }
  Script& you(std::string payload, std::uint64_t length = 0) { return message(session::Side::client, payload, length); }
  Script& server(std::string payload) { return message(session::Side::server, std::move(payload)); }
  Script& ping(session::Side from, std::string payload) { return frame(from, wire::Opcode::ping, std::move(payload)); }
  Script& pong(session::Side from, std::string payload) { return frame(from, wire::Opcode::pong, std::move(payload)); }
  Script& close(session::Side from, std::uint16_t code, const std::string& reason = {}) {
    const char bytes[] = {static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
    return frame(from, wire::Opcode::close, std::string(bytes, 2) + reason);
  }
  Script& empty_close(session::Side from) { return frame(from, wire::Opcode::close, ""); }
  Script& finding(const std::string& id, session::Severity severity, session::Party fault, std::uint64_t evidence = 0) {
    session::Finding finding(id, evidence == 0 ? seq_ : evidence);
    finding.severity = severity;
    finding.at_fault = fault;
    finding.says = id + " says";
    return opinion(finding);
  }
  Script& ending(session::EndingHow how, session::Ending ending = {}) {
    ending.how = how;
    return fact(std::move(ending));
  }

  /// Of the profile's sequence machine.
  Script& state(const std::string& name) {
    diagnoser_.set_state(conn_, name);
    return *this;
  }

  session::Verdict verdict() { return diagnoser_.conclude(conn_); }
  session::Verdict run_verdict() { return diagnoser_.conclude_run(); }
  std::uint64_t seq() const { return seq_; }

 private:
  void give(session::Event event) { diagnoser_.on_event(event); }

  Diagnoser diagnoser_;
  std::uint64_t seq_ = 0;
  std::int64_t t_ns_ = 0;
  std::uint32_t conn_ = 1;
  std::optional<std::uint32_t> parent_;
  session::Observer observer_ = session::Observer::client;
};

/// All of a verdict that is words, one a line: what a test compares as a whole.
inline std::string text(const session::Verdict& verdict) {
  std::string out = verdict.headline + "\n";
  const auto code = [](const auto& value) { return value ? std::to_string(*value) : std::string("none"); };
  out += "code " + code(verdict.code) + " " + std::string(session::name(verdict.code_source)) + ", browser " +
         code(verdict.browser_code) + ", by " + std::string(session::name(verdict.ended_by)) + ", how " +
         (verdict.how ? std::string(session::name(*verdict.how)) : "none") + ", cause " +
         (verdict.cause.empty() ? "none" : verdict.cause) + "\n";
  out += verdict.browser_console.empty() ? "" : "console: " + verdict.browser_console + "\n";
  for (const auto& [mark, lines] : {std::pair{"observed: ", &verdict.observed},
                                    {"inferred: ", &verdict.inferred},
                                    {"unknown: ", &verdict.unknown},
                                    {"next: ", &verdict.next}}) {
    for (const auto& line : *lines) {
      out += mark + line + "\n";
    }
  }
  return out;
}

inline std::vector<std::string> ids(const session::Verdict& verdict) {
  std::vector<std::string> list;
  for (const auto& finding : verdict.findings) {
    list.push_back(finding.id);
  }
  return list;
}

}  // namespace whydrop::diagnose::test
