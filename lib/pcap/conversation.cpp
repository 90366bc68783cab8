#include "pcap/conversation.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "session/heads.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace whydrop::pcap {

using session::Cause;
using session::EndedBy;
using session::Ending;
using session::EndingHow;
using session::Side;

namespace {

/// What is held of a connection of which it is not known what it is: bytes.
constexpr std::size_t kMostUndecided = handshake::HeadParser::kMaxHead;
/// How long a packet may stand behind others in the file before it counts as one that is not in it.
constexpr std::int64_t kLatePacketNs = 1'000'000'000;
/// Sent again so often without an answer, it was given up by more than a lost packet.
constexpr unsigned kManyRepeats = 3;

EndedBy ender(Side side) {
  return side == Side::client ? EndedBy::client : EndedBy::server;
}

std::string_view words_of(Side side) {
  return side == Side::client ? "the client" : "the server";
}

/// A host as a URL has it: of the Host header, else the address.
std::string authority_of(const handshake::Head& request, const std::string& server) {
  const std::string* host = request.find("Host");
  const bool good = host != nullptr && !host->empty() && host->find_first_of(" \t/?#@\\") == std::string::npos;
  return good ? *host : server;
}

bool asks_for_a_session(const handshake::Head& request) {
  return handshake::has_token(request, "Upgrade", "websocket") || request.find("Sec-WebSocket-Key") != nullptr ||
         request.find("Sec-WebSocket-Version") != nullptr;
}

/// What an alert says of why TLS failed. RFC 8446 section 6.2.
struct AlertCause {
  std::string_view alert;
  Cause cause;
  std::string_view word;
};

const AlertCause& cause_of_alert(std::string_view alert) {
  static constexpr std::array<AlertCause, 5> kCauses{{{"unknown_ca", Cause::unknown_issuer, "unknown_issuer"},
                                                      {"certificate_expired", Cause::expired, "expired"},
                                                      {"certificate_revoked", Cause::revoked, "revoked"},
                                                      {"protocol_version", Cause::protocol_version, "protocol_version"},
                                                      {"", Cause::handshake_alert, "handshake_alert"}}};
  return *std::find_if(kCauses.begin(), kCauses.end(), [alert](const AlertCause& row) {
    return row.alert == alert || row.alert.empty();
  });
}

constexpr std::string_view kGet = "GET ", kConnect = "CONNECT ";

bool may_be_request(std::string_view bytes) {
  return starts_with(kGet, bytes.substr(0, kGet.size())) || starts_with(kConnect, bytes.substr(0, kConnect.size()));
}

}  // namespace

Conversation::Conversation(engine::Tap& tap, const Segment& first) : tap_(tap), ends_{first.from, first.to} {
  if (first.syn) {
    client_ = first.has_ack ? 1 : 0;
  }
  joined_late_ = !first.syn;  // unless its first bytes show that it begins here
}

Side Conversation::side_of(End end) const {
  return end == client() ? Side::client : Side::server;
}

bool Conversation::begins_anew(const Segment& segment) const {
  const bool is_first = segment.syn && !segment.has_ack;
  return is_first && (over_ || cut_ || (first_seq_ ? *first_seq_ != segment.seq : joined_late_));
}

void Conversation::take_handshake(const Segment& segment, End from, std::int64_t t_ns) {
  streams_.at(from).begin(segment.seq + 1);
  scales_.at(from) = segment.scale;
  mss_.at(from) = segment.mss;
  sack_.at(from) = segment.sack;
  if (!segment.has_ack) {
    client_ = from;
    first_seq_ = segment.seq;
    syn_ns_ = syns_ == 0 ? t_ns : syn_ns_;
    ++syns_;
  } else if (!answered_) {
    answered_ = true;
    answered_ns_ = t_ns;
    syn_ns_ = syns_ == 0 ? t_ns : syn_ns_;
  }
}

