#pragma once

#include "session/event.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace whydrop::engine {

/// What the policy must know of a connection that ended.
struct Ended {
  session::Verdict verdict;
  int http_status = 0;                                  ///< of the answer to the upgrade; 0: none came
  std::optional<std::chrono::nanoseconds> retry_after;  ///< what that answer asked for
  std::optional<std::chrono::nanoseconds> open_for;     ///< how long the session lasted; null: it never opened
};

/// Decides whether and when to connect again. Waits double up to a cap, half of each is drawn by chance, so that many
/// clients do not come back at once. A session that ends within `short_lived` is one more failure; a longer one starts
/// anew. Not again after 401 or 403, unless asked for: the same credentials would be refused again. RFC 6455
/// section 7.2.3.
class ReconnectPolicy {
 public:
  static constexpr std::uint64_t kEndless = UINT64_MAX;
  struct Limits {
    std::uint64_t most = 0;                  ///< failures in a row that are tried again
    bool by_chance = true;                   ///< half of each wait is drawn
    std::vector<std::uint16_t> not_after{};  ///< codes of the server's Close that end it
    std::chrono::nanoseconds first{std::chrono::milliseconds(500)};
    std::chrono::nanoseconds cap{std::chrono::seconds(30)};
    std::chrono::nanoseconds short_lived{std::chrono::seconds(10)};
    std::chrono::nanoseconds restart{std::chrono::seconds(5)};  ///< least wait after Close 1012 or 1013
    bool after_refusal = false;                                 ///< 401 and 403 are tried again too
  };
  /// `random` yields numbers of [0, 1).
  ReconnectPolicy(Limits limits, std::function<double()> random);

  /// The wait before the next attempt; null: give up. Call once for each connection that ended.
  std::optional<std::chrono::nanoseconds> next_wait(const Ended& ended);
  /// Attempts that next_wait has granted since the last session that lasted.
  std::uint64_t attempt() const { return failures_; }

 private:
  std::chrono::nanoseconds backed_off();

  Limits limits_;
  std::function<double()> random_;
  std::uint64_t failures_ = 0;
};

/// A Retry-After header: seconds, or an HTTP date against `now` (seconds since 1970). Null if it is neither.
/// RFC 9110 section 10.2.3.
std::optional<std::chrono::nanoseconds> parse_retry_after(std::string_view value, std::int64_t now);

}  // namespace whydrop::engine
