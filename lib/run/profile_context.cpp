#include "run/profile_context.hpp"

#include "base/time.hpp"
#include "base/try.hpp"
#include "base/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::run {

ProfileContext::ProfileContext(std::shared_ptr<const profile::Profile> profile, const Host& host)
    : host_(host),
      profile_(std::move(profile)),
      judge_(std::make_shared<profile::Judge>(profile_)),
      bindings_(*profile_, host.outside()) {}

Result<std::unique_ptr<ProfileContext>> ProfileContext::make(std::shared_ptr<const profile::Profile> profile,
                                                             const std::vector<GivenValue>& values,
                                                             const StoreChoice& store,
                                                             const Host& host) {
  std::unique_ptr<ProfileContext> made(new ProfileContext(std::move(profile), host));
  return made->open_store(store)
      .and_then([&] { return made->set_from_store(); })
      .and_then([&] { return made->set_from_environment(); })
      .and_then([&] { return made->give(values); })
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

Result<void> ProfileContext::set_from_store() {
  if (!store_) {
    return {};
  }
  const std::int64_t now = host_.now_s();
  for (const auto& [name, entry] : store_->entries()) {
    if (profile_->variable(name) == nullptr) {
      continue;  // kept by another version of the profile
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

Result<void> ProfileContext::set_from_environment() {
  for (const profile::Variable& variable : profile_->variables) {
    const std::string value = host_.environment(variable.env);
    if (value.empty()) {
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
      store_->set(variable.name, {*value, host_.now_s(), std::nullopt, variable.secret});
      changed = true;
    }
  }
  return changed ? store_->save() : Result<void>();
}

}  // namespace whydrop::run
