// Internal: which kinds of server messages have come as often as they came in the recording.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace whydrop::replay {

/// Counts per kind, of the recording and live. Past so many kinds the rest count as one.
class Awaited {
 public:
  /// A message of this kind stands next in the recording; it is to come before what follows is sent.
  void expect(const std::string& kind);
  /// As `expect`, for a message whose kind the recording does not tell: any that nothing else waits for will do.
  void expect_any() { ++any_; }
  /// A message of this kind came. True if the recording has had one for it so far.
  bool came(const std::string& kind);
  bool all_came() const { return missing_ == 0 && any_ <= early_; }
  /// What has not come is waited for no longer.
  void give_up();
  /// "session_ack (2nd)", "session_ack (2nd) and 3 more"; empty if all came.
  std::string missing() const;

 private:
  struct Kind {
    std::string name;
    std::uint64_t recorded = 0, live = 0;
  };
  Kind& kind(const std::string& name);

  std::vector<Kind> kinds_;
  std::unordered_map<std::string, std::size_t> index_;
  std::uint64_t missing_ = 0;  ///< messages
  std::uint64_t any_ = 0;      ///< messages of a kind that is not known
  std::uint64_t early_ = 0;    ///< messages that came more often than the recording has had them so far
};

}  // namespace whydrop::replay