void Conversation::take(const Segment& segment, std::int64_t t_ns, const std::vector<std::string_view>& clear) {
  const End from = segment.from == ends_[0] ? 0 : 1, to = 1 - from;
  first_ns_ = first_ns_ == 0 ? t_ns : first_ns_;
  if (over_) {
    return;
  }
  if (segment.syn) {
    take_handshake(segment, from, t_ns);
    return;
  }
  if (!answered_ && syns_ > 0 && segment.has_ack && !segment.rst) {  // the answer to its SYN is not in the file
    answered_ = true;
    answered_ns_ = t_ns;
  }
  const auto deliver_to = [&](End end) {
    return [this, end, t_ns](std::string_view bytes) { deliver(end, bytes, t_ns); };
  };
  windows_.at(from) = segment.window << (scales_[0] && scales_[1] ? scales_.at(from).value_or(0) : 0);
  if (segment.has_ack) {
    streams_.at(to).acknowledge(segment.ack);
  }
  if (!segment.rst) {
    streams_.at(from).add(segment, t_ns, deliver_to(from));
    take_clear(from, clear, t_ns);
  }
  settle_holes(t_ns, false);
  if (!over_ && (segment.rst || segment.fin)) {
    take_cut(segment, from, t_ns);
  }
}

void Conversation::take_cut(const Segment& segment, End from, std::int64_t t_ns) {
  if (conn_ == 0 && client_ && !answered_ && segment.rst && from != client() && syns_ > 0) {
    end_unconnected(Cause::refused, "connection_refused", t_ns);
    return;
  }
  // Who sent close_notify has ended TLS, though the other side's FIN may be the first.
  const bool answers = !segment.rst && tls_.at(1 - from).ends_with_alert() && !tls_.at(from).ends_with_alert();
  const Cut cut{segment.rst, answers ? 1 - from : from, t_ns};
  if (!cut_) {
    cut_ = cut;
    if (!segment.rst && conn_ != 0) {
      tap_.on_fact(conn_, session::Shutdown{side_of(from)}, t_ns);
    }
  } else if (segment.rst && !cut_->reset && !reset_) {
    reset_ = cut;
  }
  const bool both = streams_[0].finished() && streams_[1].finished();
  if (both || segment.rst) {
    finish(t_ns);
  }
}

void Conversation::take(const Undelivered& undelivered, std::int64_t t_ns) {
  if (over_) {
    return;
  }
  undelivered_ = undelivered.reason;
  if (conn_ == 0 && client_ && !answered_ && syns_ > 0) {
    std::string word = undelivered_;
    std::replace(word.begin(), word.end(), ' ', '_');
    end_unconnected(Cause::unreachable, std::move(word), t_ns);
  }
}

void Conversation::deliver(End from, std::string_view bytes, std::int64_t t_ns) {
  if (over_) {
    return;
  }
  last_data_ns_ = t_ns;
  switch (stage_) {
  case Stage::undecided:
    decide(from, bytes, t_ns);
    break;
  case Stage::http:
  case Stage::tls:
    feed(from, bytes, t_ns);
    break;
  case Stage::passed_over:
    break;
  }
}

/// The client's first bytes say what it is.
void Conversation::decide(End from, std::string_view bytes, std::int64_t t_ns) {
  undecided_bytes_ += bytes.size();
  undecided_.push_back({from, t_ns, std::string(bytes)});
  if (!client_ && (may_be_request(bytes) || may_be_client_hello(bytes))) {
    client_ = from;
    joined_late_ = false;
  }
  if (!client_ || undecided_bytes_ > kMostUndecided) {
    stage_ = Stage::passed_over;
  } else if (from == client()) {
    take_asked(bytes);
  } else if (!tunnel_.empty() && !tunnel_open_) {
    take_tunnel_answer(bytes, t_ns);
  }
  if (stage_ != Stage::undecided) {
    settle();
  }
}

