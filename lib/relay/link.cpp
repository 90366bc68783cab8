#include "relay/link.hpp"

#include "net/ending.hpp"
#include "net/stream.hpp"

#include <utility>

#include <fmt/format.h>

namespace whydrop::relay {

using session::EndedBy;
using session::EndingHow;

namespace {

/// Bytes that wait for a side; more are not read from the other one.
constexpr std::size_t kMostWaiting = 256U << 10;
/// After a write failed, for the reading of that side to tell why.
constexpr std::chrono::milliseconds kLinger{500};
/// For what is on its way to a client or server that is left.
constexpr std::chrono::seconds kLeave{6};
/// For the request of a client whose server cannot be reached.
constexpr std::chrono::seconds kRequestWait{5};

/// The URL of a server with another scheme and without a path.
std::string origin_of(const net::Url& url, std::string_view plain, std::string_view secure) {
  const std::string origin = url.text();
  const std::string_view rest = std::string_view(origin).substr(origin.find("://"));
  return std::string(url.tls ? secure : plain) + std::string(rest.substr(0, rest.find('/', 3)));
}

}  // namespace

Link::Link(net::Loop& loop, engine::Tap& tap, const RelayOptions& options, net::DuplexStream::Socket client, Gone gone)
    : loop_(loop),
      options_(options),
      gone_(std::move(gone)),
      exchanges_(tap,
                 {origin_of(options.upstream.url, "ws", "wss"),
                  origin_of(options.upstream.url, "http", "https"),
                  nullptr,
                  options.on_verdict}) {
  leg(Side::client).stream = std::make_shared<net::DuplexStream>(std::move(client));
}

void Link::start() {
  dial();
}

/// The server is dialled before the client's first byte is read: it sees a connection where the client made one.
void Link::dial() {
  dialer_.emplace(loop_,
                  options_.upstream,
                  net::Dialer::Callbacks{[this](session::Body fact) { exchanges_.on_fact(std::move(fact), now_ns()); },
                                         [this](std::unique_ptr<net::Stream> stream) { dialed(std::move(stream)); },
                                         [this](const net::DialFailure& failure) { dial_failed(failure); }});
  if (options_.upstream.connect_timeout.count() > 0) {
    timer_ = loop_.after(options_.upstream.connect_timeout, [this] {
      timer_ = 0;
      dial_failed(dialer_->time_out());
    });
  }
  dialer_->start();
}

void Link::dialed(std::unique_ptr<net::Stream> stream) {
  if (over_) {
    return;
  }
  loop_.cancel(std::exchange(timer_, 0));
  leg(Side::server).stream = std::make_shared<net::DuplexStream>(std::move(stream->socket()));
  // Posted: this is one of the dialler's callbacks.
  loop_.post([self = shared_from_this()] { self->dialer_.reset(); });
  for (const Side side : {Side::client, Side::server}) {
    leg(side).stream->on_write_failed([weak = weak_from_this(), side] {
      if (const auto self = weak.lock()) {
        self->on_write_failed(side);
      }
    });
    read(side);
  }
}

void Link::dial_failed(const net::DialFailure& failure) {
  if (over_) {
    return;
  }
  loop_.cancel(std::exchange(timer_, 0));
  ending_ = session::Ending{failure.how, failure.by, "", "", failure.detail, {}};
  timer_ = loop_.after(kRequestWait, [this] {
    timer_ = 0;
    conclude();
  });
  read(Side::client);
}

/// No server to pass the request on to: the client is told so, as HTTP tells it. RFC 9110 section 15.6.3.
void Link::answer_for_server() {
  const std::string why = fmt::format("whydrop proxy: {}: {}\n", options_.upstream.url.origin(), ending_->detail);
  net::DuplexStream& client = *leg(Side::client).stream;
  client.write(
      fmt::format("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                  "Connection: close\r\n\r\n{}",
                  why.size(),
                  why));
  client.send_fin();
  conclude();
}

void Link::read(Side from) {
  if (std::exchange(leg(from).reading, true)) {
    return;
  }
  leg(from).stream->read([self = shared_from_this(), from](std::string_view bytes) {
    self->leg(from).reading = false;
    if (bytes.empty()) {
      self->on_end(from);
    } else {
      self->on_bytes(from, bytes);
    }
  });
}

void Link::on_bytes(Side from, std::string_view bytes) {
  const std::int64_t now = now_ns();
  if (ending_ && leg(Side::server).stream == nullptr) {
    exchanges_.on_bytes(from, bytes, now);
    if (exchanges_.asked()) {
      answer_for_server();
    } else {
      read(from);
    }
    return;
  }
  // Passed on first: what is made of them costs the two nothing.
  leg(wire::other(from)).stream->write(bytes);
  exchanges_.on_bytes(from, bytes, now);
  go_on(from);
}

void Link::go_on(Side from) {
  net::DuplexStream& to = *leg(wire::other(from)).stream;
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
  net::DuplexStream& stream = *leg(from).stream;
  const session::TcpInfo tcp = stream.tcp_info();
  const net::Classified found = net::classify({stream.tls(),
                                               exchanges_.in_frame(from),
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
  if (leg(wire::other(from)).stream == nullptr) {
    leg(from).ended = true;
    conclude();
    return;
  }
  note_end(from);
  Leg& ended = leg(from);
  Leg& other = leg(wire::other(from));
  const std::error_code& error = ended.stream->read_error();
  ended.ended = true;
  if (error == asio::error::eof) {
    exchanges_.on_fact(session::Shutdown{from}, now_ns());
    other.stream->send_fin();
    if (other.ended) {
      other.stream->when_drained([self = shared_from_this()] { self->conclude(); });
    }
    return;
  }
  other.stream->reset();
  conclude();
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
    if (const auto self = weak.lock(); self && !self->over_ && !self->leg(to).ended) {
      self->on_end(to);
    }
  });
}

void Link::conclude() {
  if (std::exchange(over_, true)) {
    return;
  }
  loop_.cancel(std::exchange(timer_, 0));
  exchanges_.end(ending_.value_or(session::Ending()), now_ns());
  close();
}

void Link::close() {
  for (Leg& each : legs_) {
    if (!each.stream) {
      continue;
    }
    if (each.ended || ending_->how == EndingHow::interrupted) {
      each.stream->close();
    } else {
      // One that is being reset closes itself; one that got an answer is given time to read it.
      loop_.after(kLeave, [stream = each.stream] { stream->close(); });
    }
  }
  loop_.post([self = shared_from_this()] {
    self->dialer_.reset();
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
