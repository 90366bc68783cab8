#include "net/client.hpp"

#include "net/client_impl.hpp"
#include "net/proxy.hpp"
#include "net/request_head.hpp"
#include "net/tls.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace whydrop::net {

using session::EndedBy;
using session::EndingHow;

namespace {

// A kill loses the chunk under way and what came before it and is still on its way to a file: together at most 256 KiB.
// A message that is longer is written before the next chunk is read.
constexpr std::size_t kUnflushed = 16 * 1024;
static_assert(kUnflushed + 2 * Stream::kMostRead <= 256 * 1024);
constexpr std::size_t kLowWater = 256 * 1024;
constexpr std::uint64_t kBodyExcerpt = 16 * 1024;
constexpr std::chrono::seconds kBodyWait{1};
constexpr std::chrono::seconds kInterruptWait{1};

/// How much body an answer announces; empty where only the end of the connection tells.
std::optional<std::uint64_t> announced_body(const handshake::Head& head) {
  if (head.status == 101 || head.status == 204 || head.status == 304) {
    return 0;
  }
  const std::string* text = head.find("Content-Length");
  std::uint64_t length = 0;
  if (text == nullptr || std::from_chars(text->data(), text->data() + text->size(), length).ec != std::errc()) {
    return std::nullopt;
  }
  return length;
}

bool looks_like_http(const handshake::Head& head) {
  constexpr std::string_view kStart = "HTTP/";
  const std::string_view raw = head.raw;
  return raw.substr(0, kStart.size()) == kStart.substr(0, std::min(raw.size(), kStart.size()));
}

}  // namespace

Client::Impl::Impl(Loop& l, engine::Tap& t, engine::Actor& a, ConnectOptions o, Done d)
    : loop(l), tap(t), actor(a), options(std::move(o)), done(std::move(d)) {}

void Client::Impl::start() {
  phase = Phase::dialing;
  session::Open open;
  open.url = options.url.text();
  open.parent = options.parent;
  open.limits = limits_of(options);
  open.expect = options.expect;
  conn = tap.begin(std::move(open), loop.now_ns(), [this](const session::Event& event) { observe(event); });
  if (options.connect_timeout.count() > 0) {
    connect_timer.start(options.connect_timeout, [this] { connect_timed_out(); });
  }
  dialer.emplace(loop,
                 options,
                 Dialer::Callbacks{[this](session::Body fact) { dialed(std::move(fact)); },
                                   [this](std::shared_ptr<Stream> it) { connected(std::move(it)); },
                                   [this](const DialFailure& failure) { dial_failed(failure); }});
  dialer->start();
}

// What was ready when the connect time-out struck still reaches these three.
void Client::Impl::dialed(session::Body fact) {
  if (phase == Phase::dialing) {
    tap.on_fact(conn, std::move(fact), loop.now_ns());
  }
}

void Client::Impl::dial_failed(const DialFailure& failure) {
  if (phase == Phase::dialing) {
    end(failure.how, failure.by, failure.detail);
  }
}

void Client::Impl::connect_timed_out() {
  if (phase == Phase::dialing) {
    by_time_out = true;
    dial_failed(dialer->time_out());
  } else {
    end(EndingHow::upgrade_timeout, EndedBy::client, "timed out");
  }
}

void Client::Impl::connected(std::shared_ptr<Stream> connected_stream) {
  if (phase != Phase::dialing) {
    return;
  }
  stream = std::move(connected_stream);
  phase = Phase::upgrading;
  stream->on_write_failed([weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->on_written(self->stream->write_error());
    }
  });
  endpoint.emplace(Endpoint::Callbacks{[this](std::string_view bytes) { queue(bytes); },
                                       [this](const std::string& payload) { return on_ping(payload); }});
  const std::string head = request_head(options, endpoint->key());
  request.feed(head);
  queue(head);
  read();
}

void Client::Impl::read() {
  stream->read([self = shared_from_this()](std::string_view bytes) { self->on_read(bytes); });
}

void Client::Impl::on_read(std::string_view bytes) {
  if (phase == Phase::ended) {
    return;
  }
  if (bytes.empty()) {
    read_ended(stream->read_error());
    return;
  }
  on_chunk(bytes);
  unflushed += bytes.size();
  if (unflushed >= kUnflushed) {
    unflushed = 0;
    tap.flush();
  }
  if (phase != Phase::ended) {
    read();
  }
}

void Client::Impl::on_chunk(std::string_view bytes) {
  last_read_ns = loop.now_ns();
  if (phase == Phase::open) {
    tap.on_bytes(conn, session::Side::server, bytes, last_read_ns);
    watch_frame_under_way();
    act();
  } else if (phase == Phase::upgrading) {
    on_answer(bytes);
  } else {
    on_refusal_body(bytes);
  }
}

