#include "relay/link.hpp"

#include "net/ending.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::relay {

using session::EndedBy;
using session::EndingHow;

namespace {

/// Bytes that wait for a side; more are not read from the other one.
constexpr std::size_t kMostWaiting = 256U << 10;
/// Bytes after which what was told is given to files, where the loop has no time to wait.
constexpr std::size_t kUnflushed = 16U << 10;
/// After a write failed, for the reading of that side to tell why.
constexpr std::chrono::milliseconds kLinger{500};
/// For what is on its way to a client or server that is left.
constexpr std::chrono::seconds kLeave{6};
/// For a client to say where to go, and for the request of one whose server cannot be reached.
constexpr std::chrono::seconds kRequestWait{30};
/// For a client's first byte in a tunnel; a server of another protocol may be the one that speaks first.
constexpr std::chrono::milliseconds kFirstWait{500};

constexpr char kTlsHandshake = '\x16';

/// The URL of a server with another scheme and without a path.
std::string origin_of(const net::Url& url, std::string_view plain, std::string_view secure) {
  const std::string origin = url.text();
  const std::string_view rest = std::string_view(origin).substr(origin.find("://"));
  return std::string(url.tls ? secure : plain) + std::string(rest.substr(0, rest.find('/', 3)));
}

/// The alert of a server whose own TLS could not be had. RFC 8446 section 6.2.
char alert_of(session::Cause cause) {
  switch (cause) {
  case session::Cause::expired:
  case session::Cause::not_yet_valid:
    return 45;  // certificate_expired
  case session::Cause::unknown_issuer:
  case session::Cause::self_signed:
    return 48;  // unknown_ca
  case session::Cause::revoked:
    return 44;  // certificate_revoked
  case session::Cause::hostname_mismatch:
    return 42;  // bad_certificate
  case session::Cause::protocol_version:
    return 70;  // protocol_version
  case session::Cause::none:
  case session::Cause::other:
  case session::Cause::timed_out:
  case session::Cause::nxdomain:
  case session::Cause::servfail:
  case session::Cause::refused:
  case session::Cause::unreachable:
  case session::Cause::not_tls:
  case session::Cause::handshake_alert:
  case session::Cause::handshake_cut:
    return 40;  // handshake_failure
  }
  return 40;
}

/// A fatal alert as a record of its own, before any key was agreed on. RFC 8446 section 5.1.
std::string alert_record(char description) {
  return {21, 3, 3, 0, 2, 2, description};
}

}  // namespace

Link::Link(
    net::Loop& loop, engine::Tap& tap, const RelayOptions& options, Traffic& traffic, net::Socket client, Gone gone)
    : loop_(loop), tap_(tap), options_(options), traffic_(traffic), gone_(std::move(gone)) {
  leg(Side::client).stream = std::make_shared<net::Stream>(std::move(client));
}

void Link::limit(std::chrono::nanoseconds time, std::function<void()> work) {
  loop_.cancel(std::exchange(timer_, 0));
  timer_ = loop_.after(time, [this, work = std::move(work)] {
    timer_ = 0;
    work();
  });
}

void Link::log(const std::string& line) const {
  if (options_.log) {
    options_.log(line);
  }
}

// ---- the way to the server ------------------------------------------------------------------------------------------

void Link::start() {
  if (options_.to) {
    go_to(*options_.to);
    return;
  }
  if (!options_.serves_others && !at_loopback()) {
    log(fmt::format("{} was turned away: it is another machine", client().remote()));
    leg(Side::client).ended = true;
    conclude();
    return;
  }
  asked_.emplace();
  limit(kRequestWait, [this] { conclude(); });
  read(Side::client);
}

bool Link::at_loopback() const {
  const std::string from = legs_[0].stream->remote();
  return from.rfind("127.", 0) == 0 || from.rfind("[::1]:", 0) == 0 || from.rfind("[::ffff:127.", 0) == 0;
}

void Link::on_asking(std::string_view bytes) {
  const auto state = asked_->feed(bytes);
  client().write(asked_->take_answer());
  switch (state) {
  case ForwardRequest::State::more:
    read(Side::client);
    return;
  case ForwardRequest::State::refused:
    log(fmt::format("{} was refused: {}", client().remote(), asked_->why()));
    deny("");
    return;
  case ForwardRequest::State::tunnel:
  case ForwardRequest::State::request:
    break;
  }
  first_ = asked_->left_over();
  net::Url url;
  url.host = asked_->destination().host;
  url.port = asked_->destination().port;
  url.tls = asked_->destination().tls;
  go_to(url);
}

