#pragma once

#include "auth/store.hpp"
#include "base/result.hpp"
#include "os/environment.hpp"
#include "profile/bindings.hpp"
#include "profile/checker.hpp"
#include "profile/load.hpp"
#include "profile/recognise.hpp"
#include "target/headers.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::run {

/// The flags that name a profile and give values to its variables. Their group is "Profile".
struct ProfileSettings {
  std::string profile;                 ///< name, a path with a slash or ".json", or kNoProfile
  std::vector<std::string> variables;  ///< "NAME=VALUE" or "NAME=@FILE"
  std::string store;                   ///< empty: the profile's usual one
  bool no_store = false;
  std::string at;  ///< "http://HOST:PORT": connect there instead, paths and names unchanged
};

/// The machine's clock and random device.
profile::Outside machine();

/// A profile in use: its values (--var over environment over store over default) and its store.
class ProfileContext {
 public:
  /// Null where `flags` name no profile. Errors: usage for a flag that lacks one, a variable that the profile does not
  /// have, or a value that it cannot take; local for the store.
  static Result<std::unique_ptr<ProfileContext>> make(const ProfileSettings& flags,
                                                      const os::Environment& environment,
                                                      const os::FileReader& read,
                                                      profile::Outside outside = machine());

  /// Of a profile that is found already; `flags.profile` is not looked at.
  static Result<std::unique_ptr<ProfileContext>> of(std::shared_ptr<const profile::Profile> profile,
                                                    const ProfileSettings& flags,
                                                    const os::Environment& environment,
                                                    const os::FileReader& read,
                                                    profile::Outside outside = machine());

  const profile::Profile& profile() const { return *profile_; }
  std::shared_ptr<const profile::Profile> share() const { return profile_; }
  std::shared_ptr<profile::Judge> judge() const { return judge_; }
  profile::Bindings& bindings() { return bindings_; }
  const profile::Bindings& bindings() const { return bindings_; }
  /// Sets what a person gives as "NAME=VALUE" or "NAME=@FILE". Errors: usage.
  Result<void> give(const std::vector<std::string>& given, const os::FileReader& read);
  /// Names and values of the variables that a person gave by --var.
  std::vector<std::pair<std::string, std::string>> given() const;
  /// Names and values of all that have one now and are not secret; what is made by chance is left out.
  std::vector<std::pair<std::string, std::string>> known() const;
  /// Null with --no-store.
  auth::Store* store() { return store_ ? &*store_ : nullptr; }
  /// What a person should know of the values, one sentence each, without full stop.
  const std::vector<std::string>& warnings() const { return warnings_; }
  /// Writes what replies gave to the store, if there is one: values of variables that calls take, or that the store
  /// holds already. A value that a person gave in place of a reply's is kept too: the session goes with it.
  Result<void> save();

 private:
  ProfileContext(std::shared_ptr<const profile::Profile> profile, const profile::Outside& outside);
  Result<void> open_store(const ProfileSettings& flags, const os::Environment& environment);
  Result<void> set_from_store();
  Result<void> set_from_environment(const os::Environment& environment);
  bool is_kept(const std::string& variable) const;

  std::function<std::int64_t()> now_ns_;
  std::shared_ptr<const profile::Profile> profile_;
  std::shared_ptr<profile::Judge> judge_;
  profile::Bindings bindings_;
  std::optional<auth::Store> store_;
  std::vector<std::string> warnings_;
};

}  // namespace whydrop::run
