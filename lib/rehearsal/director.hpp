// Internal to rehearsal/.
#pragma once

#include "json/json.hpp"
#include "profile/checker.hpp"
#include "rehearsal/mint.hpp"
#include "rehearsal/play.hpp"
#include "rehearsal/target.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::rehearsal {

class Player;

/// What an act's templates are filled from.
struct Scene {
  std::shared_ptr<const json::Json> request;  ///< the message or body that is answered; null: none, or not JSON
  Query query;                                ///< of the upgrade or call
  std::uint64_t count = 0;                    ///< messages of the client so far
};

/// What happened, in the names that reactions have for it: "client:startChat", "client:*", "*".
struct Cue {
  std::vector<std::string> names;
  std::optional<json::Value> value;  ///< what a reaction's conditions are held against
};

/// What all connections of a played profile share: its values, its tokens, its reactions, and who is connected.
class Director {
 public:
  /// Errors: usage, for a scenario or a variable that there is not.
  static Result<std::shared_ptr<Director>> make(std::shared_ptr<const Play> play);

  const profile::Profile& profile() const { return *play_->profile; }
  const profile::Scenario& scenario() const { return scenario_; }
  profile::Judge& judge() { return judge_; }
  profile::Bindings& bindings() { return bindings_; }
  std::int64_t now_ns() const { return play_->outside.now_ns(); }

  /// The first reaction to `cue`, the scenario's before the rehearsal's; null if there is none. How often each was met
  /// is counted over the whole run, since a client that comes back goes on with the same scenario.
  const profile::Reaction* reaction(const Cue& cue);
  /// Those of both lists whose `on` begins with `kind`, each name once, in order.
  std::vector<const profile::Reaction*> timed(std::string_view kind) const;
  /// True if it is one of the scenario's own.
  bool is_of_scenario(const profile::Reaction& reaction) const;

  Result<std::string> fill_json(std::string_view text, const Scene& scene, const profile::Bindings& bindings);
  Result<std::string> fill_text(std::string_view text, const Scene& scene, const profile::Bindings& bindings);
  /// Why a server would refuse the credential; see Mint::fault. Empty too where the rehearsal issues no tokens.
  std::string token_fault(std::string_view token, const std::vector<std::string>& scopes) const;

  /// A session begins: it is added as the youngest. Returns how many are open now.
  std::size_t enter(const std::shared_ptr<Player>& player);
  void leave(const Player* player);
  std::shared_ptr<Player> oldest() const;

  Result<ClientPart> client_part();
  /// Path and query of a URL template, for people: what has no value, or a secret one, is left as {name}.
  std::string shown_target(std::string_view url) const;

 private:
  Director(std::shared_ptr<const Play> play, const profile::Scenario& scenario);
  Result<void> set_variables();
  Result<std::string> issue(std::string_view name);
  std::optional<std::string> extra(std::string_view name, const Scene& scene);

  std::shared_ptr<const Play> play_;
  const profile::Scenario& scenario_;
  profile::Judge judge_;
  profile::Bindings bindings_;
  Mint mint_;
  std::map<const profile::Reaction*, unsigned> times_;
  std::vector<std::weak_ptr<Player>> sessions_;
};

}  // namespace whydrop::rehearsal
