// Internal to rehearsal/.
#pragma once

#include "handshake/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace whydrop::rehearsal {

/// One HTTP/1.1 request with its body. Total: any input ends in done(), and memory is bounded. RFC 9112 sections 6, 7.
class RequestReader {
 public:
  static constexpr std::size_t kMaxBody = 1U << 20;

  /// Takes bytes; returns how many are this request's.
  std::size_t feed(std::string_view bytes);
  bool done() const { return at_ == At::done; }
  /// True while a client that sent `Expect: 100-continue` waits for a word. Once.
  bool wants_continue();

  const handshake::Head& head() const { return parser_.head(); }
  const std::string& body() const { return body_; }
  /// The status that refuses a request that cannot be read (400, 413, 501); 0: it was read.
  int fault() const { return fault_; }
  /// "GET"; empty where the first line is no request's.
  std::string_view method() const { return word(0); }
  /// Path and query as they were sent.
  std::string_view target() const { return word(1); }
  /// True if the client lets the connection stay for another request. RFC 9112 section 9.3.
  bool keeps_alive() const;

 private:
  enum class At : std::uint8_t { head, counted, chunk_size, chunk, chunk_end, trailer, done };

  std::string_view word(std::size_t index) const;
  void on_head();
  void on_length(std::string_view text);
  std::size_t take_counted(std::string_view bytes, At then);
  std::size_t take_line(std::string_view bytes);
  void on_line();
  void on_chunk_size();
  void expect_bytes(std::uint64_t count, At at);
  void give_up(int status);

  handshake::HeadParser parser_{handshake::HeadParser::Kind::request};
  At at_ = At::head;
  std::uint64_t left_ = 0;
  std::string line_, body_;
  std::size_t trailers_ = 0;
  int fault_ = 0;
  bool expects_ = false;
};

}  // namespace whydrop::rehearsal
