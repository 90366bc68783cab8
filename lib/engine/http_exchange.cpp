#include "engine/http_exchange.hpp"

#include "engine/body_excerpt.hpp"
#include "session/heads.hpp"

#include <utility>

namespace whydrop::engine {
using handshake::Head;

std::string_view HttpExchange::on_bytes(session::Side from, std::string_view bytes, const Emit& emit) {
  return from == session::Side::client ? on_request(bytes, emit) : on_response(bytes, emit);
}

std::string_view HttpExchange::on_request(std::string_view bytes, const Emit& emit) {
  if (!request_told_) {
    bytes.remove_prefix(request_.feed(bytes));
    if (request_.done()) {
      request_told_ = true;
      emit(session::request_of(request_.head()));
    }
  }
  return bytes;
}

std::string_view HttpExchange::on_response(std::string_view bytes, const Emit& emit) {
  if (frames_) {
    return bytes;
  }
  while (!response_.done()) {
    const auto used = response_.feed(bytes);
    response_bytes_ += used;
    bytes.remove_prefix(used);
    if (!response_.done()) {
      return {};
    }
    if (!handshake::is_interim(response_.head())) {
      on_final_head(emit);
      break;
    }
    emit_response(emit);
    response_ = handshake::HeadParser(handshake::HeadParser::Kind::response);
    response_bytes_ = 0;
    response_told_ = false;
  }
  if (frames_) {
    return bytes;
  }
  add_body(bytes);
  return {};
}

void HttpExchange::on_final_head(const Emit& emit) {
  const Head& head = response_.head();
  if (!head.complete && head.status == 0) {
    add_body(head.raw);  // not HTTP at all: there is no head, all of it is content
    response_bytes_ = 0;
  }
  frames_ = head.status == 101 && head.complete;
  if (frames_) {
    upgraded_ = handshake::opens_session(request_.head(), head);
    emit_response(emit);
  }
}

void HttpExchange::add_body(std::string_view bytes) {
  body_length_ += bytes.size();
  body_.append(bytes.substr(0, kBodyExcerpt - body_.size()));
}

void HttpExchange::emit_response(const Emit& emit) {
  session::Response fact = session::response_of(response_.head());
  fact.body = body_;
  fact.body_length = body_length_;
  fact.size = response_bytes_;
  response_told_ = true;
  emit(std::move(fact));
}

void HttpExchange::on_end(const Emit& emit) {
  if (!response_told_ && response_bytes_ + body_length_ > 0) {
    emit_response(emit);
  }
}

}  // namespace whydrop::engine