void Link::go_to(const net::Url& url) {
  url_ = url;
  auto found = options_.connect(url);
  if (!found) {
    log(fmt::format("{}: {}", url.origin(), found.error().message));
    deny(asked_ ? asked_->not_reached(found.error().message) : std::string());
    return;
  }
  upstream_ = std::move(*found);
  dial();
}

/// The server is dialled before the client's first byte is read: it sees a connection where the client made one.
void Link::dial() {
  const bool rewrites = asked_ || options_.rewrite.host || options_.rewrite.origin;
  Exchanges::Settings settings;
  settings.websocket_origin = origin_of(url_, "ws", "wss");
  settings.http_origin = origin_of(url_, "http", "https");
  settings.on_verdict = options_.on_verdict;
  if (rewrites) {
    RewriteRules rules = options_.rewrite;
    rules.of_proxy = asked_ && asked_->state() == ForwardRequest::State::request;
    settings.rewrite = [this, rules](const handshake::Head& head) -> std::optional<RewrittenHead> {
      // A connection of ours leads to one server: a request for another one is for a new connection of the client's.
      const std::string_view authority = rules.of_proxy ? absolute_authority(head.start_line) : std::string_view();
      authority_ = authority_.empty() ? std::string(authority) : authority_;
      return authority.empty() || authority == authority_ ? std::optional(rewrite(head, rules)) : std::nullopt;
    };
    settings.pass_on = [this](std::string_view bytes) {
      if (gate_) {
        gate_->feed(Side::client, bytes);
      } else if (leg(Side::server).stream) {
        leg(Side::server).stream->write(bytes);
      }
    };
  }
  for (const Fault& fault : options_.faults) {
    if (fault.act == Fault::Act::refuse) {
      settings.refuses = [chance = fault.chance, random = options_.random] { return random() < chance; };
    }
  }
  exchanges_.emplace(tap_, std::move(settings));
  dialer_.emplace(loop_,
                  upstream_,
                  net::Dialer::Callbacks{[this](session::Body fact) { on_step(std::move(fact)); },
                                         [this](std::shared_ptr<net::Stream> stream) { dialed(std::move(stream)); },
                                         [this](const net::DialFailure& failure) { dial_failed(failure); }});
  if (upstream_.connect_timeout.count() > 0) {
    limit(upstream_.connect_timeout, [this] { dial_failed(dialer_->time_out()); });
  }
  dialer_->start();
}

void Link::on_step(session::Body fact) {
  if (const auto* tls = std::get_if<session::Tls>(&fact)) {
    failed_tls_ = tls->cause;
  }
  exchanges_->on_fact(std::move(fact), now_ns());
}

void Link::dialed(std::shared_ptr<net::Stream> stream) {
  if (over_) {
    return;
  }
  loop_.cancel(std::exchange(timer_, 0));
  leg(Side::server).stream = std::move(stream);
  // Posted: this is one of the dialler's callbacks.
  loop_.post([self = shared_from_this()] { self->dialer_.reset(); });
  for (const Side side : {Side::client, Side::server}) {
    leg(side).stream->on_write_failed([weak = weak_from_this(), side] {
      if (const auto self = weak.lock()) {
        self->on_write_failed(side);
      }
    });
  }
  if (asked_) {
    client().write(asked_->reached());
  }
  wait_for_first();
}

void Link::dial_failed(const net::DialFailure& failure) {
  if (over_) {
    return;
  }
  ending_ = session::Ending{failure.how, failure.by, "", "", failure.detail, {}};
  stage_ = Stage::lost;
  loop_.cancel(std::exchange(timer_, 0));
  if (asked_ && asked_->state() == ForwardRequest::State::tunnel) {
    exchanges_->begin_unasked(session::Role::websocket, now_ns());
    deny(asked_->not_reached(fmt::format("{}: {}", url_.origin(), failure.detail)));
    return;
  }
  limit(kRequestWait, [this] { conclude(); });
  if (first_.empty()) {
    read(Side::client);
  } else {
    on_lost(first_);
  }
}

