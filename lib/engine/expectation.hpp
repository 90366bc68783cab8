#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::engine {

/// A message that must come.
struct Expected {
  /// For people; where `meets` is null, what it means too: "POINTER=VALUE", a JSON Pointer, and JSON if it parses as
  /// such, else a string (RFC 6901); "text:WORDS", which the message contains; "regex:PATTERN", which RE2 finds in it.
  std::string text;
  /// True for a message that will do.
  std::function<bool(std::string_view message)> meets{};
};
/// Any message will do.
Expected any_message();

/// Messages that must come, in order; others between them are skipped. One message meets at most one expectation.
class Expectations {
 public:
  Expectations();
  ~Expectations();

  /// Errors: usage, for a text that means nothing.
  Result<void> add(Expected expected);
  /// Offers a message; true if it met the next expectation. Safe against JSON of any depth.
  bool offer(std::string_view message);
  bool done() const;
  std::size_t met() const;
  std::size_t size() const;
  /// The text of the first one that is not met yet; empty if all are.
  const std::string& next_text() const;
  /// The last message offered, at most the first 200 bytes of it.
  const std::string& last_seen() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::engine
