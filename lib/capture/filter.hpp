#pragma once

#include "base/result.hpp"
#include "session/sink.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::capture {

/// Which events of a capture are shown. The run's verdict is about the whole and always passes, unless `kinds` leaves
/// it out.
struct Filter {
  std::uint64_t from_seq = 0;
  std::uint64_t to_seq = std::numeric_limits<std::uint64_t>::max();
  std::string since, until;           ///< a duration since the start ("1m30s"), or a time in RFC 3339; empty: no bound
  std::vector<std::uint32_t> conns;   ///< empty: all
  std::vector<std::string> kinds;     ///< empty: all
  std::optional<session::Side> only;  ///< drops what came from the other side; what has no side passes
  std::string grep;                   ///< RE2; only events whose text it matches
};

/// True if it leaves anything out.
bool is_filter(const Filter& filter);

/// A Filter made ready. Errors: usage.
class Selector {
 public:
  static Result<Selector> make(const Filter& filter);
  Selector(Selector&&) noexcept;
  ~Selector();

  /// Tells when the run began (RFC 3339), which times are counted from.
  void start(std::string_view started);
  bool selects(const session::Event& event) const;
  /// True if all but the pattern selects it.
  bool passes(const session::Event& event) const;
  /// True if there is no pattern, or the event holds what it matches.
  bool matches(const session::Event& event) const;
  bool has_pattern() const;

 private:
  struct Impl;
  explicit Selector(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Passes selected events on to another sink. Neither is owned.
class SelectingSink final : public session::EventSink {
 public:
  SelectingSink(const Selector& selector, session::EventSink& next) : selector_(selector), next_(next) {}
  Result<void> on_event(const session::Event& event) override;
  Result<void> flush() override { return next_.flush(); }

 private:
  /// Frames of one compressed message that wait for its content.
  static constexpr std::size_t kMostHeld = 1000;

  const Selector& selector_;
  session::EventSink& next_;
  std::vector<session::Event> held_;
};

}  // namespace whydrop::capture
