#pragma once

#include "auth/store.hpp"
#include "base/result.hpp"
#include "net/url.hpp"
#include "profile/bindings.hpp"
#include "profile/checker.hpp"
#include "profile/dialects.hpp"
#include "profile/load.hpp"
#include "run/destinations.hpp"
#include "run/host.hpp"

#include <cstdint>
#include <map>
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
  /// `host` must outlive it. `environment`: what variables may be read from; null: all that the host has. Errors:
  /// usage, for a variable that the profile does not have, or a value that it cannot take; local for the store.
  static Result<std::unique_ptr<ProfileContext>> make(std::shared_ptr<const profile::Profile> profile,
                                                      const std::vector<GivenValue>& values,
                                                      const StoreChoice& store,
                                                      const Host& host,
                                                      os::Environment environment = nullptr);

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
  /// True for a profile that is built in, or one of the person's own.
  bool is_own() const;
  /// True where the profile is_own() and leads to `url` by itself: then its owner says what may go there.
  bool is_owners_place(const net::Url& url) const;
  /// A file gives these variables values: a place that one without choices is part of is the profile's own no more.
  /// `places`: where it leads without that file.
  void lead_by_file(const std::vector<std::string>& variables, std::vector<std::string> places);
  /// The secrets that the socket's request or a message of the client's can carry, as far as they have values now.
  std::vector<Carried> carried_by_session() const;
  /// Those that stand in any of these templates.
  std::vector<Carried> carried_in(const std::vector<std::string>& templates) const;
  /// Those that the call's request carries.
  std::vector<Carried> carried_by(const profile::Call& call) const;
  /// The origins that the value of a variable in `bindings`, of this profile, belongs to; empty where that is not
  /// known here.
  std::vector<std::string> homes_of(const std::string& variable, const profile::Bindings& bindings) const;
  /// A reply of the server at `origin` gave the value that the variable has now.
  void taken(const std::string& variable, const std::string& origin) { taken_[variable] = origin; }
  /// The origins of its socket and its calls, by the values that it has now.
  std::vector<std::string> places() const;
  /// Null with --no-store.
  auth::Store* store() { return store_ ? &*store_ : nullptr; }
  /// What a person should know of the values, one sentence each, without full stop.
  const std::vector<std::string>& warnings() const { return warnings_; }
  /// Writes what replies gave to the store, if there is one: values of variables that calls take, or that the store
  /// holds already. A value that a person gave in place of a reply's is kept too: the session goes with it.
  Result<void> save();

 private:
  ProfileContext(std::shared_ptr<const profile::Profile> profile, const Host& host, os::Environment environment);
  /// Of the socket's URL and those of the calls.
  std::vector<std::string> authorities() const;
  /// By the values that it has now; empty where it is not known yet.
  std::string origin_of(std::string_view authority) const;
  std::string home() const;
  Result<void> open_store(const StoreChoice& choice);
  Result<void> set_from_store(bool secret);
  Result<void> set_from_environment(bool secret);
  Result<void> set_from_outside();
  bool is_kept(const std::string& variable) const;

  const Host& host_;
  os::Environment environment_;
  std::shared_ptr<const profile::Profile> profile_;
  std::shared_ptr<profile::Judge> judge_;
  profile::Bindings bindings_;
  std::optional<auth::Store> store_;
  std::optional<std::vector<std::string>> own_places_;  ///< null: no file leads it
  std::map<std::string, std::string> taken_;            ///< variables that replies gave, and the origins of these
  std::vector<std::string> warnings_;
};

/// False for what a profile or chance gives: nobody's secret.
bool is_persons(profile::Origin origin);
/// Where a value comes from, in words.
std::string words_of(profile::Origin origin);

}  // namespace whydrop::run
