#include "rehearsal/connection.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"
#include "rehearsal/endings.hpp"
#include "rehearsal/frames.hpp"
#include "rehearsal/scenario_session.hpp"
#include "rules/rules.hpp"
#include "session/heads.hpp"
#include "wire/close_code.hpp"

#include <utility>
#include <variant>

namespace whydrop::rehearsal {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxMessage = 16U << 20;
constexpr std::size_t kMaxWaiting = 1U << 20;
constexpr auto kPourTime = std::chrono::seconds(60);
constexpr unsigned kIdleSweeps = 3;
constexpr std::size_t kMaxControl = 125;
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kTooBig = 1009;

/// True for a request that means to open a session, however badly.
bool asks_for_session(const handshake::Head& head) {
  return handshake::has_token(head, "Upgrade", "websocket") || head.find("Sec-WebSocket-Key") != nullptr ||
         head.find("Sec-WebSocket-Version") != nullptr;
}

std::string address_of(const net::Stream& stream) {
  const std::string remote = stream.remote();
  return remote.empty() ? "an address that is gone" : remote;
}

/// "GET /chat", without the query: it may hold a token.
std::string asked(const RequestReader& request) {
  const std::string_view target = request.target();
  return std::string(request.method()) + " " + std::string(target.substr(0, target.find('?')));
}

/// The answer of a lawful server to a request that breaks the rules of the upgrade. RFC 6455 sections 4.2.2 and 4.4.
Reply refusal_of(const session::Finding& fault) {
  const int status = fault.id == "version-wrong" ? 426 : 400;
  Reply reply = error_reply(status, fault.id, fault.says);
  if (status == 426) {
    reply.headers.push_back({"Upgrade", "websocket"});
    reply.headers.push_back({"Sec-WebSocket-Version", "13"});
  }
  return reply;
}

/// The body of the Close that answers one. A body that no server may send is not sent back.
std::string close_answer(std::string_view body) {
  const auto close = session::read_close(body, 0);
  const bool lawful = body.empty() || (close.code && wire::is_sendable(*close.code) && is_utf8(close.reason));
  return lawful ? std::string(body) : wire::close_payload(kProtocolError);
}

/// "1000", "4001 \"bye\"", "no code".
std::string close_words(std::string_view body) {
  const auto close = session::read_close(body, 0);
  return !close.code            ? "no code"
         : close.reason.empty() ? std::to_string(*close.code)
                                : std::to_string(*close.code) + " \"" + close.reason + "\"";
}

}  // namespace

Connection::Connection(net::Socket socket,
                       std::uint64_t number,
                       const ServerOptions& options,
                       net::SslContext tls,
                       std::shared_ptr<ScenarioState> state,
                       Gone gone)
    : options_(options),
      number_(number),
      ending_(chosen_ending(options)),
      tls_(std::move(tls)),
      gone_(std::move(gone)),
      stream_(std::make_shared<net::Stream>(std::move(socket))),
      from_(address_of(*stream_)),
      answer_timer_(stream_->executor()),
      end_timer_(stream_->executor()),
      session_(state ? std::make_shared<ScenarioSession>(*this, std::move(state)) : nullptr) {}

Connection::~Connection() = default;

bool Connection::asked_for_session() const {
  return !session_ || session_->asked_for_session();
}

void Connection::log(std::string_view line) const {
  if (options_.log) {
    options_.log("#" + std::to_string(number_) + " " + escape_for_terminal(line));
  }
}

void Connection::note_end(std::string how) {
  if (how_ended_.empty()) {
    how_ended_ = std::move(how);
  }
}

void Connection::start() {
  stream_->on_closed([self = shared_from_this()] { self->close(); });
  if (ending_.at == EndsAt::accepted) {
    ending_.act(*this);
  } else {
    serve();
  }
  read_on();
}

void Connection::serve() {
  if (tls_) {
    stream_->use_tls(net::TlsCodec(tls_, net::TlsCodec::Role::server));
  }
}

void Connection::close() {
  if (!gone_) {
    return;
  }
  const Gone gone = std::exchange(gone_, nullptr);
  answer_timer_.cancel();
  end_timer_.cancel();
  answers_.clear();
  if (session_) {
    session_->on_gone();
  }
  stream_->close();
  if (observer_) {
    observer_->end();
  }
  if (!requested_) {
    log("from " + from_ + ": it left without a request");
  } else if (opened_) {
    log("ended: " + (how_ended_.empty() ? "this server stopped" : how_ended_));
  }
  gone(shared_from_this());
}

