#pragma once

#include <cstdint>
#include <optional>

namespace whydrop::engine {

/// How many replies are waited for once there is nothing more to send: none, a number, or one for each message sent.
struct ReplyRule {
  enum class Kind : std::uint8_t { none, number, each };
  Kind kind = Kind::each;
  std::uint64_t number = 0;
};

/// Counts messages both ways and says whether all awaited replies came.
class ReplyCount {
 public:
  explicit ReplyCount(ReplyRule rule) : rule_(rule) {}
  void sent() { ++sent_; }
  /// `after_send`: it came once a message of this side had been written. Where each message is to have its reply, one
  /// that came before is a greeting and answers nothing.
  void received(bool after_send) { received_ += after_send || rule_.kind == ReplyRule::Kind::number ? 1 : 0; }
  std::uint64_t came() const { return received_; }
  bool satisfied() const { return received_ >= wanted(); }
  std::uint64_t wanted() const {
    switch (rule_.kind) {
    case ReplyRule::Kind::none:
      return 0;
    case ReplyRule::Kind::number:
      return rule_.number;
    case ReplyRule::Kind::each:
      return sent_;
    }
    return 0;
  }

 private:
  ReplyRule rule_;
  std::uint64_t sent_ = 0, received_ = 0;
};

}  // namespace whydrop::engine