/// A client that begins TLS, and whose server cannot be reached by it.
void Link::tell_by_alert() {
  const char alert = alert_of(failed_tls_);
  exchanges_->begin_unasked(session::Role::websocket, now_ns());
  exchanges_->on_fact(session::Intervention{session::Meddling::answer,
                                            Side::client,
                                            fmt::format("the relay told the client by TLS alert {}", int{alert})},
                      now_ns());
  deny(alert_record(alert));
}

/// No server to pass the request on to: the client is told so, as HTTP tells it. RFC 9110 section 15.6.3.
void Link::on_lost(std::string_view bytes) {
  if (!exchanges_->asked() && bytes.front() == kTlsHandshake) {
    tell_by_alert();
    return;
  }
  exchanges_->on_bytes(Side::client, bytes, now_ns());
  if (!exchanges_->asked()) {
    read(Side::client);
    return;
  }
  const std::string why = fmt::format("{}: {}", url_.origin(), ending_->detail);
  exchanges_->on_fact(
      session::Intervention{session::Meddling::answer, Side::client, "the relay answered 502 in the server's place"},
      now_ns());
  deny(http_refusal(502, why));
}

/// What a client is left with that cannot be served.
void Link::deny(std::string_view answer) {
  client().write(answer);
  client().send_fin();
  conclude();
}

/// The client's first byte tells whether it speaks TLS.
void Link::wait_for_first() {
  stage_ = Stage::early;
  if (!first_.empty()) {
    on_early(std::exchange(first_, {}));
    return;
  }
  limit(kFirstWait, [this] {
    if (stage_ == Stage::early) {
      read(Side::server);
    }
  });
  read(Side::client);
}

void Link::on_early(std::string_view bytes) {
  loop_.cancel(std::exchange(timer_, 0));
  if (bytes.front() != kTlsHandshake || leg(Side::server).bytes > 0) {
    open(bytes);
  } else if (options_.pass_tls) {
    stage_ = Stage::passing;
    on_bytes(Side::client, bytes);
    read(Side::server);
  } else if (asked_) {
    secure(bytes);
  } else {
    accept_tls(bytes);
  }
}

/// A tunnel in which the client begins TLS: the server's comes first, so that its faults can be told to the client.
void Link::secure(std::string_view first) {
  first_ = first;
  url_.tls = true;
  exchanges_->set_origins(origin_of(url_, "ws", "wss"), origin_of(url_, "http", "https"));
  const auto context = net::make_tls_context(upstream_.tls);
  if (!context) {
    log(context.error().message);
    deny(alert_record(alert_of(session::Cause::other)));
    return;
  }
  handshake_began_ns_ = now_ns();
  handshake_.emplace(leg(Side::server).stream, *context, url_.host, upstream_.tls);
  limit(upstream_.connect_timeout, [this] { secured(asio::error::timed_out); });
  handshake_->start([weak = weak_from_this()](const std::error_code& error) {
    if (const auto self = weak.lock()) {
      self->secured(error);
    }
  });
}

void Link::secured(const std::error_code& error) {
  if (over_ || !handshake_) {
    return;
  }
  loop_.cancel(std::exchange(timer_, 0));
  session::Tls fact = handshake_->fact(error);
  fact.duration_ns = now_ns() - handshake_began_ns_;
  failed_tls_ = fact.cause;
  const std::string words = fact.error;
  exchanges_->on_fact(std::move(fact), now_ns());
  if (!error) {
    leg(Side::server).stream = handshake_->take();
    handshake_.reset();
    accept_tls(std::exchange(first_, {}));
    return;
  }
  ending_ = session::Ending{EndingHow::tls_failed, EndedBy::unknown, "", "", words, {}};
  tell_by_alert();
}

/// The client's TLS ends here, with a certificate of our own authority.
void Link::accept_tls(std::string_view first) {
  const std::string name = asked_ ? url_.host : client().local_address();
  const auto context = options_.certificate(name);
  if (!context) {
    log(context.error().message);
    deny(alert_record(alert_of(session::Cause::other)));
    return;
  }
  client().use_tls(net::TlsCodec(*context, net::TlsCodec::Role::server), first);
  exchanges_->on_fact(session::Intervention{session::Meddling::rewrite,
                                            Side::client,
                                            "the client's TLS ended here, with a certificate of the relay's authority"},
                      now_ns());
  open("");
}