void Conversation::take_asked(std::string_view bytes) {
  constexpr std::size_t kEnough = 8;
  asked_ += bytes.substr(0, kEnough - std::min(asked_.size(), kEnough));
  if (may_be_client_hello(asked_)) {
    hello_.feed(bytes);
    if (hello_.hello_read() || !hello_.is_tls()) {
      begin_tls(undecided_.front().t_ns);
    }
    return;
  }
  request_.feed(bytes);
  const handshake::Head& head = request_.head();
  const bool asks = head.complete && asks_for_a_session(head);
  const bool tunnels = head.complete && starts_with(head.start_line, kConnect);
  if (!may_be_request(asked_) || (request_.done() && !asks && !tunnels)) {
    stage_ = Stage::passed_over;
  } else if (asks) {
    begin_http(head, undecided_.front().t_ns);
  } else if (tunnels && tunnel_.empty()) {
    const std::string_view target = std::string_view(head.start_line).substr(kConnect.size());
    tunnel_ = target.substr(0, target.find(' '));
    tunnel_asked_ns_ = undecided_.back().t_ns;
  }
}

/// Behind a proxy's yes the connection begins anew; its no is the end.
void Conversation::take_tunnel_answer(std::string_view bytes, std::int64_t t_ns) {
  const std::size_t used = tunnel_answer_.feed(bytes);
  if (!tunnel_answer_.done()) {
    return;
  }
  const int status = tunnel_answer_.head().status;
  if (status < 200 || status > 299) {
    end_at_proxy(t_ns);
    return;
  }
  tunnel_open_ = true;
  tunnel_open_ns_ = t_ns;
  undecided_.clear();
  asked_.clear();
  request_ = handshake::HeadParser(handshake::HeadParser::Kind::request);
  if (used < bytes.size()) {
    undecided_.push_back({1 - client(), t_ns, std::string(bytes.substr(used))});
  }
}

void Conversation::end_at_proxy(std::int64_t t_ns) {
  begin("wss://" + tunnel_ + "/", undecided_.front().t_ns);
  const handshake::Head& head = tunnel_answer_.head();
  session::Proxy proxy;
  proxy.kind = "http";
  proxy.address = ends_.at(1 - client()).text();
  proxy.status = head.status;
  proxy.duration_ns = t_ns - tunnel_asked_ns_;
  proxy.error = fmt::format("refused: {}", head.status == 0 ? "the answer is not HTTP" : head.start_line);
  Ending ending;
  ending.how = EndingHow::proxy_failed;
  ending.detail = proxy.error;
  tap_.on_fact(conn_, std::move(proxy), t_ns);
  end(std::move(ending), t_ns);
  stage_ = Stage::passed_over;
}

/// It is known what it is: what came so far goes there.
void Conversation::settle() {
  const std::vector<Chunk> held = std::move(undecided_);
  undecided_.clear();
  for (const Chunk& chunk : held) {
    if (stage_ != Stage::passed_over) {
      feed(chunk.from, chunk.bytes, chunk.t_ns);
    }
  }
  over_ = stage_ == Stage::passed_over;
}

/// "host:port" of the server, as far as it is known: what a proxy was asked for, or an address.
std::string Conversation::authority() const {
  return tunnel_.empty() ? ends_.at(1 - client()).text() : tunnel_;
}

void Conversation::begin(std::string url, std::int64_t t_ns) {
  session::Open open;
  open.url = std::move(url);
  open.observer = session::Observer::none;
  const std::int64_t opened_ns = syns_ > 0 || answered_ ? syn_ns_ : t_ns;
  conn_ = tap_.begin(std::move(open), opened_ns, [this](const session::Event& event) {
    const auto* frame = std::get_if<session::Frame>(&event.body);
    if (frame != nullptr && frame->header.opcode == wire::Opcode::close) {
      closes_.push_back(frame->from);
    }
  });
  if (answered_ || syns_ == 0) {
    session::Connect connect;
    connect.local = ends_.at(client()).text();
    connect.remote = ends_.at(1 - client()).text();
    connect.duration_ns = answered_ ? answered_ns_ - syn_ns_ : 0;
    tap_.on_fact(conn_, std::move(connect), answered_ ? answered_ns_ : t_ns);
  }
  if (tunnel_open_) {
    session::Proxy proxy;
    proxy.kind = "http";
    proxy.address = ends_.at(1 - client()).text();
    proxy.status = tunnel_answer_.head().status;
    proxy.duration_ns = tunnel_open_ns_ - tunnel_asked_ns_;
    tap_.on_fact(conn_, std::move(proxy), tunnel_open_ns_);
  }
}