void Connection::sweep() {
  const bool waiting = stream_->queued() > 0 || stage_ != Stage::session;
  const bool stuck = waiting && !silent_ && !answering_ && answers_.empty() && stream_->written() == written_at_sweep_;
  written_at_sweep_ = stream_->written();
  idle_sweeps_ = stuck ? idle_sweeps_ + 1 : 0;
  if (idle_sweeps_ >= kIdleSweeps || stream_->closed()) {
    note_end("the client took nothing more");
    close();
  }
}

// ---- reading --------------------------------------------------------------------------------------------------------

void Connection::read_on() {
  stream_->read([self = shared_from_this()](std::string_view bytes) {
    if (bytes.empty()) {
      self->on_peer_end();
      return;
    }
    self->on_bytes(bytes);
    self->keep_reading();
  });
}

void Connection::keep_reading() {
  paused_ = held_ + unread_.size() > kMaxWaiting;
  if (paused_) {
    return;
  }
  if (stream_->queued() > kMaxWaiting) {
    stream_->when_drained([self = shared_from_this()] { self->read_on(); });
  } else {
    read_on();
  }
}

void Connection::on_peer_end() {
  note_end(stream_->read_error() == asio::error::connection_reset ? "the client reset the connection"
                                                                  : "the client left without a Close");
  stage_ = Stage::finishing;
  stream_->when_drained([self = shared_from_this()] { self->close(); });
}

void Connection::on_bytes(std::string_view bytes) {
  if (silent_ || stage_ == Stage::finishing) {
    return;
  }
  if (stage_ == Stage::request) {
    on_request_bytes(bytes);
  } else {
    on_frame_bytes(bytes);
  }
}

// ---- the upgrade ----------------------------------------------------------------------------------------------------

void Connection::on_request_bytes(std::string_view bytes) {
  unread_.append(bytes);
  read_requests();
}

void Connection::read_requests() {
  if (reading_requests_) {
    return;
  }
  reading_requests_ = true;
  while (stage_ == Stage::request && !answering_ && !unread_.empty()) {
    unread_.erase(0, request_.feed(unread_));
    if (!request_.done()) {
      if (request_.wants_continue()) {
        send("HTTP/1.1 100 Continue\r\n\r\n");
      }
      break;
    }
    answering_ = true;
    answer(0, [this] { on_request(); });
  }
  reading_requests_ = false;
  if (stage_ == Stage::session && !unread_.empty()) {
    on_frame_bytes(std::exchange(unread_, {}));
  }
}

void Connection::on_request() {
  requested_ = true;
  const bool asks = asks_for_session(request());
  const auto fault = asks ? judge_request() : std::nullopt;
  if (fault) {
    log(asked(request_) + ": " + std::to_string(fault->status));
    refuse(write_reply(*fault, false));
  } else if (session_) {
    session_->on_request(request_);
  } else if (!asks) {
    log(asked(request_) + ", which asks for no WebSocket: 426");
    refuse(refusal(426));
  } else if (ending_.at == EndsAt::request) {
    log(asked(request_) + ": the ending " + std::string(ending_.row.name));
    ending_.act(*this);
  } else {
    upgrade({});
  }
  read_requests();
}

/// What the request is refused with; null where it is lawful, or can be served all the same.
std::optional<Reply> Connection::judge_request() {
  const std::string* const agent = request().find("User-Agent");
  log("from " + from_ + (agent != nullptr ? ", " + *agent : ""));
  request_faults_.clear();
  observer_ = std::make_unique<Observer>(kMaxMessage, [this](const session::Event& event) { observe(event); });
  observer_->on_client(request().raw);
  if (request_.fault() != 0) {
    return error_reply(request_.fault(), "bad.request", "The request cannot be read.");
  }
  const bool servable = options_.lenient && request().find("Sec-WebSocket-Key") != nullptr;
  return request_faults_.empty() || servable ? std::nullopt : std::optional(refusal_of(request_faults_.front()));
}

void Connection::reply(std::string_view answer, bool stays) {
  if (!stays) {
    refuse(answer);
    return;
  }
  send(answer);
  request_ = {};
  answering_ = false;
  read_requests();
  if (paused_) {
    keep_reading();
  }
}

void Connection::refuse(std::string_view answer) {
  send(answer);
  finish();
}

void Connection::upgrade(const UpgradeFault& fault) {
  // A profile's limits are those of frames as the client wrote them; no server of one is known to compress.
  if (options_.compress && !ending_.declines_compression && session_ == nullptr) {
    if (auto answer = handshake::answer_deflate(request())) {
      const auto& agreed = answer->agreed;
      deflater_.emplace(wire::Deflater::Options{!agreed.server_no_context_takeover, agreed.server_max_window_bits});
      extension_ = std::move(answer->value);
    }
  }
  const std::string head = upgrade_head(fault);
  send(head);
  observer_->on_server(head);
  if (!session_) {
    log(asked(request_) + ": 101");
  }
  open();
}