void Link::open(std::string_view first) {
  stage_ = Stage::open;
  if (first.empty()) {
    read(Side::client);
  } else {
    on_bytes(Side::client, first);
  }
  read(Side::server);
}

// ---- bytes and ends -------------------------------------------------------------------------------------------------

void Link::read(Side from) {
  if (over_ || leg(from).ended || std::exchange(leg(from).reading, true)) {
    return;
  }
  // The relay keeps it until it is gone; a stream that did would never let go of it.
  leg(from).stream->read([weak = weak_from_this(), from](std::string_view bytes) {
    const auto self = weak.lock();
    if (!self || self->over_) {
      return;
    }
    self->leg(from).reading = false;
    if (bytes.empty()) {
      self->on_end(from);
    } else {
      self->on_bytes(from, bytes);
    }
  });
}

void Link::on_bytes(Side from, std::string_view bytes) {
  if (from == Side::client) {
    switch (stage_) {
    case Stage::asking:
      on_asking(bytes);
      return;
    case Stage::early:
      on_early(bytes);
      return;
    case Stage::lost:
      on_lost(bytes);
      return;
    case Stage::open:
    case Stage::passing:
      break;
    }
  }
  pass_on(from, bytes);
}

void Link::pass_on(Side from, std::string_view bytes) {
  const std::int64_t now = now_ns();
  leg(from).bytes += bytes.size();
  // Passed on first: what is made of them costs the two nothing. Where faults are done, what is broken was seen before.
  const bool by_exchanges = stage_ != Stage::passing && from == Side::client && exchanges_->passes_on();
  const bool first = options_.faults.empty() && !by_exchanges;
  if (first) {
    leg(wire::other(from)).stream->write(bytes);
    ++traffic_.pieces;
    traffic_.added_ns += now_ns() - now;
  }
  (from == Side::client ? traffic_.client_bytes : traffic_.server_bytes) += bytes.size();
  if (stage_ != Stage::passing) {
    exchanges_->on_bytes(from, bytes, now);
  }
  if (exchanges_->refused()) {
    refuse_by_fault();
    return;
  }
  if (!first && !by_exchanges) {
    deliver(from, bytes);
  }
  unflushed_ += bytes.size();
  if (unflushed_ >= kUnflushed) {
    unflushed_ = 0;
    tap_.flush();
  }
  if (over_) {
    return;
  }
  if (exchanges_->stopped()) {
    client().send_fin();
    leg(Side::server).ended = true;
    conclude();
  } else {
    go_on(from);
  }
}

// ---- faults ---------------------------------------------------------------------------------------------------------

/// Bytes of a side on their way, through the faults where there are any. The gate sees frames only: it begins behind
/// the answer's head.
void Link::deliver(Side from, std::string_view bytes) {
  if (options_.faults.empty()) {
    leg(wire::other(from)).stream->write(bytes);
    return;
  }
  const std::size_t head = gate_ ? 0 : bytes.size() - exchanges_->frame_bytes();
  if (head > 0) {
    leg(wire::other(from)).stream->write(bytes.substr(0, head));
  }
  if (!gate_ && exchanges_->upgraded()) {
    begin_faults();
  }
  if (gate_ && head < bytes.size()) {
    gate_->feed(from, bytes.substr(head));
  }
}

void Link::begin_faults() {
  FaultGate::Outputs outputs;
  outputs.pass = [this](Side from, std::string_view bytes) {
    Leg& to = leg(wire::other(from));
    to.delayed += bytes.size();
    after_what_waits(wire::other(from), bytes.size(), [this, from, &to, copy = std::string(bytes)] {
      to.delayed -= copy.size();
      to.stream->write(copy);
      go_on(from);
    });
  };
  outputs.done = [this](Side from, const Fault&, const std::string& words) { fault_done(from, words); };
  outputs.end = [this](const Fault& fault) { break_off(fault); };
  gate_.emplace(options_.faults, options_.random, std::move(outputs));
  for (const Fault& fault : gate_->faults()) {
    const bool slows =
        fault.act == Fault::Act::delay || fault.act == Fault::Act::jitter || fault.act == Fault::Act::rate;
    if (slows) {
      fault_done(fault.from.value_or(Side::server), fault.text);
    }
    const bool ends = fault.act == Fault::Act::reset || fault.act == Fault::Act::fin || fault.act == Fault::Act::stop;
    if (ends && fault.after_time.count() > 0) {
      fault_timers_.push_back(loop_.after(fault.after_time, [this, &fault] { gate_->due(fault); }));
    }
  }
}