void Conversation::begin_http(const handshake::Head& request, std::int64_t t_ns) {
  stage_ = Stage::http;
  const std::string line = request.start_line.substr(0, request.start_line.rfind(' '));
  const std::string target = line.substr(std::min(line.find(' ') + 1, line.size()));
  const std::size_t scheme = target.find("://");  // as a proxy is asked
  begin(scheme != std::string::npos ? "ws" + target.substr(scheme)
                                    : "ws://" + authority_of(request, authority()) + target,
        t_ns);
}

void Conversation::begin_tls(std::int64_t t_ns) {
  stage_ = Stage::tls;
  const std::string server = authority();
  const std::string port = server.substr(server.rfind(':') + 1);
  begin(hello_.server_name().empty()
            ? "wss://" + server + "/"
            : fmt::format("wss://{}{}/", hello_.server_name(), port == "443" ? "" : ":" + port),
        t_ns);
}

void Conversation::feed_http(End from, std::string_view bytes, std::int64_t t_ns) {
  if (from != client() && !answer_.done()) {
    answer_begun_ = true;
    answer_.feed(bytes);
  }
  tap_.on_bytes(conn_, side_of(from), bytes, t_ns);
}

void Conversation::feed(End from, std::string_view bytes, std::int64_t t_ns) {
  if (stage_ == Stage::http) {
    feed_http(from, bytes, t_ns);
  } else {
    tls_.at(from).feed(bytes);
  }
}

/// What TLS carried, where the keys are known: then it is told as if it had gone in the clear.
void Conversation::take_clear(End from, const std::vector<std::string_view>& clear, std::int64_t t_ns) {
  if (stage_ != Stage::tls || over_) {
    return;
  }
  for (const std::string_view bytes : clear) {
    clear_ = true;
    tell_tls(t_ns);
    feed_http(from, bytes, t_ns);
  }
}

/// What both hellos say, once.
void Conversation::tell_tls(std::int64_t t_ns) {
  if (tls_told_) {
    return;
  }
  tls_told_ = true;
  const TlsRecords& server = tls_.at(1 - client());
  session::Tls tls;
  tls.version = server.version();
  tls.cipher = server.version().empty() ? "" : cipher_name(server.cipher());
  tls.alpn = server.alpn().empty() ? "" : server.alpn().front();
  tls.sealed = !clear_;
  tap_.on_fact(conn_, std::move(tls), t_ns);
}

/// Bytes that were received and are not in the file will come no more once others have come for long enough: the
/// session's record ends there. What was lost may have been anything, a Close too.
void Conversation::settle_holes(std::int64_t t_ns, bool at_end) {
  const auto lacking = std::find_if(streams_.begin(), streams_.end(), [](const Stream& it) { return it.has_hole(); });
  if (lacking == streams_.end()) {
    hole_since_ns_.reset();
    return;
  }
  hole_since_ns_ = hole_since_ns_.value_or(t_ns);
  if (conn_ == 0 || over_ || (!at_end && t_ns - *hole_since_ns_ < kLatePacketNs)) {
    return;
  }
  const auto from = static_cast<End>(lacking - streams_.begin());
  std::uint64_t missing = 0;
  std::uint64_t behind = 0;
  missing = lacking->pass_hole([&behind](std::string_view bytes) { behind += bytes.size(); });
  Ending ending;
  ending.how = EndingHow::capture_ended;
  ending.detail = fmt::format("{} that {} sent are not in the packet capture: what followed cannot be read",
                              counted(missing, "byte"),
                              words_of(side_of(from)));
  end(std::move(ending), t_ns);
}

void Conversation::end(Ending ending, std::int64_t t_ns) {
  add_tcp(ending);
  tap_.end(conn_, std::move(ending), t_ns);
  over_ = true;
}

