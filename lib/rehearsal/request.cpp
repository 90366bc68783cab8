#include "rehearsal/request.hpp"

#include <algorithm>
#include <charconv>

namespace whydrop::rehearsal {
namespace {

constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kMaxTrailers = 100;

/// The whole of `text` as a number; null if it is none, or too large.
bool read_number(std::string_view text, int base, std::uint64_t& into) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, into, base);
  return error == std::errc{} && stopped == end && !text.empty();
}

}  // namespace

std::size_t RequestReader::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (!done() && taken < bytes.size()) {
    const std::string_view rest = bytes.substr(taken);
    switch (at_) {
    case At::head:
      taken += parser_.feed(rest);
      if (parser_.done()) {
        on_head();
      }
      break;
    case At::counted:
      taken += take_counted(rest, At::done);
      break;
    case At::chunk:
      taken += take_counted(rest, At::chunk_end);
      break;
    case At::chunk_size:
    case At::chunk_end:
    case At::trailer:
      taken += take_line(rest);
      break;
    case At::done:
      break;
    }
  }
  return taken;
}

bool RequestReader::wants_continue() {
  const bool waits = expects_ && !done() && body_.empty();
  expects_ = false;
  return waits;
}

std::string_view RequestReader::word(std::size_t index) const {
  std::string_view line = head().start_line;
  for (; index > 0; --index) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) {
      return {};
    }
    line.remove_prefix(space + 1);
  }
  return line.substr(0, line.find(' '));
}

bool RequestReader::keeps_alive() const {
  const bool current = word(2) == "HTTP/1.1";
  return fault_ == 0 && current && !handshake::has_token(head(), "Connection", "close");
}

void RequestReader::on_head() {
  const handshake::Head& head = parser_.head();
  if (head.over_limit || !head.fault.empty()) {
    give_up(400);
    return;
  }
  expects_ = handshake::has_token(head, "Expect", "100-continue");
  const bool chunked = handshake::has_token(head, "Transfer-Encoding", "chunked");
  const std::string* const length = head.find("Content-Length");
  if (head.find("Transfer-Encoding") != nullptr && !chunked) {
    give_up(501);
  } else if (chunked && length != nullptr) {
    give_up(400);
  } else if (chunked) {
    at_ = At::chunk_size;
  } else if (length != nullptr) {
    on_length(handshake::trim(*length));
  } else {
    at_ = At::done;
  }
}

void RequestReader::on_length(std::string_view text) {
  std::uint64_t length = 0;
  if (!read_number(text, 10, length)) {
    give_up(400);
  } else {
    expect_bytes(length, length == 0 ? At::done : At::counted);
  }
}

void RequestReader::expect_bytes(std::uint64_t count, At at) {
  if (count > kMaxBody - body_.size()) {
    give_up(413);
    return;
  }
  left_ = count;
  at_ = at;
}

std::size_t RequestReader::take_counted(std::string_view bytes, At then) {
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  body_.append(bytes.substr(0, taken));
  left_ -= taken;
  if (left_ == 0) {
    at_ = then;
  }
  return taken;
}

std::size_t RequestReader::take_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  line_.append(bytes.substr(0, end));
  if (line_.size() > kMaxLine) {
    give_up(400);
  } else if (end != std::string_view::npos) {
    if (!line_.empty() && line_.back() == '\r') {
      line_.pop_back();
    }
    on_line();
    line_.clear();
  }
  return end == std::string_view::npos ? bytes.size() : end + 1;
}

void RequestReader::on_line() {
  if (at_ == At::chunk_size) {
    on_chunk_size();
  } else if (at_ == At::chunk_end) {
    if (line_.empty()) {
      at_ = At::chunk_size;
    } else {
      give_up(400);
    }
  } else if (line_.empty()) {
    at_ = At::done;
  } else if (++trailers_ > kMaxTrailers) {
    give_up(400);
  }
}

void RequestReader::on_chunk_size() {
  std::uint64_t size = 0;
  const std::string_view text = handshake::trim(std::string_view(line_).substr(0, line_.find(';')));
  if (!read_number(text, 16, size)) {
    give_up(400);
  } else {
    expect_bytes(size, size == 0 ? At::trailer : At::chunk);
  }
}

void RequestReader::give_up(int status) {
  fault_ = status;
  at_ = At::done;
}

}  // namespace whydrop::rehearsal
