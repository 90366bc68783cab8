#pragma once

#include "profile/examination.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace whydrop::profile {

/// What a data frame of the client's breaks by its header: shape-opcode, shape-fragmented, shape-too-large.
void check_frame(const Profile& profile,
                 const std::string& name,
                 const session::Frame& frame,
                 std::uint64_t seq,
                 Findings& findings);
/// What a message of the client's breaks by its text: not-compact-json, shape-too-large, shape-too-long.
void check_size_and_form(const Profile& profile, const Seen& seen, Findings& findings);

/// How fast the client's messages come.
class Pace {
 public:
  /// Both must outlive it.
  Pace(const Profile& profile, const Bindings& bindings);

  /// What a message would break if it came now: rate-exceeded, gap-too-short.
  void check(const Seen& seen, Findings& findings) const;
  void note(const Seen& seen);

 private:
  std::uint64_t most(const Shape::Rate& rate) const;
  void check_rate(std::size_t rule, const Seen& seen, Findings& findings) const;
  void check_gap(std::size_t rule, const Seen& seen, Findings& findings) const;

  struct Earlier {
    std::int64_t t_ns = 0;
    std::uint64_t seq = 0;
  };
  const Profile& profile_;
  const Bindings& bindings_;
  std::vector<std::deque<std::int64_t>> within_;  ///< by rate: times inside its span
  std::vector<std::optional<Earlier>> last_;      ///< by gap
};

}  // namespace whydrop::profile
