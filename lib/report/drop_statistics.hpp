#pragma once

#include "base/metrics.hpp"
#include "report/round_trips.hpp"
#include "session/event.hpp"
#include "session/pings.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace whydrop::report {

/// How sessions went, counted over a run that opens one after the other. Memory is bounded however long it lasts.
class DropStatistics {
 public:
  void on_event(const session::Event& event);

  /// What a session came to, told by its Verdict.
  struct Ended {
    std::uint64_t number = 0;            ///< of the session, from 1
    std::optional<std::int64_t> age_ns;  ///< null: it never opened
    std::uint64_t sent = 0, received = 0;
    std::string cause;  ///< by cause_of()
  };
  /// Of the Verdict that on_event was given last; null where that was of no WebSocket connection.
  const std::optional<Ended>& ended() const { return ended_; }

  /// "3 endings (2 no-close-reset, 1 connect-refused), open 59 min of 1 h (98.3 %), sent 12, received 3400; …" of the
  /// time since the call before, or the beginning.
  std::string since_last(std::int64_t now_ns);
  /// Rows for all of it: how long it was open, and each cause with how often it came and at which ages.
  std::string summary(std::int64_t now_ns) const;
  /// The same for a monitoring system. docs/watch.md lists them.
  std::vector<Metric> metrics(std::int64_t now_ns) const;

 private:
  struct Live {
    std::uint64_t number = 0;
    std::optional<std::int64_t> opened_ns;
    std::uint64_t sent = 0, received = 0;
    session::Pings pings;
  };
  struct Count {
    std::uint64_t endings = 0;
    std::optional<std::int64_t> least_age_ns, most_age_ns;
  };
  struct Period {
    std::int64_t from_ns = 0, open_ns = 0;
    std::uint64_t sent = 0, received = 0;
    std::map<std::string, Count> causes;
    RoundTrips trips;
  };
  void on_frame(Live& live, const session::Event& event, const session::Frame& frame);
  void on_verdict(const Live& live, const session::Event& event, const session::Verdict& verdict);
  std::int64_t open_until(const Period& period, std::int64_t now_ns) const;

  std::map<std::uint32_t, Live> live_;
  std::uint64_t sessions_ = 0;
  std::optional<Ended> ended_;
  Period all_, period_;
};

/// The name under which an ending is counted: its cause, else the code of its Close ("close-1000"), else how it ended.
std::string cause_of(const session::Verdict& verdict);

}  // namespace whydrop::report
