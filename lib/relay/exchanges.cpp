#include "relay/exchanges.hpp"

#include "handshake/upgrade.hpp"
#include "session/endings.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace whydrop::relay {

using handshake::BodyReader;
using handshake::Head;
using handshake::HeadParser;
using session::EndedBy;
using session::EndingHow;
using session::Role;
using session::Side;

namespace {

/// The words of a request's first line: method, target, version.
std::string_view word(std::string_view line, std::size_t number) {
  for (; number > 0; --number) {
    line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
  }
  return line.substr(0, line.find(' '));
}

/// How an upgrade ended that was not answered, or not to the end.
session::Ending cut_upgrade(session::Ending ending, bool answered) {
  ending.detail = fmt::format("{} {}",
                              ending.how == EndingHow::reset ? "reset" : "closed",
                              answered ? "in the middle of the answer's head" : "before any answer");
  // A client that leaves first has waited for as long as it would.
  ending.how = ending.by == EndedBy::client ? EndingHow::upgrade_timeout : EndingHow::upgrade_cut;
  return ending;
}

/// An answer to the upgrade that opens no session.
session::Ending refusal(const Head& answer) {
  session::Ending ending;
  ending.how = EndingHow::upgrade_refused;
  ending.by = answer.too_large ? EndedBy::client : EndedBy::server;
  ending.detail = answer.too_large ? answer.fault : answer.status == 0 ? "the answer is not HTTP" : answer.start_line;
  return ending;
}

}  // namespace

Exchanges::Exchanges(engine::Tap& tap, Settings settings) : tap_(tap), settings_(std::move(settings)) {}

Exchanges::~Exchanges() {
  for (const Exchange& exchange : under_way_) {
    tap_.unobserve(exchange.conn);
  }
}

void Exchanges::on_fact(session::Body fact, std::int64_t t_ns) {
  if (under_way_.empty()) {
    waiting_.push_back(std::move(fact));
  } else {
    tap_.on_fact(under_way_.back().conn, std::move(fact), t_ns);
  }
}

void Exchanges::on_bytes(Side from, std::string_view bytes, std::int64_t t_ns) {
  frame_bytes_ = 0;
  if (from == Side::client) {
    on_client_bytes(bytes, t_ns);
  } else {
    on_server_bytes(bytes, t_ns);
  }
}

void Exchanges::on_client_bytes(std::string_view bytes, std::int64_t t_ns) {
  while (!bytes.empty() && !stopped_) {
    if (client_next_ == Next::head) {
      bytes.remove_prefix(request_.feed(bytes));
      if (request_.done()) {
        begin_request(t_ns);
      }
      continue;
    }
    const std::size_t used = client_next_ == Next::body ? request_body_.feed(bytes) : bytes.size();
    if (settings_.pass_on) {
      settings_.pass_on(bytes.substr(0, used));
    }
    // Behind an answer to the upgrade that refused it, what was meant as frames belongs to no exchange.
    if (!under_way_.empty()) {
      Exchange& asked = under_way_.back();
      asked.client_spoke = asked.client_spoke || asked.next == Next::frames;
      frame_bytes_ += asked.next == Next::frames ? used : 0;
      tap_.on_bytes(asked.conn, Side::client, bytes.substr(0, used), t_ns);
    }
    if (client_next_ == Next::body && request_body_.done()) {
      client_next_ = Next::head;
    }
    bytes.remove_prefix(used);
  }
}

void Exchanges::begin_request(std::int64_t t_ns) {
  const Head& head = request_.head();
  const auto rewritten = settings_.rewrite ? settings_.rewrite(head) : RewrittenHead{head.raw, {}};
  if (!rewritten) {
    stopped_ = true;
    return;
  }
  const RewrittenHead& sent = *rewritten;
  refused_ = handshake::asks_for_upgrade(head) && settings_.refuses && settings_.refuses();
  if (settings_.pass_on && !refused_) {
    settings_.pass_on(sent.raw);
  }
  const std::string_view start = std::string_view(sent.raw).substr(0, sent.raw.find_first_of("\r\n"));
  begin(handshake::asks_for_upgrade(head) ? Role::websocket : Role::http, head.complete ? word(start, 1) : "", t_ns);
  under_way_.back().method = word(start, 0);
  for (const std::string& change : sent.changes) {
    on_fact(session::Intervention{session::Meddling::rewrite, Side::server, change}, t_ns);
  }
  tap_.on_bytes(under_way_.back().conn, Side::client, sent.raw, t_ns);
  request_body_ = BodyReader::of_request(head);
  // What is no request, and what follows a request for the upgrade, is passed on as it comes.
  client_next_ = !head.complete || handshake::asks_for_upgrade(head) ? Next::frames
                 : request_body_.done()                              ? Next::head
                                                                     : Next::body;
  request_ = HeadParser(HeadParser::Kind::request);
}

