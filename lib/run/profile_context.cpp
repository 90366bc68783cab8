#include "run/profile_context.hpp"

#include "base/time.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "net/url.hpp"
#include "profile/load.hpp"
#include "profile/template.hpp"
#include "run/profiles.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

/// True for a profile that has a built-in one's name and not its URL.
bool is_impostor(const profile::Profile& profile) {
  const auto* row = profile::find_built_in(profile.name);
  const auto built_in = row == nullptr ? nullptr : profile::load(*row).value_or(nullptr);
  return built_in != nullptr && built_in->socket_url != profile.socket_url;
}

/// As much of a URL's template as an origin is made of.
std::string_view authority_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  return url.substr(0, scheme == std::string_view::npos ? url.size() : url.find_first_of("/?#", scheme + 3));
}

/// The variables in templates, and those in their defaults.
std::set<std::string, std::less<>> variables_in(const profile::Profile& profile, std::vector<std::string> templates) {
  std::set<std::string, std::less<>> names;
  while (!templates.empty()) {
    const std::string text = std::move(templates.back());
    templates.pop_back();
    for (const std::string& placeholder : profile::placeholders_of(text)) {
      const profile::Variable* variable = profile.variable(profile::number_of(placeholder).value_or(placeholder));
      if (variable != nullptr && names.insert(variable->name).second && variable->fallback) {
        templates.push_back(*variable->fallback);
      }
    }
  }
  return names;
}

}  // namespace

ProfileContext::ProfileContext(std::shared_ptr<const profile::Profile> profile,
                               const Host& host,
                               os::Environment environment)
    : host_(host),
      environment_(environment ? std::move(environment) : host.environment),
      profile_(std::move(profile)),
      judge_(std::make_shared<profile::Judge>(profile_)),
      bindings_(*profile_, host.outside()) {}

Result<std::unique_ptr<ProfileContext>> ProfileContext::make(std::shared_ptr<const profile::Profile> profile,
                                                             const std::vector<GivenValue>& values,
                                                             const StoreChoice& store,
                                                             const Host& host,
                                                             os::Environment environment) {
  std::unique_ptr<ProfileContext> made(new ProfileContext(std::move(profile), host, std::move(environment)));
  return made->open_store(store)
      .and_then([&] { return made->give(values); })
      .and_then([&] { return made->set_from_outside(); })
      .map([&] { return std::move(made); });
}

Result<void> ProfileContext::open_store(const StoreChoice& choice) {
  const std::string path =
      !choice.file.empty()
          ? choice.file
          : auth::store_path(profile_->name, host_.environment("XDG_STATE_HOME"), host_.environment("HOME"));
  if (choice.none || path.empty()) {
    return {};
  }
  return auth::Store::open(path).map([this](auth::Store&& opened) { store_ = std::move(opened); });
}

std::vector<std::string> ProfileContext::authorities() const {
  std::vector<std::string> all{std::string(authority_of(profile_->socket_url))};
  for (const profile::Call& call : profile_->calls) {
    all.emplace_back(authority_of(call.url));
  }
  return all;
}

std::string ProfileContext::origin_of(std::string_view authority) const {
  const auto filled = bindings_.fill_url(authority).and_then(&net::parse_url);
  return filled ? filled->origin() : "";
}

std::string ProfileContext::home() const {
  return origin_of(authority_of(profile_->socket_url));
}

std::vector<std::string> ProfileContext::places() const {
  std::vector<std::string> places;
  for (const std::string& authority : authorities()) {
    std::string origin = origin_of(authority);
    if (!origin.empty() && std::find(places.begin(), places.end(), origin) == places.end()) {
      places.push_back(std::move(origin));
    }
  }
  return places;
}

bool ProfileContext::is_own() const {
  const std::string own = own_profiles(host_.environment);
  const auto folder = std::filesystem::path(profile_->path).lexically_normal().parent_path();
  return profile_->built_in || (!own.empty() && folder == std::filesystem::path(own).lexically_normal());
}

