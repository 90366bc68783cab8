#include "run/profile_context.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "net/url.hpp"
#include "run/profiles.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::run {
namespace {

/// True for a profile that has a built-in one's name and not its URL, unless it stands where a person's own do.
bool is_impostor(const profile::Profile& profile, const os::Environment& environment) {
  const std::string own = own_profiles(environment);
  if (!own.empty() && starts_with(profile.path, own + "/")) {
    return false;
  }
  const auto* row = profile::find_built_in(profile.name);
  const auto built_in = row == nullptr ? nullptr : profile::load(*row).value_or(nullptr);
  return built_in != nullptr && built_in->socket_url != profile.socket_url;
}

}  // namespace

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

std::string ProfileContext::home() const {
  const std::string& url = profile_->socket_url;
  const std::size_t scheme = url.find("://");
  const std::size_t end = scheme == std::string::npos ? 0 : url.find_first_of("/?#", scheme + 3);
  const auto filled = bindings_.fill_url(url.substr(0, end)).and_then(&net::parse_url);
  return filled ? filled->origin() : "";
}

std::string ProfileContext::home_of(const std::string& variable, const std::string& home) const {
  if (!store_ || bindings_.origin(variable) != profile::Origin::store) {
    return home;
  }
  const auto held = store_->entries().find(variable);
  return held == store_->entries().end() || held->second.origin.empty() ? home : held->second.origin;
}

/// What is not secret comes first: the home that secrets belong to may be made of it.
Result<void> ProfileContext::set_from_outside() {
  for (const bool secret : {false, true}) {
    if (secret && is_impostor(*profile_, host_.environment)) {
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
  const std::string here = secret ? home() : "";
  for (const auto& [name, entry] : store_->entries()) {
    const profile::Variable* variable = profile_->variable(name);
    if (variable == nullptr || variable->secret != secret) {
      continue;  // kept by another version of the profile; or of the other kind
    }
    if (secret && !entry.origin.empty() && !here.empty() && entry.origin != here) {
      warnings_.push_back(fmt::format(
          "{} of the store belongs to {}, and is not used for {}; --var {} gives it", name, entry.origin, here, name));
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
    const std::string value = host_.environment(variable.env);
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

}  // namespace whydrop::run
