#include "run/profile_context.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "os/machine.hpp"
#include "run/profiles.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

/// --var and its like make no sense without a profile.
Result<void> check_without_profile(const ProfileSettings& flags) {
  for (const auto& [given, name] : {std::pair(!flags.variables.empty(), "--var"),
                                    std::pair(!flags.store.empty(), "--store"),
                                    std::pair(flags.no_store, "--no-store"),
                                    std::pair(!flags.at.empty(), "--at")}) {
    if (given) {
      return fail(ErrorKind::usage, std::string("option ") + name + ": no profile to apply it to", "--profile NAME");
    }
  }
  return {};
}

}  // namespace

profile::Outside machine() {
  return {os::wall_clock_ns, os::random_uuid};
}

ProfileContext::ProfileContext(std::shared_ptr<const profile::Profile> profile, const profile::Outside& outside)
    : now_ns_(outside.now_ns),
      profile_(std::move(profile)),
      judge_(std::make_shared<profile::Judge>(profile_)),
      bindings_(*profile_, outside) {}

Result<std::unique_ptr<ProfileContext>> ProfileContext::make(const ProfileSettings& flags,
                                                             const os::Environment& environment,
                                                             const os::FileReader& read,
                                                             profile::Outside outside) {
  if (flags.profile.empty() || flags.profile == kNoProfile) {
    return check_without_profile(flags).map([] { return std::unique_ptr<ProfileContext>(); });
  }
  auto profile = find_profile(flags.profile, environment, read);
  WHYDROP_TRY(profile);
  return of(std::move(*profile), flags, environment, read, std::move(outside));
}

Result<std::unique_ptr<ProfileContext>> ProfileContext::of(std::shared_ptr<const profile::Profile> profile,
                                                           const ProfileSettings& flags,
                                                           const os::Environment& environment,
                                                           const os::FileReader& read,
                                                           profile::Outside outside) {
  std::unique_ptr<ProfileContext> made(new ProfileContext(std::move(profile), outside));
  return made->open_store(flags, environment)
      .and_then([&] { return made->set_from_store(); })
      .and_then([&] { return made->set_from_environment(environment); })
      .and_then([&] { return made->give(flags.variables, read); })
      .map([&] { return std::move(made); });
}

Result<void> ProfileContext::open_store(const ProfileSettings& flags, const os::Environment& environment) {
  const std::string path = !flags.store.empty()
                               ? flags.store
                               : auth::store_path(profile_->name, environment("XDG_STATE_HOME"), environment("HOME"));
  if (flags.no_store || path.empty()) {
    return {};
  }
  return auth::Store::open(path).map([this](auth::Store&& opened) { store_ = std::move(opened); });
}

Result<void> ProfileContext::set_from_store() {
  if (!store_) {
    return {};
  }
  const std::int64_t now = now_ns_() / kSecond;
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

Result<void> ProfileContext::set_from_environment(const os::Environment& environment) {
  for (const profile::Variable& variable : profile_->variables) {
    const std::string value = environment(variable.env);
    if (value.empty()) {
      continue;
    }
    if (const auto set = bindings_.set(variable.name, value, profile::Origin::environment); !set) {
      return fail(set.error().kind, variable.env + ": " + set.error().message, set.error().hint);
    }
  }
  return {};
}

Result<void> ProfileContext::give(const std::vector<std::string>& given, const os::FileReader& read) {
  for (const std::string& text : given) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorKind::usage, "option --var: '" + text + "' is not NAME=VALUE", "--var region=mypurecloud.ie");
    }
    const std::string name = text.substr(0, equals);
    std::string value = text.substr(equals + 1);
    const profile::Variable* variable = profile_->variable(name);
    if (!value.empty() && value[0] == '@') {
      const auto content = read(value.substr(1));
      WHYDROP_TRY(content);
      value = trim(*content);
      if (value.empty()) {
        return fail(ErrorKind::usage, fmt::format("variable {}: the file {} is empty", name, text.substr(equals + 2)));
      }
    } else if (variable != nullptr && variable->secret) {
      warnings_.push_back(fmt::format(
          "--var {} shows a secret to everyone who can list processes; @FILE in place of the value, or {}, does not",
          name,
          variable->env));
    }
    if (const auto set = bindings_.set(name, std::move(value), profile::Origin::given); !set) {
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
      store_->set(variable.name, {*value, now_ns_() / kSecond, std::nullopt, variable.secret});
      changed = true;
    }
  }
  return changed ? store_->save() : Result<void>();
}

}  // namespace whydrop::run