bool ProfileContext::is_owners_place(const net::Url& url) const {
  return is_own() &&
         (!own_places_ || std::find(own_places_->begin(), own_places_->end(), url.origin()) != own_places_->end());
}

void ProfileContext::lead_by_file(const std::vector<std::string>& variables, std::vector<std::string> places) {
  const auto in_places = variables_in(*profile_, authorities());
  const bool leads = std::any_of(variables.begin(), variables.end(), [&](const std::string& name) {
    const profile::Variable* variable = profile_->variable(name);
    return variable != nullptr && variable->choices.empty() && in_places.count(name) > 0;
  });
  if (leads) {
    own_places_ = std::move(places);
  }
}

std::vector<std::string> ProfileContext::homes_of(const std::string& variable,
                                                  const profile::Bindings& bindings) const {
  const auto origin = bindings.origin(variable);
  const auto taken = taken_.find(variable);
  std::string giver = taken != taken_.end() ? taken->second : "";
  if (giver.empty() && origin == profile::Origin::reply) {
    giver = home();
  } else if (giver.empty() && origin == profile::Origin::store && store_) {
    const auto held = store_->entries().find(variable);
    giver = held == store_->entries().end() ? "" : held->second.origin;
  }
  if (!giver.empty()) {
    return {giver};
  }
  return own_places_ ? *own_places_ : is_own() ? places() : std::vector<std::string>();
}

std::vector<Carried> ProfileContext::carried_in(const std::vector<std::string>& templates) const {
  std::vector<Carried> all;
  for (const std::string& name : variables_in(*profile_, templates)) {
    const profile::Variable* variable = profile_->variable(name);
    const auto value = variable->secret ? bindings_.get(name) : std::nullopt;
    if (value && !value->empty() && is_persons(*bindings_.origin(name))) {
      all.push_back({name, *value, words_of(*bindings_.origin(name)), homes_of(name, bindings_)});
    }
  }
  return all;
}

std::vector<Carried> ProfileContext::carried_by_session() const {
  std::vector<std::string> templates = profile_->subprotocols;
  templates.push_back(profile_->socket_url);
  for (const profile::Field& field : profile_->socket_headers) {
    templates.push_back(field.value);
  }
  for (const profile::MessageType& message : profile_->messages) {
    templates.push_back(message.side == profile::Side::client ? message.example : "");
  }
  return carried_in(templates);
}

std::vector<Carried> ProfileContext::carried_by(const profile::Call& call) const {
  std::vector<std::string> templates{call.url, call.basic_user, call.basic_password, call.json};
  for (const auto* fields : {&call.headers, &call.form}) {
    for (const profile::Field& field : *fields) {
      templates.push_back(field.value);
    }
  }
  return carried_in(templates);
}

/// What is not secret comes first: the home that secrets belong to may be made of it.
Result<void> ProfileContext::set_from_outside() {
  for (const bool secret : {false, true}) {
    if (secret && !is_own() && is_impostor(*profile_)) {
      warnings_.push_back(
          fmt::format("the profile calls itself {} and has another URL than the built-in one: secrets "
                      "of that one's store and of the environment are not used; --var gives them",
                      profile_->name));
      return {};
    }
    WHYDROP_TRY(set_from_store(secret));
    WHYDROP_TRY(set_from_environment(secret));
  }
  return {};
}

Result<void> ProfileContext::set_from_store(bool secret) {
  if (!store_) {
    return {};
  }
  const std::int64_t now = host_.now_s();
  const std::vector<std::string> here = secret ? places() : std::vector<std::string>();
  for (const auto& [name, entry] : store_->entries()) {
    const profile::Variable* variable = profile_->variable(name);
    if (variable == nullptr || variable->secret != secret) {
      continue;  // kept by another version of the profile; or of the other kind
    }
    if (secret && !entry.origin.empty() && !here.empty() &&
        std::find(here.begin(), here.end(), entry.origin) == here.end()) {
      warnings_.push_back(fmt::format("{} of the store belongs to {}, and is not used for {}; --var {} gives it",
                                      name,
                                      entry.origin,
                                      here.front(),
                                      name));
      continue;
    }
    if (const auto set = bindings_.set(name, entry.value, profile::Origin::store); !set) {
      return fail(ErrorKind::usage,
                  fmt::format("store {}: {}", store_->path(), set.error().message),
                  fmt::format("whydrop session clear --profile {}", profile_->name));
    }
    if (entry.expires && *entry.expires <= now) {
      warnings_.push_back(
          fmt::format("{} of the store expired {} ago", name, format_duration((now - *entry.expires) * kSecond)));
    }
  }
  return {};
}

