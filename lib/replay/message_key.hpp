// Rule of this module: replay/ reads what a client did in a recording and says what it does next when it is done again.
// It sends nothing and knows no clock.
#pragma once

#include "json/json.hpp"
#include "profile/classifier.hpp"
#include "profile/profile.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::replay {

/// Says of what kind a message is, so that messages of two runs can be held against each other: its type in the
/// profile, else what a member that most dialects tell messages apart by says ("type=ack"), else the names of its
/// members ("{id, result}"), "text" where it is no JSON object, or "binary". Cut after 120 bytes.
class KeyMaker {
 public:
  /// `profile` may be null; it must outlive it.
  explicit KeyMaker(const profile::Profile* profile);
  /// `root`: of the parsed payload; null where it is not JSON or not text.
  std::string key_of(wire::Side from, bool text, const std::optional<json::Value>& root) const;

 private:
  const profile::Profile* profile_;
  std::unique_ptr<profile::Classifier> client_, server_;
};

}  // namespace whydrop::replay
