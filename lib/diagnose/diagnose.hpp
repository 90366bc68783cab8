// Rule of this module: diagnose/ concludes. It sees events only, says what was observed and what is inferred, and
// cites.
#pragma once

#include "profile/bindings.hpp"
#include "session/event.hpp"
#include "session/witness.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace whydrop::profile {
struct Recognised;
}

namespace whydrop::diagnose {

/// What the person asked for; it decides what counts as a drop.
struct Expectation {
  std::vector<std::uint16_t> close_codes;              ///< --expect-close
  session::Witness witness = session::Witness::bytes;  ///< of the facts
  std::int64_t started_ns = 0;                         ///< wall clock at t_ns 0, ns since 1970; 0: not known
  const profile::Profile* profile = nullptr;           ///< the one in use; not owned
  const profile::Bindings* bindings = nullptr;  ///< its values, for templates in symptoms; not owned; may be null
};

/// Listens to all events of all connections of a run and makes a Verdict for each connection at its Ending, and one for
/// the run at finish(). Counts findings of one id. Memory is bounded whatever the length of the session.
class Diagnoser {
 public:
  explicit Diagnoser(Expectation expectation = {});
  ~Diagnoser();
  void on_event(const session::Event& event);
  /// `conn` is judged by this profile from now on, which nobody named.
  void recognise(std::uint32_t conn, std::shared_ptr<const profile::Recognised> found);
  /// State of the profile's sequence machine on `conn`, told whenever it changed and at the latest before conclude().
  void set_state(std::uint32_t conn, const std::string& state);
  /// Findings inferred at the end of `conn` and its verdict; call once, after the Ending was given.
  session::Verdict conclude(std::uint32_t conn);
  /// A connection that is not concluded: as if nothing had been told of it.
  void forget(std::uint32_t conn);
  /// The verdict of the run: that of the last websocket connection, findings of all merged.
  session::Verdict conclude_run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::diagnose