Result<void> ProfileContext::set_from_environment(bool secret) {
  for (const profile::Variable& variable : profile_->variables) {
    const std::string value = environment_(variable.env);
    if (value.empty() || variable.secret != secret) {
      continue;
    }
    if (const auto set = bindings_.set(variable.name, value, profile::Origin::environment); !set) {
      return fail(set.error().kind, variable.env + ": " + set.error().message, set.error().hint);
    }
  }
  return {};
}

Result<void> ProfileContext::give(const std::vector<GivenValue>& values) {
  for (const GivenValue& given : values) {
    const profile::Variable* variable = profile_->variable(given.name);
    if (given.in_clear && variable != nullptr && variable->secret) {
      warnings_.push_back(fmt::format(
          "--var {} shows a secret to everyone who can list processes; @FILE in place of the value, or {}, does not",
          given.name,
          variable->env));
    }
    if (const auto set = bindings_.set(given.name, given.value, profile::Origin::given); !set) {
      return set;
    }
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> ProfileContext::given() const {
  std::vector<std::pair<std::string, std::string>> values;
  for (const profile::Variable& variable : profile_->variables) {
    if (bindings_.origin(variable.name) == profile::Origin::given) {
      values.emplace_back(variable.name, bindings_.get(variable.name).value_or(""));
    }
  }
  return values;
}

std::vector<std::pair<std::string, std::string>> ProfileContext::known() const {
  std::vector<std::pair<std::string, std::string>> values;
  for (const profile::Variable& variable : profile_->variables) {
    const auto value = variable.secret ? std::nullopt : bindings_.get(variable.name);
    if (value && bindings_.origin(variable.name) != profile::Origin::generated) {
      values.emplace_back(variable.name, *value);
    }
  }
  return values;
}

bool ProfileContext::is_kept(const std::string& variable) const {
  const auto takes_it = [&variable](const profile::Call& call) {
    return std::any_of(
        call.takes.begin(), call.takes.end(), [&](const auto& take) { return take.variable == variable; });
  };
  return store_->entries().count(variable) > 0 || std::any_of(profile_->calls.begin(), profile_->calls.end(), takes_it);
}

Result<void> ProfileContext::save() {
  if (!store_) {
    return {};
  }
  bool changed = false;
  for (const profile::Variable& variable : profile_->variables) {
    const auto value = bindings_.get(variable.name);
    const auto origin = bindings_.origin(variable.name);
    const bool known = origin == profile::Origin::reply || origin == profile::Origin::given;
    if (!value || !known || !is_kept(variable.name)) {
      continue;
    }
    const auto held = store_->entries().find(variable.name);
    if (held == store_->entries().end() || held->second.value != *value) {
      store_->set(variable.name, {*value, host_.now_s(), std::nullopt, variable.secret, home()});
      changed = true;
    }
  }
  return changed ? store_->save() : Result<void>();
}

bool is_persons(profile::Origin origin) {
  return origin != profile::Origin::fallback && origin != profile::Origin::generated;
}

std::string words_of(profile::Origin origin) {
  switch (origin) {
  case profile::Origin::fallback:
    return "the profile's default";
  case profile::Origin::generated:
    return "made by chance";
  case profile::Origin::store:
    return "the store";
  case profile::Origin::environment:
    return "the environment";
  case profile::Origin::reply:
    return "a reply";
  case profile::Origin::given:
    return "--var";
  }
  return {};
}

}  // namespace whydrop::run