void Client::Impl::on_answer(std::string_view bytes) {
  while (!answer.done() && !bytes.empty()) {
    const std::size_t used = answer.feed(bytes);
    tap.on_bytes(conn, session::Side::server, bytes.substr(0, used), last_read_ns);
    bytes.remove_prefix(used);
    if (handshake::is_interim(answer.head())) {
      answer = handshake::HeadParser(handshake::HeadParser::Kind::response);
    }
  }
  if (answer.done()) {
    answered(bytes);
  }
}

void Client::Impl::answered(std::string_view rest) {
  connect_timer.stop();
  if (tap.upgraded(conn)) {
    phase = Phase::open;
    endpoint->open(handshake::negotiate(request.head(), answer.head()));
    opened();
    if (!rest.empty() && phase == Phase::open) {
      on_chunk(rest);
    }
    return;
  }
  phase = Phase::refused;
  body_timer.start(kBodyWait, [this] { refuse(); });
  on_refusal_body(rest);
}

void Client::Impl::on_refusal_body(std::string_view bytes) {
  body_bytes += bytes.size();
  if (!bytes.empty()) {
    tap.on_bytes(conn, session::Side::server, bytes, last_read_ns);
  }
  constexpr std::string_view kLastChunk = "0\r\n\r\n";
  body_tail = (body_tail + std::string(bytes.substr(bytes.size() - std::min(bytes.size(), kLastChunk.size()))));
  body_tail.erase(0, body_tail.size() - std::min(body_tail.size(), kLastChunk.size()));
  const bool last_chunk = answer.head().find("Transfer-Encoding") != nullptr && body_tail == kLastChunk;
  const auto announced = announced_body(answer.head());
  if (last_chunk || body_bytes >= announced.value_or(kBodyExcerpt) || body_bytes >= kBodyExcerpt) {
    refuse();
  }
}

void Client::Impl::refuse() {
  const handshake::Head& head = answer.head();
  // Given up at a limit of ours, the answer is not the server's refusal.
  end(EndingHow::upgrade_refused,
      head.too_large ? EndedBy::client : EndedBy::server,
      head.too_large     ? head.fault
      : head.status == 0 ? "the answer is not HTTP"
                         : head.start_line);
}

void Client::Impl::read_ended(const std::error_code& error) {
  read_error = error;
  if (phase == Phase::refused) {
    refuse();
    return;
  }
  if (phase == Phase::upgrading) {
    upgrade_ended(error);
    return;
  }
  const ReadEnd facts{stream->tls(),
                      tap.in_frame(conn, session::Side::server),
                      read_error,
                      write_error,
                      stream->take_socket_error(),
                      stream->tcp_info().state,
                      writing};
  const Classified result = classify(facts);
  end(result.how, result.by, result.how == EndingHow::tls_error ? error.message() : "");
}

void Client::Impl::upgrade_ended(const std::error_code& error) {
  if (error.category() == asio::error::get_ssl_category()) {
    // In TLS 1.3 a server judges our certificate after our part of the handshake is over.
    session::Tls fact;
    const session::Failure failure = tls_failure(error);
    fact.error = failure.words;
    fact.cause = failure.cause;
    tap.on_fact(conn, fact, loop.now_ns());
    end(EndingHow::tls_failed, EndedBy::server, fact.error);
    return;
  }
  if (!looks_like_http(answer.head())) {
    refuse();
    return;
  }
  const bool silent = answer.head().raw.empty();
  end(EndingHow::upgrade_cut,
      EndedBy::server,
      fmt::format("{} {}",
                  error == asio::error::connection_reset ? "reset" : "closed",
                  silent ? "before any answer" : "in the middle of the answer's head"));
}

void Client::Impl::queue(std::string_view bytes) {
  out += bytes;
  was_full = was_full || backlog() >= kLowWater;
  if (writing || write_posted) {
    return;
  }
  // Posted: everything that this turn of the loop has to say shares one write.
  write_posted = true;
  loop.post([self = shared_from_this()] {
    self->write_posted = false;
    if (self->phase != Phase::ended) {
      self->write();
    }
  });
}

void Client::Impl::write() {
  if (writing || write_error || out.empty()) {
    return;
  }
  writing = true;
  in_flight.clear();
  in_flight.swap(out);
  tap.on_bytes(conn, session::Side::client, in_flight, loop.now_ns());
  stream->write(in_flight);
  stream->when_drained([self = shared_from_this()] { self->on_written({}); });
}