std::string Connection::upgrade_head(const UpgradeFault& fault) {
  std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  const std::string key = *request().find("Sec-WebSocket-Key");
  if (fault.accept != UpgradeFault::Accept::missing) {
    add("Sec-WebSocket-Accept",
        handshake::accept_key(fault.accept == UpgradeFault::Accept::good ? key : "another key than yours"));
  }
  const auto asked = handshake::list_values(request(), "Sec-WebSocket-Protocol");
  const std::string subprotocol = fault.subprotocol.value_or(std::string(asked.empty() ? "" : asked.front()));
  if (!subprotocol.empty()) {
    add("Sec-WebSocket-Protocol", subprotocol);
  }
  if (!extension_.empty()) {
    add("Sec-WebSocket-Extensions", extension_);
  }
  if (!fault.extension.empty()) {
    add("Sec-WebSocket-Extensions", fault.extension);
  }
  return head + "\r\n";
}

void Connection::open() {
  stage_ = Stage::session;
  opened_ = true;
  if (ending_.at != EndsAt::session) {
    return;
  }
  if (options_.after_time.count() > 0) {
    end_timer_.expires_after(options_.after_time);
    end_timer_.async_wait([self = shared_from_this()](asio::error_code error) {
      if (!error) {
        self->end();
      }
    });
  } else if (options_.after_messages == 0) {
    end();
  }
}

// ---- the session ----------------------------------------------------------------------------------------------------

/// True while what the client says still counts.
bool Connection::hears() const {
  return !silent_ && !failed_ && stage_ == Stage::session && !stream_->closed();
}

void Connection::on_frame_bytes(std::string_view bytes) {
  observer_->on_client(bytes);
  answer_control();
  if (framing_lost_ && hears()) {
    note_end("nothing more of what the client sent could be read");
    close();
  } else if (hears()) {
    watch_frame_under_way();
  }
}

/// What came of a frame may be enough to fail on, long before it is whole. RFC 6455 section 8.1.
void Connection::watch_frame_under_way() {
  if (observer_->frame_under_way().value_or(0) > kMaxMessage) {
    fail(kTooBig, "more than 16 MiB");
  } else if (const auto code = options_.lenient ? std::uint16_t{0} : observer_->early_fail_code(); code != 0) {
    observer_->end();  // tells the finding
    fail(code, "");
  }
}

void Connection::observe(const session::Event& event) {
  if (const auto* const finding = std::get_if<session::Finding>(&event.body)) {
    on_finding(*finding);
  }
  if (!hears()) {
    return;
  }
  if (const auto* const frame = std::get_if<session::Frame>(&event.body)) {
    on_frame(*frame);
  } else if (const auto* const inflated = std::get_if<session::Inflated>(&event.body)) {
    inflate_failed_ = !inflated->error.empty();
  } else if (const auto* const message = std::get_if<session::Message>(&event.body)) {
    on_message(*message);
  } else if (std::holds_alternative<session::UndecodedBytes>(event.body)) {
    framing_lost_ = true;
  }
}

void Connection::on_frame(const session::Frame& frame) {
  answer_control();
  if (!hears()) {
    return;
  }
  if (session_) {
    session_->on_frame({frame.header, frame.offset, frame.payload});
  }
  if (wire::is_control(frame.header.opcode)) {
    control_ = Control{frame.header.opcode, std::string(frame.payload)};
  }
}

void Connection::on_finding(const session::Finding& finding) {
  log(std::string(session::name(finding.severity)) + " " + finding.id + ": " + finding.says +
      (finding.citation.empty() ? "" : " (" + finding.citation + ")"));
  if (stage_ == Stage::request) {
    request_faults_.push_back(finding);
    return;
  }
  const rules::Rule* const rule = rules::find_rule(finding.id);
  if (hears() && !options_.lenient && rule != nullptr && rule->fail_code != 0) {
    fail(rule->fail_code, finding.id);
  }
}

/// The frame that came last, which broke no rule, or may.
void Connection::answer_control() {
  if (!control_) {
    return;
  }
  auto control = *std::exchange(control_, std::nullopt);
  if (!hears()) {
    return;
  }
  if (control.opcode == wire::Opcode::close) {
    on_close(std::move(control.payload));
  } else if (control.opcode == wire::Opcode::ping) {
    on_ping(std::move(control.payload));
  }
}

