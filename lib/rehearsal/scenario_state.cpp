#include "rehearsal/scenario_state.hpp"

#include "base/text.hpp"
#include "base/try.hpp"

#include <algorithm>
#include <utility>

namespace whydrop::rehearsal {
namespace {

constexpr std::string_view kRequest = "$request";
constexpr std::string_view kQuery = "$query/";
constexpr std::string_view kToken = "$token:";

bool held(const profile::Reaction& reaction, const Trigger& trigger) {
  return std::find(trigger.names.begin(), trigger.names.end(), reaction.on) != trigger.names.end() &&
         (reaction.where.empty() || (trigger.value && profile::holds(reaction.where, *trigger.value)));
}

/// Both JSON objects in one; members of `over` win.
Result<std::string> merged(std::string claims, const std::string& over) {
  json::Json parsed;
  if (parsed.parse(over)) {
    return claims;
  }
  for (std::size_t at = 0; at < parsed.root().size(); ++at) {
    const auto [key, value] = parsed.root().member(at);
    auto with = json::with(claims, "/" + json::escape_step(key), value.text());
    if (!with) {
      return with;
    }
    claims = *std::move(with);
  }
  return claims;
}

}  // namespace

Result<std::shared_ptr<ScenarioState>> ScenarioState::make(std::shared_ptr<const Play> play) {
  const auto scenario = play->rehearsal->find(play->scenario);
  WHYDROP_TRY(scenario);
  std::shared_ptr<ScenarioState> made(new ScenarioState(std::move(play), **scenario));
  WHYDROP_TRY(made->set_variables());
  return made;
}

ScenarioState::ScenarioState(std::shared_ptr<const Play> play, const profile::Scenario& scenario)
    : play_(std::move(play)), scenario_(scenario), judge_(play_->profile), bindings_(*play_->profile, play_->outside) {}

/// What the client uses is known here too, but what this server gives out in a reply wins over it.
Result<void> ScenarioState::set_variables() {
  for (const auto& [name, value] : scenario_.variables) {
    auto filled = fill_text(value, {}, bindings_);
    auto set = filled ? bindings_.set(name, *std::move(filled), profile::Origin::store)
                      : Result<void>(tl::unexpected<Error>(filled.error()));
    if (!set) {
      return set;
    }
  }
  for (const auto& [name, value] : play_->variables) {
    if (auto set = bindings_.set(name, value, profile::Origin::given); !set) {
      return set;
    }
  }
  return {};
}

const profile::Reaction* ScenarioState::reaction(const Trigger& trigger) {
  for (const auto* const list : {&scenario_.server, &play_->rehearsal->reactions}) {
    for (const profile::Reaction& reaction : *list) {
      if (!held(reaction, trigger)) {
        continue;
      }
      const unsigned time = ++times_[&reaction];
      if (time >= reaction.from && (reaction.to == 0 || time <= reaction.to)) {
        return &reaction;
      }
    }
  }
  return nullptr;
}

std::vector<const profile::Reaction*> ScenarioState::timed(std::string_view kind) const {
  std::vector<const profile::Reaction*> found;
  const auto stands = [&found](const std::string& on) {
    return std::any_of(
        found.begin(), found.end(), [&on](const profile::Reaction* reaction) { return reaction->on == on; });
  };
  for (const auto* const list : {&scenario_.server, &play_->rehearsal->reactions}) {
    for (const profile::Reaction& reaction : *list) {
      if (starts_with(reaction.on, kind) && !stands(reaction.on)) {
        found.push_back(&reaction);
      }
    }
  }
  return found;
}

bool ScenarioState::is_of_scenario(const profile::Reaction& reaction) const {
  return std::any_of(scenario_.server.begin(), scenario_.server.end(), [&reaction](const profile::Reaction& own) {
    return &own == &reaction;
  });
}

Result<std::string> ScenarioState::fill_json(std::string_view text,
                                             const TemplateContext& context,
                                             const profile::Bindings& bindings) {
  return bindings.fill_json(text, [this, &context](std::string_view name) { return extra(name, context); });
}

Result<std::string> ScenarioState::fill_text(std::string_view text,
                                             const TemplateContext& context,
                                             const profile::Bindings& bindings) {
  return bindings.fill_text(text, [this, &context](std::string_view name) { return extra(name, context); });
}

std::optional<std::string> ScenarioState::extra(std::string_view name, const TemplateContext& context) {
  if (name == "$count") {
    return std::to_string(context.count);
  }
  if (starts_with(name, kToken)) {
    const auto token = issue(name.substr(kToken.size()));
    return token ? std::optional(json::quote(*token)) : std::nullopt;
  }
  if (starts_with(name, kQuery)) {
    const std::string* const value = profile::find_in(context.query, name.substr(kQuery.size()));
    return value == nullptr ? "null" : json::quote(*value);
  }
  if (starts_with(name, kRequest)) {
    const auto value = context.request ? context.request->root().at(name.substr(kRequest.size())) : std::nullopt;
    return value ? value->text() : "null";
  }
  return std::nullopt;
}

Result<std::string> ScenarioState::issue(std::string_view name) {
  const auto& makers = play_->rehearsal->tokens;
  const auto maker = std::find_if(makers.begin(), makers.end(), [name](const auto& row) { return row.name == name; });
  if (maker == makers.end()) {
    return fail(ErrorKind::usage, "token " + std::string(name) + ": the rehearsal has none of that name");
  }
  Result<std::string> claims = maker->claims;
  for (const auto& [changed, over] : scenario_.tokens) {
    if (claims && changed == name) {
      claims = merged(*std::move(claims), over);
    }
  }
  claims = claims ? bindings_.fill_json(*claims) : claims;
  return claims ? issuer_.sign(maker->alg, *claims) : claims;
}

std::string ScenarioState::token_fault(std::string_view token, const std::vector<std::string>& scopes) const {
  return play_->rehearsal->tokens.empty() ? "" : issuer_.fault(token, scopes, now_ns());
}

std::size_t ScenarioState::enter(const std::shared_ptr<ScenarioSession>& session) {
  sessions_.push_back(session);
  return sessions_.size();
}

void ScenarioState::leave(const ScenarioSession* leaving) {
  sessions_.erase(std::remove_if(sessions_.begin(),
                                 sessions_.end(),
                                 [leaving](const std::weak_ptr<ScenarioSession>& session) {
                                   const auto open = session.lock();
                                   return !open || open.get() == leaving;
                                 }),
                  sessions_.end());
}

std::shared_ptr<ScenarioSession> ScenarioState::oldest() const {
  return sessions_.empty() ? nullptr : sessions_.front().lock();
}

Result<ClientPart> ScenarioState::client_part() {
  ClientPart part{&scenario_, {}};
  for (const auto& [name, value] : scenario_.variables) {
    auto filled = fill_text(value, {}, bindings_);
    WHYDROP_TRY(filled);
    part.variables.emplace_back(name, *std::move(filled));
  }
  return part;
}

std::string ScenarioState::shown_target(std::string_view url) const {
  std::string target(local_part(url));
  if (const auto whole = bindings_.fill_url(url); whole && url.substr(0, 1) == "{") {
    target = local_part(*whole);  // all of it is a variable's value, as route_upgrade reads it
  }
  for (const profile::Variable& variable : profile().variables) {
    const std::string placeholder = "{" + variable.name + "}";
    const std::size_t at = target.find(placeholder);
    const auto value = bindings_.fill_url("http:///" + placeholder);
    if (at != std::string::npos && value && !variable.secret && variable.generate.empty()) {
      target.replace(at, placeholder.size(), local_part(*value).substr(1));
    }
  }
  return target.substr(0, 1) == "/" ? target : "/" + target;
}

}  // namespace whydrop::rehearsal
