#include "handshake/body.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace whydrop::handshake {
namespace {

constexpr std::size_t kMostSizeDigits = 15;  // of a chunk's size: it fits 64 bits by far

bool may_have_body(int status, std::string_view method) {
  // RFC 9110 sections 9.3.2 and 15; a CONNECT that was granted is followed by the tunnel.
  const bool tunnel = method == "CONNECT" && status >= 200 && status < 300;
  return status >= 200 && status != 204 && status != 304 && method != "HEAD" && !tunnel;
}

}  // namespace

/// Transfer-Encoding wins over Content-Length, and only a last coding "chunked" tells the end. RFC 9112 section 6.3.
BodyReader BodyReader::framed(const Head& head, State otherwise) {
  BodyReader body;
  body.state_ = otherwise;
  const auto codings = list_values(head, "Transfer-Encoding");
  if (!codings.empty()) {
    body.state_ = same_caseless(codings.back(), "chunked") ? State::chunk_size : State::until_end;
    return body;
  }
  const auto lengths = list_values(head, "Content-Length");
  if (lengths.empty()) {
    return body;
  }
  const std::string_view text = lengths.front();
  const auto read = std::from_chars(text.data(), text.data() + text.size(), body.left_);
  const bool plain = read.ec == std::errc() && read.ptr == text.data() + text.size() &&
                     std::all_of(lengths.begin(), lengths.end(), [&](std::string_view other) { return other == text; });
  body.state_ = !plain ? State::until_end : body.left_ == 0 ? State::done : State::counted;
  return body;
}

BodyReader BodyReader::to_end() {
  BodyReader body;
  body.state_ = State::until_end;
  return body;
}

BodyReader BodyReader::of_request(const Head& head) {
  return framed(head, State::done);
}

BodyReader BodyReader::of_response(const Head& head, std::string_view method) {
  return may_have_body(head.status, method) ? framed(head, State::until_end) : BodyReader();
}

std::size_t BodyReader::feed_counted(std::size_t size, State then) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, size));
  left_ -= taken;
  state_ = left_ == 0 ? then : state_;
  return taken;
}

void BodyReader::end_size_line() {
  state_ = size_digits_ == 0 ? State::until_end : left_ == 0 ? State::trailer : State::chunk_data;
  line_empty_ = true;
}

/// One byte of what stands around the chunks. RFC 9112 section 7.1; a bare LF ends a line as it does in heads.
void BodyReader::feed_framing(char c) {
  switch (state_) {
  case State::chunk_size:
    if (const int digit = hex_digit(c); digit >= 0) {
      left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
      state_ = ++size_digits_ > kMostSizeDigits ? State::until_end : state_;
    } else if (c == '\n') {
      end_size_line();
    } else if (c != '\r') {
      state_ = State::chunk_extension;
    }
    return;
  case State::chunk_extension:
    if (c == '\n') {
      end_size_line();
    }
    return;
  case State::chunk_end:
    if (c == '\n') {
      state_ = State::chunk_size;
      size_digits_ = 0;
    } else if (c != '\r') {
      state_ = State::until_end;
    }
    return;
  case State::trailer:
    if (c == '\n') {
      state_ = line_empty_ ? State::done : state_;
      line_empty_ = true;
    } else if (c != '\r') {
      line_empty_ = false;
    }
    return;
  case State::done:
  case State::counted:
  case State::chunk_data:
  case State::until_end:
    return;
  }
}

std::size_t BodyReader::feed(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::done) {
    if (state_ == State::until_end) {
      return bytes.size();
    }
    if (state_ == State::counted) {
      at += feed_counted(bytes.size() - at, State::done);
    } else if (state_ == State::chunk_data) {
      at += feed_counted(bytes.size() - at, State::chunk_end);
    } else {
      feed_framing(bytes[at]);
      ++at;
    }
  }
  return at;
}

}  // namespace whydrop::handshake