void Conversation::end_unconnected(Cause cause, std::string words, std::int64_t t_ns) {
  session::Open open;
  open.url = "ws://" + ends_.at(1 - client()).text() + "/";
  open.observer = session::Observer::none;
  conn_ = tap_.begin(std::move(open), syn_ns_, {});
  session::Connect connect;
  connect.local = ends_.at(client()).text();
  connect.remote = ends_.at(1 - client()).text();
  connect.duration_ns = t_ns - syn_ns_;
  connect.error = words;
  connect.cause = cause;
  tap_.on_fact(conn_, std::move(connect), t_ns);
  Ending ending;
  ending.how = EndingHow::connect_failed;
  ending.detail = std::move(words);
  tap_.end(conn_, std::move(ending), t_ns);
  over_ = true;
}

/// What the client's kernel knew, as far as packets tell it.
void Conversation::add_tcp(Ending& ending) const {
  const End server = 1 - client();
  const Stream& sent = streams_.at(client());
  if (answered_ && syns_ == 1) {
    ending.tcp.rtt_us =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>((answered_ns_ - syn_ns_) / 1000, 0, UINT32_MAX));
  }
  if (sent.unacknowledged() > 0) {
    const std::uint64_t size = std::max<std::uint64_t>(mss_.at(server).value_or(1460), 1);
    ending.tcp.unacked =
        static_cast<std::uint32_t>(std::min<std::uint64_t>((sent.unacknowledged() + size - 1) / size, UINT32_MAX));
    ending.tcp.retransmits = sent.repeats();
  }
  if (windows_.at(server) == 0 && sent.unacknowledged() > 0) {
    ending.tcp.peer_window = 0;
  }
}

/// What TLS failed of, where its handshake did not come to its end; null where it did, or nobody ended it.
std::optional<session::Tls> Conversation::failed_tls() const {
  const TlsRecords& ours = tls_.at(client());
  const TlsRecords& theirs = tls_.at(1 - client());
  session::Tls tls;
  const auto failed = [&tls](Cause cause, std::string error) {
    tls.cause = cause;
    tls.error = std::move(error);
    return tls;
  };
  if (!theirs.is_tls()) {
    return failed(Cause::not_tls, "not_tls: the answer is not TLS");
  }
  for (const TlsRecords* side : {&theirs, &ours}) {
    if (!side->alert().empty() && side->alert() != "close_notify") {
      const AlertCause& known = cause_of_alert(side->alert());
      return failed(known.cause,
                    fmt::format("{}: {} sent the alert {}",
                                known.word,
                                words_of(side == &ours ? Side::client : Side::server),
                                side->alert()));
    }
  }
  // In TLS 1.3 a client's part ends with a sealed record; an alert alone in its place is its refusal of ours.
  const bool refused = theirs.version() == "TLSv1.3" && ours.data_records() == 0 && ours.ends_with_alert();
  if (refused) {
    return failed(
        Cause::handshake_alert,
        "handshake_alert: the client ended it with a sealed alert, as it does where it refuses the certificate");
  }
  const bool whole = theirs.sealed() && (theirs.version() != "TLSv1.3" || ours.data_records() > 0);
  return whole || !cut_ ? std::nullopt
                        : std::optional(failed(Cause::handshake_cut,
                                               "handshake_cut: the connection ended in the middle of the handshake"));
}

/// Before a session was open.
Ending Conversation::ending_of_upgrade() const {
  Ending ending;
  const bool refused = answer_.done() && (answer_.head().complete || answer_.head().status == 0);
  if (refused) {
    ending.how = EndingHow::upgrade_refused;
    ending.by = EndedBy::server;
    ending.detail = answer_.head().status == 0 ? "the answer is not HTTP" : answer_.head().start_line;
    return ending;
  }
  ending.how = EndingHow::capture_ended;
  if (cut_ && side_of(cut_->by) == Side::client) {  // it waited no longer
    ending.how = EndingHow::upgrade_timeout;
    ending.by = EndedBy::client;
  } else if (cut_) {
    ending.how = EndingHow::upgrade_cut;
    ending.by = EndedBy::server;
    ending.read_error = cut_->reset ? "connection_reset" : "eof";
    ending.detail = fmt::format("{} {}",
                                cut_->reset ? "reset" : "closed",
                                answer_begun_ ? "in the middle of the answer's head" : "before any answer");
  }
  return ending;
}

