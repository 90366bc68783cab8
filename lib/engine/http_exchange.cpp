#include "engine/http_exchange.hpp"

#include "engine/body_excerpt.hpp"
#include "handshake/content.hpp"
#include "handshake/upgrade.hpp"
#include "session/heads.hpp"

#include <utility>

namespace whydrop::engine {
using handshake::BodyReader;
using handshake::Head;
using handshake::HeadParser;

namespace {

/// Bytes of a body that are decoded: enough for a page's title behind its styles, also compressed.
constexpr std::size_t kMaxCoded = 16 * 1024;
/// More than is told, so that no JSON string is cut in the middle.
constexpr std::size_t kMaxDecoded = 2 * kBodyExcerpt;
constexpr std::size_t kMostAsked = 64;
/// Interim answers that are told one by one, and bytes of them; what comes besides is counted with the answer that it
/// is before: a server may send them for ever. RFC 9110 section 15.2.
constexpr std::uint64_t kMostInterim = 64, kMostInterimBytes = 64 * 1024;

/// A method, of which all that are registered are capitals; no frame begins so unless it sets RSV1 and means nothing by
/// it. RFC 9110 section 16.1.
bool begins_request(char c) {
  return c >= 'A' && c <= 'Z';
}

std::string_view method_of(const Head& request) {
  return std::string_view(request.start_line).substr(0, request.start_line.find(' '));
}

}  // namespace

std::string_view HttpExchange::on_bytes(session::Side from,
                                        std::string_view bytes,
                                        std::int64_t t_ns,
                                        const Emit& emit) {
  now_ns_ = t_ns;
  return from == session::Side::client ? on_request_bytes(bytes, emit) : on_response_bytes(bytes, emit);
}

std::string_view HttpExchange::on_request_bytes(std::string_view bytes, const Emit& emit) {
  while (!bytes.empty() && client_next_ != Next::frames) {
    if (client_next_ == Next::body) {
      bytes.remove_prefix(request_body_.feed(bytes));
      client_next_ = request_body_.done() ? Next::head : Next::body;
      continue;
    }
    if (requests_ > 0 && request_.head().raw.empty() && !begins_request(bytes.front())) {
      client_next_ = Next::frames;  // it sends frames all the same
      continue;
    }
    if (whole_since_ && request_.head().raw.empty()) {
      end_exchange(*whole_since_, emit);
    }
    bytes.remove_prefix(request_.feed(bytes));
    if (request_.done()) {
      on_request(emit);
    }
  }
  return bytes;
}

void HttpExchange::on_request(const Emit& emit) {
  const Head& head = request_.head();
  ++requests_;
  emit(session::request_of(head), now_ns_);
  // What comes behind a request for the upgrade before its answer is meant as frames: RFC 6455 section 4.1 forbids it,
  // and a rule says so.
  client_next_ = !head.complete || handshake::asks_for_upgrade(head) ? Next::frames : Next::body;
  request_body_ = BodyReader::of_request(head);
  if (client_next_ == Next::body && request_body_.done()) {
    client_next_ = Next::head;
  }
  asked_.push_back(head);
  if (asked_.size() > kMostAsked) {
    asked_.pop_front();
  }
  request_ = HeadParser(HeadParser::Kind::request);
}

std::string_view HttpExchange::on_response_bytes(std::string_view bytes, const Emit& emit) {
  while (!bytes.empty() && server_next_ != Next::frames) {
    bytes = server_next_ == Next::head ? on_response_head(bytes, emit) : on_response_body(bytes, emit);
  }
  return bytes;
}

std::string_view HttpExchange::on_response_head(std::string_view bytes, const Emit& emit) {
  const auto used = response_.feed(bytes);
  response_bytes_ += used;
  bytes.remove_prefix(used);
  if (!response_.done()) {
    return bytes;
  }
  if (handshake::is_interim(response_.head())) {
    on_interim(emit);
  } else {
    on_final_head(emit);
  }
  return bytes;
}

void HttpExchange::on_interim(const Emit& emit) {
  if (interim_ < kMostInterim && interim_bytes_ + response_bytes_ <= kMostInterimBytes) {
    ++interim_;
    interim_bytes_ += response_bytes_;
    emit_response(now_ns_, emit);
  } else {
    response_ = HeadParser(HeadParser::Kind::response);
  }
}

void HttpExchange::on_final_head(const Emit& emit) {
  const Head& head = response_.head();
  answered_ = asked_.empty() ? request_.head() : std::move(asked_.front());
  if (!asked_.empty()) {
    asked_.pop_front();
  }
  if (!head.complete && head.status == 0) {
    add_body(head.raw);  // not HTTP at all: there is no head, all of it is content
    response_bytes_ = 0;
  }
  if (head.status == 101 && head.complete) {
    client_next_ = server_next_ = Next::frames;
    upgraded_ = handshake::opens_session(answered_, head);
    emit_response(now_ns_, emit);
    return;
  }
  response_body_ = head.complete ? BodyReader::of_response(head, method_of(answered_)) : BodyReader::to_end();
  server_next_ = Next::body;
  on_body_end(emit);
}

std::string_view HttpExchange::on_response_body(std::string_view bytes, const Emit& emit) {
  // What comes when nothing more was asked for belongs to the answer all the same: its head counted wrong.
  const auto used = whole_since_ ? bytes.size() : response_body_.feed(bytes);
  add_body(bytes.substr(0, used));
  if (!whole_since_) {
    on_body_end(emit);
  }
  return bytes.substr(used);
}

/// An answer is told when the next request begins, or when it was there already: only then is it known that no more of
/// it comes.
void HttpExchange::on_body_end(const Emit& emit) {
  if (!response_body_.done()) {
    return;
  }
  if (!asked_.empty()) {
    end_exchange(now_ns_, emit);
    return;
  }
  whole_since_ = now_ns_;
  // A refused upgrade may be asked for again on the same connection, as after a 401. RFC 9110 section 11.1.
  client_next_ = client_next_ == Next::frames ? Next::head : client_next_;
}

void HttpExchange::end_exchange(std::int64_t t_ns, const Emit& emit) {
  emit_response(t_ns, emit);
  whole_since_.reset();
  server_next_ = Next::head;
}

void HttpExchange::add_body(std::string_view bytes) {
  body_length_ += bytes.size();
  body_.append(bytes.substr(0, kMaxCoded - body_.size()));
}

void HttpExchange::emit_response(std::int64_t t_ns, const Emit& emit) {
  session::Response fact = session::response_of(response_.head());
  auto body = handshake::decode_body(response_.head(), body_, body_.size() == body_length_, kMaxDecoded);
  fact.body = body_excerpt(body.content);
  fact.decoded = std::move(body.codings);
  fact.body_fault = std::move(body.fault);
  body_.clear();
  fact.body_length = std::exchange(body_length_, 0);
  fact.size = std::exchange(response_bytes_, 0);
  response_ = HeadParser(HeadParser::Kind::response);
  emit(std::move(fact), t_ns);
}

void HttpExchange::on_end(std::int64_t t_ns, const Emit& emit) {
  now_ns_ = t_ns;
  if (response_bytes_ + body_length_ > 0) {
    emit_response(now_ns_, emit);
  }
}

}  // namespace whydrop::engine
