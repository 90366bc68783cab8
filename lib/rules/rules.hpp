// Rule of this module: rules/ judges what wire/ and session/ describe. One function a rule, one row of one table a
// rule; a broken rule is a Finding and never stops the flow.
#pragma once

#include "session/event.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace whydrop::rules {

/// One rule of RFC 6455 or RFC 7692 as the table states it.
struct Rule {
  std::string_view id;        ///< "mask-from-server" … stable
  std::string_view sentence;  ///< what the rule demands
  std::string_view citation;  ///< "RFC 6455 section 5.1"
  session::Severity severity;
  std::uint16_t fail_code;  ///< close code that the observing endpoint fails the connection with, or 0
};

/// Every rule, in the table's order.
const std::vector<Rule>& all_rules();
const Rule* find_rule(std::string_view id);

/// How many findings of one id a Checker tells one by one.
inline constexpr std::uint64_t kMaxPerId = 8;

/// Checks one connection. Give it every fact and opinion in order; findings come through `emit`. Bounded: after
/// `kMaxPerId` findings of one id the rest are only counted, and told in one last Finding at the Ending, with their
/// number in `count`: the sum of `count` over an id is always the true number.
class Checker {
 public:
  using Emit = std::function<void(session::Finding&&)>;
  explicit Checker(Emit emit);
  ~Checker();
  void on_event(const session::Event& event);
  /// The close code that an endpoint fails the connection with for a frame of which only `so_far` came: its header and
  /// the beginning of its payload. 0: nothing is broken yet. No finding: the fact that shows it is the frame, whole or
  /// cut. Costs what came since the last call. RFC 6455 section 8.1.
  std::uint16_t early_fail_code(const session::Frame& so_far);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::rules