void Client::Impl::on_written(const std::error_code& error) {
  writing = false;
  if (phase == Phase::ended) {
    return;
  }
  in_flight.clear();
  if (error) {
    // Reading tells the end, after what the peer said before it; but it need not tell it soon.
    write_error = error;
    write_timer.start(options.linger, [this] { read_ended({}); });
    return;
  }
  write();
  if (backlog() == 0 || (was_full && backlog() < kLowWater)) {
    was_full = false;
    actor.on_writable(*this);
  }
}

session::Awaited Client::Impl::awaited_at(EndingHow how) const {
  session::Awaited awaited = phase == Phase::open ? actor.awaited() : session::Awaited();
  const auto ran_out = [&awaited](const char* limit, std::chrono::nanoseconds length) {
    awaited.limit = limit;
    awaited.limit_ns = length.count();
  };
  if (how == EndingHow::ping_timeout) {
    ran_out("ping-timeout", options.ping_timeout);
  } else if (how == EndingHow::idle_timeout) {
    ran_out("idle-timeout", options.idle_timeout);
  } else if (phase == Phase::upgrading && how == EndingHow::upgrade_timeout) {
    ran_out("connect-timeout", options.connect_timeout);
  } else if (phase == Phase::dialing && by_time_out) {
    ran_out("connect-timeout", options.connect_timeout);
  }
  return awaited;
}

void Client::Impl::end(EndingHow how, EndedBy by, std::string detail) {
  const std::int64_t now = loop.now_ns();
  session::Ending ending{how, by, error_name(read_error), error_name(write_error), std::move(detail), {}};
  ending.awaited = awaited_at(how);
  if (stream) {
    ending.tcp = stream->tcp_info();
  }
  if (read_error == asio::error::eof) {
    tap.on_fact(conn, session::Shutdown{session::Side::server}, now);
  }
  const session::Verdict verdict = tap.end(conn, std::move(ending), now);
  leave();
  loop.post([callback = std::move(done), verdict] { callback(verdict); });
}

void Client::Impl::leave() {
  if (phase == Phase::ended) {
    return;
  }
  phase = Phase::ended;
  tap.unobserve(conn);
  for (OneTimer* timer :
       {&connect_timer, &body_timer, &ping_timer, &pong_timer, &idle_timer, &close_timer, &write_timer}) {
    timer->stop();
  }
  if (stream) {
    stream->send_close_notify();
    stream->close();
  }
  // Posted: this may run inside one of the dialer's callbacks.
  loop.post([self = shared_from_this()] { self->dialer.reset(); });
}

void Client::Impl::interrupt() {
  if (phase == Phase::ended || phase == Phase::idle) {
    return;
  }
  if (phase != Phase::open || interrupted_once) {
    end(EndingHow::interrupted, EndedBy::client, "");
    return;
  }
  interrupted_once = true;
  options.close_timeout = kInterruptWait;
  if (!close_sent) {
    close(1000, "");
  }
  // Counted from now: our Close may wait behind what the server does not read.
  close_within(kInterruptWait);
}

std::vector<session::RunLimit> limits_of(const ConnectOptions& options) {
  std::vector<session::RunLimit> limits = {{"connect-timeout", options.connect_timeout.count()},
                                           {"ping-timeout", options.ping_timeout.count()},
                                           {"idle-timeout", options.idle_timeout.count()},
                                           {"close-timeout", options.close_timeout.count()}};
  limits.insert(limits.end(), options.run_limits.begin(), options.run_limits.end());
  limits.erase(std::remove_if(limits.begin(), limits.end(), [](const auto& limit) { return limit.ns <= 0; }),
               limits.end());
  return limits;
}

Result<void> check(const ConnectOptions& options) {
  if (!options.proxy.url.empty()) {
    if (const auto proxy = parse_proxy(options.proxy); !proxy) {
      return tl::unexpected(proxy.error());
    }
  }
  if (options.url.tls) {
    if (const auto context = make_tls_context(options.tls); !context) {
      return tl::unexpected(context.error());
    }
  }
  return {};
}

Client::Client(Loop& loop, engine::Tap& tap, engine::Actor& actor, ConnectOptions options, Done done)
    : impl_(std::make_shared<Impl>(loop, tap, actor, std::move(options), std::move(done))) {}

Client::~Client() {
  if (impl_->phase != Impl::Phase::idle) {
    impl_->leave();
  }
}

void Client::start() {
  impl_->start();
}
void Client::interrupt() {
  impl_->interrupt();
}
engine::Channel& Client::channel() {
  return *impl_;
}
std::uint32_t Client::conn() const {
  return impl_->conn;
}
const handshake::Head* Client::response() const {
  return impl_->answer.done() ? &impl_->answer.head() : nullptr;
}

}  // namespace whydrop::net
