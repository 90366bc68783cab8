#pragma once

#include "handshake/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace whydrop::handshake {

/// Finds where the body behind a head ends, so that a second request or answer on one connection is seen as one. It
/// keeps no bytes. Total: a body that breaks its own framing lasts until the stream ends. RFC 9112 section 6.3.
class BodyReader {
 public:
  /// No body at all.
  BodyReader() = default;
  /// All that comes: behind a head that is none.
  static BodyReader to_end();
  static BodyReader of_request(const Head& head);
  /// `method` is that of the request, which decides whether an answer has a body; empty where no request was seen.
  static BodyReader of_response(const Head& head, std::string_view method);

  /// Takes bytes; returns how many of them belong to the body.
  std::size_t feed(std::string_view bytes);
  bool done() const { return state_ == State::done; }
  /// False for a body that only the end of the stream ends.
  bool has_end() const { return state_ != State::until_end; }

 private:
  enum class State { done, counted, chunk_size, chunk_extension, chunk_data, chunk_end, trailer, until_end };

  static BodyReader framed(const Head& head, State otherwise);
  std::size_t feed_counted(std::size_t size, State then);
  void feed_framing(char c);
  void end_size_line();

  State state_ = State::done;
  std::uint64_t left_ = 0;  ///< bytes of a counted body or of a chunk; while its size is read, the size so far
  std::size_t size_digits_ = 0;
  bool line_empty_ = true;  ///< of the trailer's line under way
};

}  // namespace whydrop::handshake
