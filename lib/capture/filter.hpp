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
  /// Only messages of these types, with their frames: a profile's name for a message, else its JSON member "type".
  /// What belongs to no message passes. Empty: all.
  std::vector<std::string> types{};
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
  /// True if messages are selected by their types; and whether one is of such a type.
  bool by_type() const;
  bool is_of_type(const session::Message& message) const;

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
  /// Frames that wait for what is told after them: their content, where it is compressed; their message's type.
  static constexpr std::size_t kMostHeld = 1000;
  struct Held {
    session::Event event;
    std::string bytes;  ///< that the event's view is of
  };

  Result<void> select(const session::Event& event);
  Result<void> on_message(const session::Event& event, const session::Message& message);
  void hold(const session::Event& event, std::string_view bytes);

  const Selector& selector_;
  session::EventSink& next_;
  std::vector<session::Event> held_;
  std::vector<Held> of_messages_;  ///< where messages are selected by their types
};

}  // namespace whydrop::capture