void Connection::on_ping(std::string payload) {
  // A lenient server takes a ping that is too long; a pong as long is against the rules all the same.
  if (options_.no_pong || close_sent_ || payload.size() > kMaxControl) {
    return;
  }
  const std::size_t size = payload.size();
  answer(size, [this, payload = std::move(payload)] {
    if (!silent_ && !close_sent_) {
      send(frame(wire::Opcode::pong, payload));
    }
  });
}

void Connection::on_message(const session::Message& message) {
  if (ended_ || close_sent_) {
    return;
  }
  if (message.length > kMaxMessage || inflate_failed_) {
    fail(kTooBig, "more than 16 MiB");
    return;
  }
  std::string text(message.payload);
  const std::size_t size = text.size();  // before the move: arguments have no order
  if (session_) {
    answer(size, session_->on_message(message.text, message.compressed, text));
    return;
  }
  answer(size, [this, is_text = message.text, zip = message.compressed, text = std::move(text)] {
    if (silent_ || ended_ || close_sent_) {
      return;
    }
    // A lenient server takes a text that is no UTF-8, and must not send one.
    if (options_.echo && (!is_text || is_utf8(text))) {
      echo(is_text, zip, text);
    }
    if (++messages_ == options_.after_messages && ending_.at == EndsAt::session) {
      end();
    }
  });
}

void Connection::echo(bool text, bool compressed, std::string_view message) {
  wire::FrameHeader header;
  header.opcode = text ? wire::Opcode::text : wire::Opcode::binary;
  header.rsv = compressed ? wire::kRsv1 : std::uint8_t{0};
  send(frame(header, compressed ? deflater_->compress(message) : std::string(message)));
}

void Connection::on_close(std::string payload) {
  if (ignores_close_) {
    return;
  }
  note_end("the client closed with " + close_words(payload));
  const std::size_t size = payload.size();
  answer(size, [this, body = close_answer(payload)] {
    if (silent_) {
      return;
    }
    if (!close_sent_) {
      send(frame(wire::Opcode::close, body));
    }
    close_sent_ = true;
    finish();
  });
}

/// Fails the connection: nothing that came later is answered. RFC 6455 section 7.1.7.
void Connection::fail(std::uint16_t code, std::string why) {
  if (std::exchange(failed_, true)) {
    return;
  }
  control_.reset();
  note_end("this server failed it with " + std::to_string(code) + " \"" + why + "\"");
  answer(why.size(), [this, code, why] {
    if (silent_ || stage_ != Stage::session) {
      return;
    }
    if (!close_sent_) {
      send_close(close_frame(code, why));
    }
    if (session_) {
      session_->on_gone();
    }
    finish();
  });
}

void Connection::send_close(std::string_view close_frame) {
  send(close_frame);
  close_sent_ = true;
  note_end("this server sent a Close");
}

void Connection::end() {
  if (ended_ || stage_ != Stage::session) {
    return;
  }
  ended_ = true;
  note_end("this server, by the ending " + std::string(ending_.row.name));
  ending_.act(*this);
}

void Connection::finish() {
  stage_ = Stage::finishing;
  answering_ = false;
  stream_->send_orderly_end();
}

void Connection::release(std::size_t bytes) {
  held_ -= bytes;
  if (paused_) {
    keep_reading();
  }
}

bool Connection::is_behind() const {
  return stream_->queued() > kMaxWaiting;
}

void Connection::pour(Source source) {
  source_ = std::move(source);
  pour_until_ = Clock::now() + kPourTime;
  pour_on();
}

void Connection::pour_on() {
  const std::string bytes = Clock::now() < pour_until_ ? source_() : std::string();
  if (bytes.empty() || stage_ == Stage::finishing) {
    return;
  }
  send(bytes);
  stream_->when_drained([self = shared_from_this()] { self->pour_on(); });
}

// ---- answers, perhaps delayed ---------------------------------------------------------------------------------------

void Connection::answer(std::size_t size, std::function<void()> action) {
  if (options_.delay.count() == 0) {
    action();
    return;
  }
  const std::size_t cost = size + sizeof(Answer);
  held_ += cost;
  answers_.push_back({Clock::now() + options_.delay, cost, std::move(action)});
  if (answers_.size() == 1) {
    arm_answers();
  }
}

void Connection::arm_answers() {
  answer_timer_.expires_at(answers_.front().due);
  answer_timer_.async_wait([self = shared_from_this()](asio::error_code error) {
    if (error || self->answers_.empty()) {
      return;
    }
    const Answer next = std::move(self->answers_.front());
    self->answers_.pop_front();
    self->held_ -= next.cost;
    next.action();
    if (!self->answers_.empty()) {
      self->arm_answers();
    }
    if (self->paused_) {
      self->keep_reading();
    }
  });
}

}  // namespace whydrop::rehearsal