void Link::fault_done(Side from, const std::string& words) {
  exchanges_->on_fact(session::Intervention{session::Meddling::fault, wire::other(from), words}, now_ns());
}

/// Runs `work` behind all that is on its way to a side, as late as the faults make it.
void Link::after_what_waits(Side to, std::size_t bytes, std::function<void()> work) {
  const Side from = wire::other(to);
  const std::int64_t now = now_ns();
  std::int64_t due = now;
  if (const Fault* delay = gate_->find(Fault::Act::delay, from)) {
    due += static_cast<std::int64_t>(delay->value);
  }
  if (const Fault* jitter = gate_->find(Fault::Act::jitter, from)) {
    due += static_cast<std::int64_t>(options_.random() * static_cast<double>(jitter->value));
  }
  due = std::max(due, leg(to).due_ns);
  if (const Fault* rate = gate_->find(Fault::Act::rate, from)) {
    due += static_cast<std::int64_t>(static_cast<double>(bytes) * 1e9 / static_cast<double>(rate->value));
  }
  if (due <= now) {
    work();
    return;
  }
  leg(to).due_ns = due;
  loop_.after(std::chrono::nanoseconds(due - now), [weak = weak_from_this(), work = std::move(work)] {
    if (const auto self = weak.lock(); self && !self->over_) {
      work();
    }
  });
}

/// The upgrade is answered in the server's place, which never sees it.
void Link::refuse_by_fault() {
  const auto refusal = std::find_if(options_.faults.begin(), options_.faults.end(), [](const Fault& fault) {
    return fault.act == Fault::Act::refuse;
  });
  fault_done(Side::server, fmt::format("the upgrade was refused with {}", refusal->value));
  client().write(http_refusal(static_cast<int>(refusal->value), "refused on purpose (--fault)"));
  client().send_fin();
  leg(Side::server).ended = true;
  ending_ = session::Ending{EndingHow::local_close, EndedBy::unknown, "", "", "", {}};
  conclude();
}

/// The session ends here, or stands still, by our own hand.
void Link::break_off(const Fault& fault) {
  if (fault.act == Fault::Act::stop) {
    stopped_by_fault_ = true;
    return;
  }
  // Posted: this is in the middle of the bytes of a side.
  loop_.post([self = shared_from_this(), reset = fault.act == Fault::Act::reset] {
    if (self->over_) {
      return;
    }
    self->ending_ = session::Ending{EndingHow::local_close, EndedBy::unknown, "", "", "", {}};
    for (const Side side : {Side::client, Side::server}) {
      if (reset) {
        self->leg(side).stream->reset();
      } else {
        self->leg(side).stream->send_fin();
      }
    }
    self->conclude();
  });
}

// ---- ends -----------------------------------------------------------------------------------------------------------

void Link::go_on(Side from) {
  if (stopped_by_fault_ || leg(wire::other(from)).delayed >= kMostWaiting) {
    return;
  }
  net::Stream& to = *leg(wire::other(from)).stream;
  if (to.queued() < kMostWaiting) {
    read(from);
  } else {
    to.when_drained([weak = weak_from_this(), from] {
      if (const auto self = weak.lock()) {
        self->read(from);
      }
    });
  }
}

/// What is known of the first end is the session's; the other one follows from it.
void Link::note_end(Side from) {
  if (ending_) {
    return;
  }
  net::Stream& stream = *leg(from).stream;
  const session::TcpInfo tcp = stream.tcp_info();
  const net::Classified found = net::classify({stream.tls(),
                                               exchanges_ && exchanges_->in_frame(from),
                                               stream.read_error(),
                                               stream.write_error(),
                                               stream.take_socket_error(),
                                               tcp.state,
                                               stream.queued() > 0,
                                               from});
  ending_ = session::Ending{found.how,
                            found.by,
                            net::error_name(stream.read_error()),
                            net::error_name(stream.write_error()),
                            found.how == EndingHow::tls_error ? stream.read_error().message() : "",
                            tcp};
}

