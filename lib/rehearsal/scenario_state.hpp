// Internal to rehearsal/.
#pragma once

#include "json/json.hpp"
#include "profile/checker.hpp"
#include "rehearsal/play.hpp"
#include "rehearsal/target.hpp"
#include "rehearsal/token_issuer.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::rehearsal {

class ScenarioSession;

/// What an act's templates are filled from.
struct TemplateContext {
  std::shared_ptr<const json::Json> request;  ///< the message or body that is answered; null: none, or not JSON
  Query query;                                ///< of the upgrade or call
  std::uint64_t count = 0;                    ///< messages of the client so far
};

/// What happened, in the names that reactions have for it: "client:startChat", "client:*", "*".
struct Trigger {
  std::vector<std::string> names;
  std::optional<json::Value> value;  ///< what a reaction's conditions are held against
};

/// What all connections of a played profile share: its values, its tokens, its reactions, and who is connected.
class ScenarioState {
 public:
  /// Errors: usage, for a scenario or a variable that there is not.
  static Result<std::shared_ptr<ScenarioState>> make(std::shared_ptr<const Play> play);

  const profile::Profile& profile() const { return *play_->profile; }
  const profile::Scenario& scenario() const { return scenario_; }
  profile::Judge& judge() { return judge_; }
  profile::Bindings& bindings() { return bindings_; }
  std::int64_t now_ns() const { return play_->outside.now_ns(); }

  /// The first reaction to `trigger`, the scenario's before the rehearsal's; null if there is none. How often each was
  /// met is counted over the whole run, since a client that comes back goes on with the same scenario.
  const profile::Reaction* reaction(const Trigger& trigger);
  /// Those of both lists whose `on` begins with `kind`, each name once, in order.
  std::vector<const profile::Reaction*> timed(std::string_view kind) const;
  /// True if it is one of the scenario's own.
  bool is_of_scenario(const profile::Reaction& reaction) const;

  Result<std::string> fill_json(std::string_view text,
                                const TemplateContext& context,
                                const profile::Bindings& bindings);
  Result<std::string> fill_text(std::string_view text,
                                const TemplateContext& context,
                                const profile::Bindings& bindings);
  /// Why a server would refuse the credential; see TokenIssuer::fault. Empty too where the rehearsal issues no tokens.
  std::string token_fault(std::string_view token, const std::vector<std::string>& scopes) const;

  /// A session begins: it is added as the youngest. Returns how many are open now.
  std::size_t enter(const std::shared_ptr<ScenarioSession>& session);
  void leave(const ScenarioSession* leaving);
  std::shared_ptr<ScenarioSession> oldest() const;

  Result<ClientPart> client_part();
  /// Path and query of a URL template, for people: what has no value, or a secret one, is left as {name}.
  std::string shown_target(std::string_view url) const;

 private:
  ScenarioState(std::shared_ptr<const Play> play, const profile::Scenario& scenario);
  Result<void> set_variables();
  Result<std::string> issue(std::string_view name);
  std::optional<std::string> extra(std::string_view name, const TemplateContext& context);

  std::shared_ptr<const Play> play_;
  const profile::Scenario& scenario_;
  profile::Judge judge_;
  profile::Bindings bindings_;
  TokenIssuer issuer_;
  std::map<const profile::Reaction*, unsigned> times_;
  std::vector<std::weak_ptr<ScenarioSession>> sessions_;
};

}  // namespace whydrop::rehearsal
