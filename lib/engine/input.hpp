#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace whydrop::engine {

/// One thing to send, read from an input. `payload` is borrowed for the duration of the call.
struct Outgoing {
  enum class Kind : std::uint8_t { text, binary, ping, pong, close };
  Kind kind = Kind::text;
  std::string_view payload;  ///< a Close's reason
  std::uint16_t close_code = 1000;
};

/// How an input is cut into messages. `lines`: each line is one message. `jsonl`: each line is a JSON string (its text
/// is sent), or an object with one of "text", "base64", "ping", "pong" (strings) or "close" ({"code":…,"reason":…}).
/// `json`: each JSON value is one message, as it stands, over as many lines as it has; blanks between them are none.
enum class InputFormat : std::uint8_t { lines, binary_lines, jsonl, json };

/// Finds where the JSON values of a stream end, as RFC 8259 has them; what is no JSON ends somewhere too.
class JsonSplitter {
 public:
  /// Takes bytes of one value; returns how many belong to it, and to the blanks before it. done() says whether it is
  /// whole then.
  std::size_t feed(std::string_view bytes);
  /// The stream ends: a number may be whole by that.
  void finish() { done_ = begun_ && !in_string_ && depth_ == 0; }
  bool begun() const { return begun_; }
  bool done() const { return done_; }

 private:
  bool take(char c);

  std::uint64_t depth_ = 0;
  bool begun_ = false, scalar_ = false, in_string_ = false, escaped_ = false, done_ = false;
};

/// Cuts a stream of bytes into things to send. Feed chunks, then finish(); a last line without its end counts.
class InputReader {
 public:
  using Emit = std::function<void(const Outgoing&)>;
  /// `name` is for errors: the path, or "standard input".
  InputReader(InputFormat format, std::string name);

  Result<void> feed(std::string_view chunk, const Emit& emit);
  Result<void> finish(const Emit& emit);

 private:
  Result<void> line(std::string_view text, const Emit& emit);
  Result<void> feed_json(std::string_view chunk, const Emit& emit);
  Result<void> json_value(const Emit& emit);
  Result<void> json_line(std::string_view text, const Emit& emit);
  tl::unexpected<Error> wrong(const std::string& why, std::string hint = {}) const;

  InputFormat format_;
  std::string name_;
  std::string rest_;
  JsonSplitter splitter_;
  std::uint64_t line_number_ = 0;
};

}  // namespace whydrop::engine