void Link::on_end(Side from) {
  Leg& ended = leg(from);
  if (leg(wire::other(from)).stream == nullptr) {
    ended.ended = true;
    conclude();
    return;
  }
  if (ended.stream->tls() && !ended.stream->codec().established() && ended.stream->read_error() != asio::error::eof) {
    // Only a client's handshake is under way here.
    ending_ = session::Ending{
        EndingHow::tls_failed,
        EndedBy::client,
        "",
        "",
        fmt::format(
            "the client refused the relay's certificate: {}; whydrop proxy ca --install-hint says how it is trusted",
            net::tls_failure(ended.stream->read_error()).words),
        {}};
    exchanges_->begin_unasked(session::Role::websocket, now_ns());
  }
  note_end(from);
  if (gate_) {
    after_what_waits(wire::other(from), 0, [this, from] { hand_on_end(from); });
  } else {
    hand_on_end(from);
  }
}

/// Does to the other side what this one did.
void Link::hand_on_end(Side from) {
  Leg& ended = leg(from);
  Leg& other = leg(wire::other(from));
  net::Stream& stream = *ended.stream;
  const bool in_order =
      stream.read_error() == asio::error::eof ||
      (stream.read_error() == asio::ssl::error::stream_truncated && stream.transport_error() == asio::error::eof);
  ended.ended = !in_order || stream.transport_ended();
  if (!in_order || (stream.transport_ended() && stream.transport_error() != asio::error::eof)) {
    other.stream->reset();
    conclude();
    return;
  }
  if (stage_ != Stage::passing && !std::exchange(ended.half_ended, true)) {
    exchanges_->half_end(from, now_ns());
  }
  if (stream.read_error() == asio::error::eof && stream.tls() && other.stream->tls()) {
    other.stream->send_close_notify();
  }
  if (!ended.ended && other.stream->tls()) {
    read(from);  // FIN may follow the close_notify, or not
    return;
  }
  other.stream->send_fin();
  if (!ended.ended) {
    read(from);
  } else if (other.ended) {
    other.stream->when_drained([weak = weak_from_this()] {
      if (const auto self = weak.lock()) {
        self->conclude();
      }
    });
  }
}

void Link::on_write_failed(Side to) {
  if (over_) {
    return;
  }
  if (leg(to).ended) {  // it took nothing more after its FIN
    note_end(to);
    leg(wire::other(to)).stream->reset();
    conclude();
    return;
  }
  // Reading tells the end, after what the peer said before it; but it need not tell it soon.
  read(to);
  loop_.after(kLinger, [weak = weak_from_this(), to] {
    const auto self = weak.lock();
    if (self && !self->over_ && !self->leg(to).ended) {
      self->note_end(to);
      self->leg(to).ended = true;
      self->leg(wire::other(to)).stream->reset();
      self->conclude();
    }
  });
}

void Link::conclude() {
  if (std::exchange(over_, true)) {
    return;
  }
  loop_.cancel(std::exchange(timer_, 0));
  for (const net::TimerId timer : fault_timers_) {
    loop_.cancel(timer);
  }
  if (stage_ == Stage::passing) {
    log(fmt::format("TLS to {} was passed on: {} B of the client, {} B of the server; {} by the {}",
                    url_.origin(),
                    leg(Side::client).bytes,
                    leg(Side::server).bytes,
                    session::name(ending_->how),
                    session::name(ending_->by)));
  } else if (exchanges_) {
    exchanges_->end(ending_.value_or(session::Ending()), now_ns());
  }
  close();
}

void Link::close() {
  const bool now = ending_ && ending_->how == EndingHow::interrupted;
  for (Leg& each : legs_) {
    if (!each.stream) {
      continue;
    }
    if (each.ended || now) {
      each.stream->close();
    } else {
      // One that is being reset closes itself; one that got an answer is given time to read it.
      loop_.after(kLeave, [stream = each.stream] { stream->close(); });
    }
  }
  loop_.post([self = shared_from_this()] {
    self->dialer_.reset();
    self->handshake_.reset();
    self->gone_(self);
  });
}

void Link::interrupt() {
  if (!over_) {
    ending_ = session::Ending{EndingHow::interrupted, EndedBy::unknown, "", "", "", {}};
    conclude();
  }
}

}  // namespace whydrop::relay
