// Rule of this module: compare/ holds two sessions against each other: what differs, and which difference could explain
// that they ended differently. It reads events only.
#pragma once

#include "profile/profile.hpp"
#include "session/event.hpp"
#include "session/sink.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::compare {

/// How much of one session is remembered of its events; memory per message is bounded.
class Recorder final : public session::EventSink {
 public:
  /// `profile` names messages; may be null; must outlive it. `conn`: the connection that is looked at; null: the first
  /// WebSocket connection that opened, else the first.
  explicit Recorder(const profile::Profile* profile, std::optional<std::uint32_t> conn = std::nullopt);
  ~Recorder() override;
  Result<void> on_event(const session::Event& event) override;
  Result<void> flush() override { return {}; }

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct Options {
  bool strict = false;              ///< volatile values are compared as they are
  std::vector<std::string> ignore;  ///< JSON Pointers that are not compared, in any message; "/a/*/b" for items
  std::string a = "the first", b = "the second";  ///< what the two are called in sentences
};

struct Difference {
  enum class Kind : std::uint8_t {
    request,
    response,
    negotiated,
    missing,
    extra,
    changed,
    order,
    timing,
    frames,
    close,
    ending
  };
  Kind kind = Kind::changed;
  std::optional<session::Side> from;
  std::string key;                            ///< kind of message, as replay::KeyMaker says it
  std::optional<std::uint64_t> seq_a, seq_b;  ///< of the events that show it; null where there is none
  std::string pointer;                        ///< of a member, or a header's name; or empty
  std::optional<std::string> a, b;            ///< the two values as JSON or text; null: not there
  std::string says;                           ///< one sentence
  bool explains = false;                      ///< it came before the ends and could explain that they differ
};
std::string_view name(Difference::Kind kind);

struct Comparison {
  std::vector<Difference> differences;  ///< in order of the sessions; bounded, see `more`
  std::optional<std::size_t> leading;   ///< the first that could explain a different ending
  std::uint64_t more = 0;               ///< differences that are counted only
  std::uint64_t messages_a = 0, messages_b = 0, matched = 0;
  bool same() const { return differences.empty() && more == 0; }
};
Comparison compare(const Recorder& a, const Recorder& b, const Options& options);

}  // namespace whydrop::compare
