#pragma once

#include "auth/store.hpp"
#include "base/result.hpp"
#include "profile/bindings.hpp"
#include "profile/checker.hpp"
#include "profile/dialects.hpp"
#include "profile/load.hpp"
#include "run/host.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace whydrop::run {

/// A value that a person gives to a variable.
struct GivenValue {
  std::string name, value;
  bool in_clear = false;  ///< on the command line, where everyone who can list processes may see it
};

/// Where what replies gave is kept.
struct StoreChoice {
  std::string file;  ///< empty: the profile's usual one
  bool none = false;
};

/// A profile in use: its values (--var over environment over store over default) and its store.
class ProfileContext {
 public:
  /// `host` must outlive it. Errors: usage, for a variable that the profile does not have, or a value that it cannot
  /// take; local for the store.
  static Result<std::unique_ptr<ProfileContext>> make(std::shared_ptr<const profile::Profile> profile,
                                                      const std::vector<GivenValue>& values,
                                                      const StoreChoice& store,
                                                      const Host& host);

  const profile::Profile& profile() const { return *profile_; }
  std::shared_ptr<const profile::Profile> share() const { return profile_; }
  std::shared_ptr<profile::Judge> judge() const { return judge_; }
  profile::Bindings& bindings() { return bindings_; }
  const profile::Bindings& bindings() const { return bindings_; }
  /// Sets what a person gives. Errors: usage.
  Result<void> give(const std::vector<GivenValue>& values);
  /// Names and values of the variables that a person gave by --var.
  std::vector<std::pair<std::string, std::string>> given() const;
  /// Names and values of all that have one now and are not secret; what is made by chance is left out.
  std::vector<std::pair<std::string, std::string>> known() const;
  /// The origin of its socket's URL, by the values that it has now; empty where that is not known yet.
  std::string home() const;
  /// The origin that a value belongs to: of one from the store, where it was kept for; else `home`.
  std::string home_of(const std::string& variable, const std::string& home) const;
  /// Null with --no-store.
  auth::Store* store() { return store_ ? &*store_ : nullptr; }
  /// What a person should know of the values, one sentence each, without full stop.
  const std::vector<std::string>& warnings() const { return warnings_; }
  /// Writes what replies gave to the store, if there is one: values of variables that calls take, or that the store
  /// holds already. A value that a person gave in place of a reply's is kept too: the session goes with it.
  Result<void> save();

 private:
  ProfileContext(std::shared_ptr<const profile::Profile> profile, const Host& host);
  Result<void> open_store(const StoreChoice& choice);
  Result<void> set_from_store(bool secret);
  Result<void> set_from_environment(bool secret);
  Result<void> set_from_outside();
  bool is_kept(const std::string& variable) const;

  const Host& host_;
  std::shared_ptr<const profile::Profile> profile_;
  std::shared_ptr<profile::Judge> judge_;
  profile::Bindings bindings_;
  std::optional<auth::Store> store_;
  std::vector<std::string> warnings_;
};

}  // namespace whydrop::run
