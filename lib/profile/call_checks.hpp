#pragma once

#include "json/json.hpp"
#include "profile/bindings.hpp"
#include "profile/profile.hpp"
#include "session/event.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::profile {

/// So much of the body of a call's answer is read.
inline constexpr std::size_t kMaxReply = 1U << 20;

/// What the answer to one of a profile's calls says. What was masked, or cut from a capture, is not judged.
class Reply {
 public:
  /// `call` must outlive it. A body of which nothing is there, though bytes came, is one that is not JSON and was
  /// withheld, since a secret may stand in it.
  Reply(const Call& call, const session::Response& response);

  /// Null where the body is not JSON, or only its beginning is known.
  std::optional<json::Value> root() const { return is_json_ ? std::optional(body_.root()) : std::nullopt; }
  /// The connection ended in the middle of the answer.
  void set_cut() { cut_ = true; }

  /// True if what it holds is for the variables that the call takes.
  bool gives() const;
  /// Binds what it gives and is not masked.
  void give(Bindings& bindings) const;
  /// True if the call did not do what it is for.
  bool refused() const;
  /// What is to be said of it: the profile's own words, or what is missing. `seq`: the evidence, the answer's number.
  std::vector<session::Finding> findings(const Bindings& bindings, std::uint64_t seq) const;

 private:
  bool is_success() const;
  bool may_hold(const std::vector<Where>& conditions) const;
  void look_for_refusal();
  std::string lack() const;
  std::string incomplete() const;
  session::Finding told(const FindingText& words, const Bindings& bindings, std::uint64_t seq) const;

  const Call& call_;
  json::Json body_;
  std::string coding_;  ///< Content-Encoding, or empty
  std::uint64_t length_ = 0;
  int status_ = 0;
  bool is_json_ = false;
  bool known_ = true;  ///< false: only the beginning of the body is
  bool masked_ = false, cut_ = false;
  bool unsure_ = false;  ///< which of the refusals it is depends on what is masked or cut
  const FindingText* refusal_ = nullptr;
};

/// Follows the connection of a REST call, live or from a capture.
class CallChecker {
 public:
  using Emit = std::function<void(session::Body&&)>;
  /// All must outlive it.
  CallChecker(const Profile& profile, Bindings& bindings, Emit emit);

  /// Takes what an answer gives, before it is told: it may be secret.
  void learn(const session::Response& response);
  /// Every event of the connection after it was told, in order. Findings go to `emit` at its end.
  void on_event(const session::Event& event);

 private:
  void conclude(const session::Ending& ending);

  const Profile& profile_;
  Bindings& bindings_;
  Emit emit_;
  const Call* call_ = nullptr;
  std::optional<Reply> reply_;
  std::uint64_t seq_ = 0;  ///< of the answer
};

}  // namespace whydrop::profile
