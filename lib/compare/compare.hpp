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

/// What is remembered of the sessions of one run. Memory: 80 bytes a message, and of its payload at most 16 KiB, of all
/// payloads of a run at most 64 MiB; of what is longer, or comes later, hashes of the whole and of up to 64 members, at
/// most a million in all. Of a run's connections the first 10,000.
class Recorder final : public session::EventSink {
 public:
  /// `profile` names messages; may be null; must outlive it. `conn`: the connection that is looked at; null: all are
  /// recorded, and the first WebSocket connection that opened, else the first, is compared unless all are.
  explicit Recorder(const profile::Profile* profile, std::optional<std::uint32_t> conn = std::nullopt);
  ~Recorder() override;
  Result<void> on_event(const session::Event& event) override;
  Result<void> flush() override { return {}; }
  /// When the run began, in ns since 1970: whether a token had run out is known then.
  void set_started(std::int64_t ns);

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

struct Options {
  bool strict = false;        ///< volatile values are compared as they are
  bool all = false;           ///< every connection, the nth with the nth; else one session of each
  bool timing = true;         ///< a reply or gap that took much longer is a difference
  bool other_server = false;  ///< they went to different servers on purpose: Host and Origin are not compared
  bool other_url = false;     ///< … and asked for another path and query on purpose: nor are those
  bool replay = false;        ///< the second waits for what had come in the first: that it sends later is no difference
  bool rows = false;          ///< the comparison holds rows of messages: for View::side_by_side and View::report
  bool fold = true;           ///< of the rows that are the same only those near what differs
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

/// One line of the two sessions side by side.
struct Row {
  enum class Mark : std::uint8_t { same, changed, missing, extra };
  Mark mark = Mark::same;
  std::optional<std::uint64_t> seq_a, seq_b;
  std::string a, b;          ///< "→ {"type":…", cut to kMostOfRow bytes; empty where it is not there
  std::uint64_t folded = 0;  ///< so many messages that are the same stand here; the rest is empty then
};
inline constexpr std::size_t kMostOfRow = 240;
inline constexpr std::size_t kMostDifferences = 1000;

struct Comparison {
  std::vector<Difference> differences;  ///< in order of the sessions; bounded, see `more`
  std::optional<std::size_t> leading;   ///< the first that could explain a different ending
  std::optional<std::size_t> first;     ///< the same, or what would lead if they had not ended alike
  std::uint64_t more = 0;               ///< differences that are counted only
  std::uint64_t messages_a = 0, messages_b = 0, matched = 0;
  std::uint64_t left_out = 0;                   ///< connections of the two that were too many to be compared
  std::uint64_t by_form = 0;                    ///< values that differ, but are volatile and of the same form
  bool ends_differ = false;                     ///< of the first pair of connections whose ends do, else of the last
  bool end_a_known = true, end_b_known = true;  ///< false where it was not recorded up to its end
  std::string end_a, end_b;                     ///< how they ended, in words
  std::vector<Row> rows;                        ///< with Options::rows
  bool ends_known() const { return end_a_known && end_b_known; }
  /// As far as both were recorded.
  bool same() const { return differences.empty() && more == 0; }
};
Comparison compare(const Recorder& a, const Recorder& b, const Options& options);
/// True for "", "/a/*" and the like: an RFC 6901 pointer whose steps may be "*".
bool is_pattern(std::string_view pointer);

}  // namespace whydrop::compare
