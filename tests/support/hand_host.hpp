#pragma once

#include "engine/tap.hpp"
#include "handshake/head.hpp"
#include "run/host.hpp"
#include "session/event.hpp"
#include "support/facts.hpp"
#include "support/hand_clock.hpp"
#include "wire/encoder.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::test {

/// A stream that a test reads.
class TextStream final : public os::Stream {
 public:
  bool is_terminal() const override { return terminal; }
  unsigned width() const override { return terminal ? 80 : 0; }
  bool is_file() const override { return false; }
  bool pause(std::chrono::milliseconds) override { return !reader_is_gone; }

  std::string text;
  bool terminal = false;
  bool reader_is_gone = false;

 private:
  Result<bool> put(std::string_view bytes) override {
    if (!reader_is_gone) {
      text += bytes;
    }
    return !reader_is_gone;
  }
};

/// The far end of one connection, and the endpoint on this side of it: what the actor does is noted and goes over the
/// wire at once; what the server does is said by the test. Everything is told to the tap as bytes.
class HandConnection final : public net::Connection, private engine::Channel {
 public:
  using Play = std::function<void(HandConnection&)>;

  HandConnection(HandClock& clock,
                 engine::Tap& tap,
                 engine::Actor& actor,
                 net::ConnectOptions options,
                 Done done,
                 Play play,
                 std::vector<std::string>& acts)
      : clock_(clock),
        tap_(tap),
        actor_(actor),
        options_(std::move(options)),
        done_(std::move(done)),
        play_(std::move(play)),
        acts_(acts) {}
  ~HandConnection() override { *alive_ = false; }

  void start() override {
    session::Open open;
    open.url = options_.url.text();
    open.parent = options_.parent;
    open.limits = options_.run_limits;
    conn_ = tap_.begin(
        std::move(open), clock_.now_ns(), [this](const session::Event& event) { actor_.on_event(*this, event); });
    acts_.push_back("connect " + options_.url.text());
    clock_.post([this, alive = alive_] {
      if (*alive) {
        play_(*this);
      }
    });
  }
  void interrupt() override {
    if (open_) {
      close(1000, "");
    } else {
      end(session::EndingHow::interrupted, session::EndedBy::client);
    }
  }
  std::uint32_t conn() const override { return conn_; }
  const handshake::Head* response() const override { return response_.status != 0 ? &response_ : nullptr; }

  // What the server does.
  /// It takes the upgrade.
  void accept() {
    answer(
        fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: {}\r\n\r\n",
                    kAccept));
    response_.status = 101;
    open_ = true;
    actor_.on_open(*this);
  }
  /// It refuses the upgrade, with more headers, a line each.
  void refuse(int status, const std::vector<handshake::HeaderField>& headers = {}) {
    std::string head = fmt::format("HTTP/1.1 {} No\r\nContent-Length: 0\r\n", status);
    for (const auto& field : headers) {
      head += field.name + ": " + field.value + "\r\n";
    }
    answer(head + "\r\n");
    response_.status = status;
    response_.fields = headers;
    end(session::EndingHow::upgrade_refused, session::EndedBy::server);
  }
  void says(std::string_view text) { write(session::Side::server, wire::Opcode::text, text); }
  void closes(std::uint16_t code, std::string_view reason = {}) {
    write(session::Side::server, wire::Opcode::close, close_body(code, reason));
    write(session::Side::client, wire::Opcode::close, close_body(code, reason));
    end(session::EndingHow::fin, session::EndedBy::server);
  }
  /// The transport ends, with no Close.
  void end(session::EndingHow how, session::EndedBy by) {
    open_ = false;
    session::Ending ending;
    ending.how = how;
    ending.by = by;
    const session::Verdict verdict = tap_.end(conn_, std::move(ending), clock_.now_ns());
    clock_.post([done = done_, verdict] { done(verdict); });
  }
  /// Later, if this connection is still there.
  void later(std::chrono::nanoseconds delay, std::function<void()> work) {
    clock_.after(delay, [alive = alive_, work = std::move(work)] {
      if (*alive) {
        work();
      }
    });
  }
  /// From now on the server answers each message with itself.
  void echo() { echoes_ = true; }
  const net::ConnectOptions& options() const { return options_; }

 private:
  static std::string close_body(std::uint16_t code, std::string_view reason) {
    std::string body;
    if (code != 0) {
      body += static_cast<char>(code >> 8U);
      body += static_cast<char>(code & 0xFFU);
    }
    return body.append(reason);
  }

  void answer(const std::string& head) {
    std::string request = fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: {}\r\nSec-WebSocket-Version: 13\r\n",
        options_.url.target,
        options_.url.host_header(),
        kKey);
    for (const auto& field : options_.headers) {
      request += field.name + ": " + field.value + "\r\n";
    }
    tap_.on_bytes(conn_, session::Side::client, request + "\r\n", clock_.now_ns());
    tap_.on_bytes(conn_, session::Side::server, head, clock_.now_ns());
  }
  void write(session::Side from, wire::Opcode opcode, std::string_view payload) {
    wire::FrameHeader header;
    header.opcode = opcode;
    header.fin = true;
    header.masked = from == session::Side::client;
    header.masking_key = {1, 2, 3, 4};
    header.length = payload.size();
    header.length_form = wire::shortest_form(payload.size());
    std::string bytes;
    wire::append_frame(bytes, header, payload);
    tap_.on_bytes(conn_, from, bytes, clock_.now_ns());
  }

  // What the actor does.
  void send(engine::Payload kind, std::string_view payload) override {
    acts_.push_back(fmt::format("send {}", payload));
    const std::string kept(payload);
    write(session::Side::client, kind == engine::Payload::text ? wire::Opcode::text : wire::Opcode::binary, kept);
    if (echoes_) {
      clock_.post([this, alive = alive_, kept] {
        if (*alive && open_) {
          says(kept);
        }
      });
    }
    if (on_message) {
      clock_.post([this, alive = alive_, kept] {
        if (*alive && open_) {
          on_message(kept);
        }
      });
    }
    clock_.post([this, alive = alive_] {
      if (*alive && open_) {
        actor_.on_writable(*this);
      }
    });
  }
  void ping(std::string_view payload) override {
    acts_.push_back(fmt::format("ping {}", payload));
    const std::string kept(payload);
    write(session::Side::client, wire::Opcode::ping, kept);
    if (pongs) {
      write(session::Side::server, wire::Opcode::pong, kept);
    }
  }
  void pong(std::string_view payload) override { write(session::Side::client, wire::Opcode::pong, payload); }
  void close(std::uint16_t code, std::string_view reason) override {
    acts_.push_back(fmt::format("close {}", code));
    open_ = false;
    const std::string body = close_body(code, reason);
    clock_.post([this, alive = alive_, body] {
      if (!*alive) {
        return;
      }
      write(session::Side::client, wire::Opcode::close, body);
      write(session::Side::server, wire::Opcode::close, body);
      end(session::EndingHow::fin, session::EndedBy::server);
    });
  }
  void send_raw(std::string_view bytes) override {
    tap_.on_bytes(conn_, session::Side::client, bytes, clock_.now_ns());
  }
  void reset() override { end(session::EndingHow::reset, session::EndedBy::client); }
  std::size_t backlog() const override { return 0; }
  bool open() const override { return open_; }

 public:
  bool pongs = true;  ///< the server answers pings
  /// What the server does when a message has come.
  std::function<void(const std::string&)> on_message;

 private:
  HandClock& clock_;
  engine::Tap& tap_;
  engine::Actor& actor_;
  net::ConnectOptions options_;
  Done done_;
  Play play_;
  std::vector<std::string>& acts_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  handshake::Head response_;
  std::uint32_t conn_ = 0;
  bool open_ = false, echoes_ = false;
};