/// By the first FIN or RST.
Ending Conversation::ending_of_cut() {
  Ending ending;
  const Side by = side_of(cut_->by);
  ending.by = ender(by);
  ending.read_error = cut_->reset ? "connection_reset" : "eof";
  const bool gave_up =
      by == Side::client && !closes_.empty() &&
      std::count(closes_.begin(), closes_.end(), Side::client) == static_cast<std::ptrdiff_t>(closes_.size());
  if (gave_up) {  // waiting for an answer to its Close
    ending.how = EndingHow::close_timeout;
    ending.detail = cut_->reset ? "the client sent RST" : "";
  } else if (cut_->reset) {
    ending.how = EndingHow::reset;
  } else if (stage_ == Stage::tls) {
    const bool notified = tls_.at(cut_->by).ends_with_alert();
    ending.how = notified ? EndingHow::tls_close_notify : EndingHow::tls_truncated;
    ending.read_error = notified ? "eof" : "stream_truncated";
    const bool guessed = notified && tls_.at(1 - client()).version() == "TLSv1.3" && !clear_;
    ending.detail = guessed ? "by its length: TLS 1.3 seals alerts, too" : "";
  } else {
    ending.how = tap_.in_frame(conn_, by) ? EndingHow::fin_mid_frame : EndingHow::fin;
  }
  if (reset_) {
    ending.detail += ending.detail.empty() ? "" : "; ";
    ending.detail += fmt::format(
        "then {} sent RST, {} later", words_of(side_of(reset_->by)), format_duration(reset_->t_ns - cut_->t_ns));
  }
  return ending;
}

/// The file ends, and nobody ended the connection.
Ending Conversation::ending_of_silence(std::int64_t t_ns) const {
  Ending ending;
  ending.how = EndingHow::capture_ended;
  for (const End end : {client(), 1 - client()}) {
    const Stream& stream = streams_.at(end);
    if (stream.unacknowledged() > 0 && stream.repeats() >= kManyRepeats) {
      ending.how = undelivered_.empty() ? EndingHow::timed_out : EndingHow::unreachable;
      ending.by = EndedBy::network;
      ending.detail = fmt::format("{} sent {} {} times in {}, and nothing acknowledged it{}",
                                  words_of(side_of(end)),
                                  counted(stream.unacknowledged(), "byte"),
                                  stream.repeats() + 1,
                                  format_duration(t_ns - stream.unacknowledged_since_ns()),
                                  undelivered_.empty() ? "" : "; the network answered: " + undelivered_);
      return ending;
    }
  }
  return ending;
}

void Conversation::finish(std::int64_t t_ns) {
  if (over_) {
    return;
  }
  if (stage_ == Stage::undecided && !asked_.empty() && may_be_client_hello(asked_)) {  // cut in the client's hello
    begin_tls(undecided_.front().t_ns);
    settle();
  }
  if (conn_ == 0) {
    if (client_ && !answered_ && syns_ > 0) {
      end_unconnected(
          Cause::timed_out,
          fmt::format("timed_out: {} within {}, no answer", counted(syns_, "SYN"), format_duration(t_ns - syn_ns_)),
          t_ns);
    }
    over_ = true;
    return;
  }
  settle_holes(t_ns, true);
  if (over_) {
    return;
  }
  const std::int64_t ended_ns = cut_ ? std::max(cut_->t_ns, last_data_ns_) : t_ns;
  if (auto failed = stage_ == Stage::tls && !clear_ ? failed_tls() : std::nullopt) {
    Ending ending;
    ending.how = EndingHow::tls_failed;
    ending.by = cut_ ? ender(side_of(cut_->by)) : EndedBy::unknown;
    ending.detail = failed->error;
    tap_.on_fact(conn_, std::move(*failed), ended_ns);
    end(std::move(ending), ended_ns);
    return;
  }
  if (stage_ == Stage::tls) {
    tell_tls(ended_ns);
  }
  const bool open = tap_.upgraded(conn_) || (stage_ == Stage::tls && !clear_);
  end(!open ? ending_of_upgrade() : cut_ ? ending_of_cut() : ending_of_silence(t_ns), ended_ns);
}

}  // namespace whydrop::pcap