void Exchanges::begin(Role role, std::string_view target, std::int64_t t_ns) {
  Exchange exchange;
  exchange.role = role;
  session::Open open;
  open.role = role;
  open.url = (role == Role::websocket ? settings_.websocket_origin : settings_.http_origin) +
             std::string(target.empty() ? "/" : target);
  open.parent = last_conn_;
  open.observer = session::Observer::relay;
  exchange.conn = tap_.begin(std::move(open), t_ns, settings_.observer);
  last_conn_ = exchange.conn;
  under_way_.push_back(std::move(exchange));
  for (session::Body& fact : std::exchange(waiting_, {})) {
    tap_.on_fact(under_way_.back().conn, std::move(fact), t_ns);
  }
}

void Exchanges::begin_unasked(Role role, std::int64_t t_ns) {
  if (under_way_.empty()) {
    begin(role, "", t_ns);
  }
}

void Exchanges::set_origins(std::string websocket, std::string http) {
  settings_.websocket_origin = std::move(websocket);
  settings_.http_origin = std::move(http);
}

/// A head that is not whole goes on its way all the same.
void Exchanges::half_end(Side from, std::int64_t t_ns) {
  if (from == Side::client && client_next_ == Next::head && !request_.head().raw.empty()) {
    begin_request(t_ns);
  }
  if (!under_way_.empty()) {
    tap_.on_fact(under_way_.front().conn, session::Shutdown{from}, t_ns);
  }
}

void Exchanges::on_server_bytes(std::string_view bytes, std::int64_t t_ns) {
  while (!bytes.empty()) {
    if (under_way_.empty()) {
      begin(Role::http, "", t_ns);  // as a 408 that nobody asked for
    }
    Exchange& front = under_way_.front();
    front.answered = true;
    if (front.next == Next::head) {
      bytes = on_answer_head(bytes, t_ns);
      continue;
    }
    const std::size_t used = front.next == Next::body ? answer_body_.feed(bytes) : bytes.size();
    frame_bytes_ += front.next == Next::frames ? used : 0;
    tap_.on_bytes(front.conn, Side::server, bytes.substr(0, used), t_ns);
    bytes.remove_prefix(used);
    if (front.next == Next::body && answer_body_.done()) {
      on_answered(t_ns);
    }
  }
}

std::string_view Exchanges::on_answer_head(std::string_view bytes, std::int64_t t_ns) {
  Exchange& front = under_way_.front();
  const std::size_t used = answer_.feed(bytes);
  tap_.on_bytes(front.conn, Side::server, bytes.substr(0, used), t_ns);
  bytes.remove_prefix(used);
  if (!answer_.done()) {
    return bytes;
  }
  Head head = std::exchange(answer_, HeadParser(HeadParser::Kind::response)).head();
  if (handshake::is_interim(head)) {
    return bytes;
  }
  head.raw.clear();
  front.answer = std::move(head);
  if (front.answer.complete && front.answer.status == 101) {
    front.next = client_next_ = Next::frames;
    return bytes;
  }
  front.next = Next::body;
  answer_body_ = front.answer.complete ? BodyReader::of_response(front.answer, front.method) : BodyReader::to_end();
  if (answer_body_.done()) {
    on_answered(t_ns);
  }
  return bytes;
}

/// The answer is whole: the exchange is over, and the next one may follow.
void Exchanges::on_answered(std::int64_t t_ns) {
  const Exchange& front = under_way_.front();
  session::Ending ending;
  ending.how = EndingHow::local_close;
  ending.by = EndedBy::client;
  if (under_way_.size() == 1 && client_next_ == Next::frames) {
    client_next_ = Next::head;  // a refused upgrade may be asked for again: RFC 9110 section 11.1
  }
  end_front(front.role == Role::websocket ? refusal(front.answer) : std::move(ending), t_ns);
}

void Exchanges::end_front(session::Ending ending, std::int64_t t_ns) {
  const Exchange front = std::move(under_way_.front());
  under_way_.pop_front();
  const session::Verdict verdict = tap_.end(front.conn, std::move(ending), t_ns);
  if (settings_.on_verdict) {
    settings_.on_verdict(front.role, verdict);
  }
}

void Exchanges::end(session::Ending ending, std::int64_t t_ns) {
  if (!request_.done() && !request_.head().raw.empty()) {
    begin_request(t_ns);
  }
  while (!under_way_.empty()) {
    end_front(ending_of(under_way_.front(), ending), t_ns);
  }
}

/// What the end of both directions is to one exchange.
session::Ending Exchanges::ending_of(const Exchange& exchange, const session::Ending& ending) const {
  if (exchange.role != Role::websocket || session::ends_before_session(ending.how)) {
    return ending;
  }
  switch (exchange.next) {
  case Next::head:
    return cut_upgrade(ending, exchange.answered);
  case Next::body:
    return refusal(exchange.answer);
  case Next::frames:
    // A 101 that is none to the client, which therefore never spoke.
    return exchange.client_spoke || tap_.upgraded(exchange.conn) ? ending : refusal(exchange.answer);
  }
  return ending;
}

bool Exchanges::in_frame(Side from) const {
  return upgraded() && tap_.in_frame(under_way_.front().conn, from);
}

}  // namespace whydrop::relay
