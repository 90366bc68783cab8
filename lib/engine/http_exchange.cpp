#include "engine/http_exchange.hpp"

#include <algorithm>
#include <cctype>

namespace whydrop::engine {
namespace {

using handshake::Head;

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool has_token(const Head& head, std::string_view field, std::string_view token) {
  for (std::string_view list : head.find_all(field)) {
    while (!list.empty()) {
      const auto comma = std::min(list.find(','), list.size());
      if (equals_ignoring_case(trimmed(list.substr(0, comma)), token)) {
        return true;
      }
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
  return false;
}

std::string serialised(const Head& head) {
  std::string out = head.start_line + "\r\n";
  for (const auto& field : head.fields) {
    out += field.name + ": " + field.value + "\r\n";
  }
  return out + "\r\n";
}

std::vector<session::Header> headers_of(const Head& head) {
  std::vector<session::Header> out;
  out.reserve(head.fields.size());
  for (const auto& field : head.fields) {
    out.push_back({field.name, field.value, {}});
  }
  return out;
}

std::string raw_if_needed(const Head& head) {
  return serialised(head) == head.raw ? std::string() : head.raw;
}

session::Request request_fact(const Head& head) {
  session::Request fact;
  fact.start_line = head.start_line;
  fact.headers = headers_of(head);
  fact.raw = raw_if_needed(head);
  fact.size = head.raw.size();
  return fact;
}

}  // namespace

bool is_good_upgrade(const Head& request, const Head& response) {
  const std::string* key = request.find("Sec-WebSocket-Key");
  const std::string* accept = response.find("Sec-WebSocket-Accept");
  return response.status == 101 && key && accept && *accept == handshake::accept_key(*key) &&
         has_token(response, "Upgrade", "websocket") && has_token(response, "Connection", "upgrade");
}

std::string_view HttpExchange::on_bytes(session::Side from, std::string_view bytes, const Emit& emit) {
  return from == session::Side::client ? on_request(bytes, emit) : on_response(bytes, emit);
}

std::string_view HttpExchange::on_request(std::string_view bytes, const Emit& emit) {
  if (!request_told_) {
    bytes.remove_prefix(request_.feed(bytes));
    if (request_.done()) {
      request_told_ = true;
      emit(request_fact(request_.head()));
    }
  }
  return bytes;
}

std::string_view HttpExchange::on_response(std::string_view bytes, const Emit& emit) {
  if (frames_) {
    return bytes;
  }
  if (!response_.done()) {
    const auto used = response_.feed(bytes);
    response_bytes_ += used;
    bytes.remove_prefix(used);
    if (!response_.done()) {
      return {};
    }
    frames_ = response_.head().status == 101;
    if (frames_) {
      upgraded_ = is_good_upgrade(request_.head(), response_.head());
      deflate_ = handshake::negotiate(request_.head(), response_.head()).deflate.has_value();
      emit_response(emit);
      return bytes;
    }
  }
  add_body(bytes);
  return {};
}

void HttpExchange::add_body(std::string_view bytes) {
  body_length_ += bytes.size();
  body_.append(bytes.substr(0, kBodyExcerpt - body_.size()));
}

void HttpExchange::emit_response(const Emit& emit) {
  const Head& head = response_.head();
  session::Response fact;
  fact.start_line = head.start_line;
  fact.status = head.status;
  fact.headers = headers_of(head);
  fact.body = body_;
  fact.body_length = body_length_;
  fact.raw = raw_if_needed(head);
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
