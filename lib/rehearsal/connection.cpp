#include "rehearsal/connection.hpp"

#include "rehearsal/answers.hpp"
#include "rehearsal/endings.hpp"
#include "rehearsal/frames.hpp"
#include "rehearsal/player.hpp"

#include <utility>
#include <variant>

namespace whydrop::rehearsal {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxMessage = 16U << 20;
constexpr std::size_t kMaxWaiting = 1U << 20;
constexpr auto kPourTime = std::chrono::seconds(60);
constexpr unsigned kIdleSweeps = 3;

bool asks_for_upgrade(const handshake::Head& head) {
  return head.complete && !head.over_limit && head.fault.empty() && head.find("Sec-WebSocket-Key") != nullptr;
}

}  // namespace

Connection::Connection(net::AcceptedStream::Socket socket,
                       const ServerOptions& options,
                       net::SslContext tls,
                       std::shared_ptr<Director> director,
                       Gone gone)
    : options_(options),
      ending_(chosen_ending(options)),
      tls_(std::move(tls)),
      gone_(std::move(gone)),
      stream_(std::make_shared<net::AcceptedStream>(std::move(socket))),
      answer_timer_(stream_->executor()),
      end_timer_(stream_->executor()),
      decoder_(kMaxMessage),
      player_(director ? std::make_shared<Player>(*this, std::move(director)) : nullptr) {}

Connection::~Connection() = default;

bool Connection::asked_for_session() const {
  return !player_ || player_->asked_for_session();
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
    stream_->use_tls(tls_);
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
  if (player_) {
    player_->on_gone();
  }
  stream_->close();
  gone(shared_from_this());
}

void Connection::sweep() {
  const bool waiting = stream_->queued() > 0 || stage_ != Stage::session;
  const bool stuck = waiting && !silent_ && !answering_ && answers_.empty() && stream_->written() == written_at_sweep_;
  written_at_sweep_ = stream_->written();
  idle_sweeps_ = stuck ? idle_sweeps_ + 1 : 0;
  if (idle_sweeps_ >= kIdleSweeps || stream_->closed()) {
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
  if (player_) {
    player_->on_request(request_);
  } else if (!asks_for_upgrade(request())) {
    refuse(refusal(426));
  } else if (ending_.at == EndsAt::request) {
    ending_.act(*this);
  } else {
    upgrade({});
  }
  read_requests();
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
  if (options_.compress && !ending_.declines_compression && player_ == nullptr) {
    if (const auto agreed = accept_deflate(request())) {
      deflate_ = std::make_unique<Deflate>(*agreed, kMaxMessage);
    }
  }
  send(upgrade_head(fault));
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
  if (deflate_) {
    add("Sec-WebSocket-Extensions", extension_value(*accept_deflate(request())));
  }
  if (!fault.extension.empty()) {
    add("Sec-WebSocket-Extensions", fault.extension);
  }
  return head + "\r\n";
}

void Connection::open() {
  stage_ = Stage::session;
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

void Connection::on_frame_bytes(std::string_view bytes) {
  decoder_.feed(bytes);
  while (const auto item = decoder_.next()) {
    const auto* const frame = std::get_if<wire::Frame>(&*item);
    if (silent_ || stage_ != Stage::session || stream_->closed()) {
      continue;
    }
    if (frame == nullptr) {
      close();
    } else {
      on_frame(*frame);
    }
  }
}

void Connection::on_frame(const wire::Frame& frame) {
  if (player_) {
    player_->on_frame(frame);
  }
  if (frame.header.opcode == wire::Opcode::close) {
    on_close(frame.payload);
  } else if (frame.header.opcode == wire::Opcode::ping && !options_.no_pong && !close_sent_) {
    answer(frame.payload.size(), [this, payload = std::string(frame.payload)] {
      if (!silent_ && !close_sent_) {
        send(rehearsal::frame(wire::Opcode::pong, payload));
      }
    });
  } else if (!wire::is_control(frame.header.opcode) && !ended_ && !close_sent_) {
    on_data(frame);
  }
}

void Connection::on_data(const wire::Frame& frame) {
  if (!in_message_) {
    message_opcode_ = frame.header.opcode;
    message_compressed_ = deflate_ && (frame.header.rsv & wire::kRsv1) != 0;
    message_.clear();
  }
  in_message_ = !frame.header.fin;
  if (message_.size() + frame.header.length > kMaxMessage) {
    send_close(close_frame(1009, "more than 16 MiB"));
    return;
  }
  message_.append(frame.payload);
  if (!in_message_) {
    on_message();
  }
}

void Connection::on_message() {
  if (message_compressed_) {
    auto inflated = deflate_->inflate(message_);
    if (!inflated) {
      send_close(close_frame(1007, "the message could not be inflated"));
      return;
    }
    message_ = *std::move(inflated);
  }
  if (player_) {
    answer(message_.size(), player_->on_message(message_opcode_ == wire::Opcode::text, message_compressed_, message_));
    return;
  }
  const std::size_t size = message_.size();  // before the move: arguments have no order
  answer(size, [this, opcode = message_opcode_, zip = message_compressed_, text = std::move(message_)] {
    if (silent_ || ended_ || close_sent_) {
      return;
    }
    if (options_.echo) {
      echo(opcode, zip, text);
    }
    if (++messages_ == options_.after_messages && ending_.at == EndsAt::session) {
      end();
    }
  });
  message_.clear();
}

void Connection::echo(wire::Opcode opcode, bool compressed, std::string_view message) {
  wire::FrameHeader header;
  header.opcode = opcode;
  header.rsv = compressed ? wire::kRsv1 : std::uint8_t{0};
  send(frame(header, compressed ? deflate_->compress(message) : std::string(message)));
}

void Connection::on_close(std::string_view payload) {
  if (ignores_close_) {
    return;
  }
  answer(payload.size(), [this, body = std::string(payload)] {
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

void Connection::send_close(std::string_view close_frame) {
  send(close_frame);
  close_sent_ = true;
}

void Connection::end() {
  if (ended_ || stage_ != Stage::session) {
    return;
  }
  ended_ = true;
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
