// Rule of this module: capture/ writes facts true to the byte without their secrets, and reads them back.
#pragma once

#include "session/event.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::capture {

/// A value that must never be written, and the variable that it came from.
struct Secret {
  std::string variable;
  std::string value;
};

/// Masks secrets in events before any sink sees them, by as many `x`, and records the spans: well-known header, query
/// and JSON keys (also where a value is split over fragments), and every given value wherever it stands. Also notes
/// tokens: for a JWT in a masked place a Token fact is produced (through `take_tokens`) before it is masked.
class Redactor {
 public:
  /// `off`: --reveal; events pass unchanged.
  Redactor(std::vector<Secret> secrets, bool off);
  ~Redactor();
  /// One more value to mask from now on.
  void add(const Secret& secret);
  /// One more JSON key or query parameter whose values are secret.
  void add_key(std::string_view key);
  /// Returns the event to be shown: `event` itself if it holds no secret, else a masked copy (valid until the next
  /// call).
  const session::Event& redact(const session::Event& event);
  /// True if take_tokens() has some, or take_over_limit() something to say.
  bool has_news() const;
  /// True once, after the client sent more secrets than are remembered (256, 16 KiB in all): those are masked where a
  /// name or a form tells of them, and not where they stand besides.
  bool take_over_limit();
  /// What a person is told of it then.
  static constexpr std::string_view kOverLimit =
      "more secrets were sent than are remembered (256, or 16 KiB): later ones are masked where a name, a dialect or a "
      "form gives them away, and nowhere else; --secret NAME=VALUE masks one everywhere";
  /// Tokens seen since the last call.
  std::vector<session::Token> take_tokens();
  /// Masks given values and values of secret keys in free text, as in a URL or a finding's sentence.
  std::string redact_text(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::capture
