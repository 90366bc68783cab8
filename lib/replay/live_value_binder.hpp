// Internal: puts the live server's values, and those of variables, where the recorded ones stood.
#pragma once

#include "replay/bounded.hpp"
#include "replay/changes.hpp"
#include "replay/links.hpp"
#include "replay/plan.hpp"
#include "replay/server_values.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace whydrop::replay {

/// Pairs the server's messages with the recorded ones, the nth of a kind with the nth of that kind, and learns from
/// each pair what stands for what. Memory is bounded; what was forgotten is told.
class LiveValueBinder {
 public:
  using ValueOf = std::function<std::optional<std::string>(const std::string& variable)>;
  using OnSecret = std::function<void(const std::string& variable, const std::string& value)>;
  LiveValueBinder(const Plan& plan, const profile::Profile* profile, ValueOf value_of, OnSecret on_secret);

  /// True if messages of the server's are of use; else neither of both below needs to be called.
  bool listens() const { return !places_.empty(); }
  void recorded(const std::string& key, const Heard& heard, const std::optional<json::Value>& root);
  void live(const std::string& key, const std::optional<json::Value>& root);
  /// What stood for these before the session.
  void variable(const std::string& name, const std::string& value);
  void called(const Called& call);

  /// True if anything of an act may change.
  bool concerns(const Act& act) const { return !act.redact.empty() || links_; }
  struct Bound {
    std::vector<Change> changes;
    bool parsed = false;  ///< the act's payload is JSON
    std::string missing;  ///< what must come before it can be sent: "chat_ready (2nd)"; empty: all is there
  };
  /// `key`: of the act. Errors: usage, where a masked value is not known.
  Result<Bound> bind(const Act& act, const std::string& key, bool parsed);

  /// What was forgotten, one sentence each.
  std::vector<std::string> notes() const;

 private:
  /// A place in a kind of server message.
  struct Place {
    std::string pointer;
    std::string variable;  ///< masked there; empty: the value itself is linked
    std::uint32_t id = 0;
  };
  struct Kind {
    std::vector<Place> places;
    std::uint64_t recorded = 0, live = 0;
  };
  struct Slot {
    std::uint32_t place = 0;
    std::uint64_t n = 0;  ///< the nth message of the kind
    bool operator==(const Slot& other) const { return place == other.place && n == other.n; }
  };
  struct SlotHash {
    std::size_t operator()(const Slot& slot) const {
      return static_cast<std::size_t>(slot.n * 0x9E3779B97F4A7C15U ^ slot.place);
    }
  };
  /// What a recorded message held that the live one is to tell.
  struct Awaited {
    std::uint64_t value = 0;    ///< id of the recorded value
    std::string variable;       ///< … or the variable that was masked,
    std::string before, after;  ///< between these
  };
  struct Known {
    std::optional<std::string> live;
    std::string missing;  ///< the message that tells it
  };

  void add_place(const std::string& key, const std::string& pointer, const std::string& variable);
  void expect(const Slot& slot, Awaited awaited);
  bool resolve(const Awaited& awaited, const std::string& value);
  void lack(const Awaited& awaited, std::string missing);
  void note_masked(const Place& place, const Slot& slot, const std::string& missing, const Heard& heard);
  void note_value(const Slot& slot, const std::string& missing, std::string_view value);
  std::uint64_t know(std::string_view value, Known known);
  Result<std::optional<std::string>> masked_value(const session::RedactSpan& span,
                                                  const Act& act,
                                                  std::string& missing);
  void bind_links(const std::set<std::string>& pointers, const Act& act, Bound& bound);
  void bind_value(std::uint64_t id, std::string_view payload, Change change, Bound& bound);
  void bind_scalar(Scalars& scalar, const Act& act, Bound& bound);

  const profile::Profile* profile_;
  ValueOf value_of_;
  OnSecret on_secret_;
  bool links_;
  std::map<std::string, Kind, std::less<>> kinds_;
  std::vector<std::string> places_;                                          ///< keys, by id
  std::map<std::string, std::set<std::string>, std::less<>> client_places_;  ///< pointers by key
  ValueIndex values_;
  std::unordered_map<std::uint64_t, Known> known_;  ///< by id of the value
  BoundedMap<Slot, std::vector<Awaited>, SlotHash> awaited_;
  BoundedMap<Slot, std::string, SlotHash> early_;  ///< live values that came before their recorded ones were read
  std::map<std::string, std::string> given_;       ///< masked variables, as the live server told them last
  std::map<std::string, std::string> awaited_variables_;  ///< … and which message is to tell one that it has not
};

}  // namespace whydrop::replay