/// Standard input: chunks that are given one after the other, then its end.
class HandInput final : public run::InputFeed {
 public:
  HandInput(engine::Loop& loop, std::vector<std::string> chunks) : loop_(loop), chunks_(std::move(chunks)) {}
  void start(std::function<void(std::string)> on_chunk, std::function<void()> on_end) override {
    for (std::string& chunk : chunks_) {
      loop_.post([on_chunk, chunk = std::move(chunk)] { on_chunk(chunk); });
    }
    loop_.post(on_end);
  }
  void release() override {}

 private:
  engine::Loop& loop_;
  std::vector<std::string> chunks_;
};

/// A process and a machine of a test's own: files, environment, streams, a clock that only the test moves, and servers
/// that do as the test says.
class HandHost {
 public:
  /// What the server of the nth connection does when it is asked for; the last one stands for all that follow.
  std::vector<HandConnection::Play> servers;
  std::map<std::string, std::string> files, variables;
  std::vector<std::string> input;
  TextStream out, err;
  /// What was done on the network, in order.
  std::vector<std::string> acts;
  std::vector<std::string> hidden;  ///< arguments
  /// What the person at the terminal answers; null: there is none.
  std::function<bool(const std::string& question)> confirm;
  std::vector<os::Command> commands;
  std::vector<std::string> states;  ///< that the service manager was told
  std::int64_t started_ns = 1'700'000'000'000'000'000;

  const run::Host& host() const { return host_; }
  HandClock& clock() { return clock_; }

 private:
  class Network final : public run::Network {
   public:
    explicit Network(HandHost& host) : host_(host) {}
    engine::Loop& loop() override { return host_.clock_; }
    std::unique_ptr<net::Connection> connect(engine::Tap& tap,
                                             engine::Actor& actor,
                                             const net::ConnectOptions& options,
                                             net::Connection::Done done) override {
      const std::size_t n = std::min(host_.connections_++, host_.servers.size() - 1);
      return std::make_unique<HandConnection>(
          host_.clock_, tap, actor, options, std::move(done), host_.servers.at(n), host_.acts);
    }
    net::Loop& sockets() override { throw std::logic_error("a test has no sockets"); }

   private:
    HandHost& host_;
  };

  static std::string value_of(const std::map<std::string, std::string>& values, const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string() : found->second;
  }

  HandClock clock_;
  std::size_t connections_ = 0;
  std::uint32_t random_ = 0;
  run::Host host_{[this](const std::string& name) { return value_of(variables, name); },
                  [this](const std::string& path) -> Result<std::string> {
                    const auto found = files.find(path);
                    return found == files.end() ? fail(ErrorKind::local, "cannot read " + path)
                                                : Result<std::string>(found->second);
                  },
                  out,
                  err,
                  [this] { return std::make_unique<Network>(*this); },
                  [this](engine::Loop& loop) { return std::make_unique<HandInput>(loop, input); },
                  [this] { return started_ns + clock_.now_ns(); },
                  [this] { return ++random_; },
                  [this] { return fmt::format("uuid-{}", ++random_); },
                  [this](std::string_view text) { hidden.emplace_back(text); },
                  [this](const std::string& question) { return confirm && confirm(question); },
                  [this](const os::Command& command) {
                    commands.push_back(command);
                    return Result<void>();
                  },
                  [] { return std::vector<std::string>(); },
                  [this](std::string_view state) { states.emplace_back(state); }};
};

}  // namespace whydrop::test
