#pragma once

#include "profile/examination.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace whydrop::profile {

/// Which message of the client's each reply answers, and the times that the server's messages bear.
class Replies {
 public:
  /// `profile` must outlive it.
  explicit Replies(const Profile& profile) : profile_(profile) {}

  /// reply-duplicate, order-not-monotonic; remembers `seen`.
  void check(const Seen& seen, Findings& findings);
  /// reply-missing.
  void finish(std::int64_t t_ns, Findings& findings) const;

 private:
  /// What was sent under one id.
  struct Sent {
    TypeIndex type = 0;
    std::int64_t t_ns = 0;
    std::uint64_t seq = 0, times = 0, answered = 0;
    std::map<std::optional<TypeIndex>, std::uint64_t> replies;
  };
  struct Time {
    double at = 0;  ///< nanoseconds, or whatever the number says
    bool is_date = false;
    std::uint64_t seq = 0;
  };

  void remember(const Seen& seen);
  void check_reply(const Seen& seen, Findings& findings);
  void check_order(const Seen& seen, Findings& findings);

  const Profile& profile_;
  std::map<std::string, Sent, std::less<>> sent_;
  std::deque<std::string> order_;  ///< ids, oldest first
  std::optional<Time> latest_;
};

}  // namespace whydrop::profile
