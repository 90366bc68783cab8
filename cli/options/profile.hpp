#pragma once

#include "auth/store.hpp"
#include "base/result.hpp"
#include "cli/options/environment.hpp"
#include "cli/options/headers.hpp"
#include "profile/bindings.hpp"
#include "profile/checker.hpp"
#include "profile/load.hpp"
#include "profile/recognise.hpp"

#include <memory>
#include <string>
#include <vector>

namespace whydrop::cli {

class Options;

/// The flags that name a profile and give values to its variables.
struct ProfileFlags {
  std::string profile;                 ///< name, or a path with a slash or ".json"
  std::vector<std::string> variables;  ///< "NAME=VALUE" or "NAME=@FILE"
  std::string store;                   ///< empty: the profile's usual one
  bool no_store = false;
  std::string at;  ///< "http://HOST:PORT": connect there instead, paths and names unchanged
};
void add_profile_options(Options& options, ProfileFlags& flags);

/// By path, else of the person's own directory, else built in. Errors: usage, "profile x: no such profile", did you
/// mean.
Result<std::shared_ptr<const profile::Profile>> find_profile(const std::string& given,
                                                             const Environment& environment,
                                                             const FileReader& read);

/// A profile in use: its values (--var over environment over store over default) and its store.
class ProfileContext {
 public:
  /// Null where `flags` name no profile.
  static Result<std::unique_ptr<ProfileContext>> make(const ProfileFlags& flags,
                                                      const Environment& environment,
                                                      const FileReader& read);

  const profile::Profile& profile() const { return *profile_; }
  std::shared_ptr<profile::Judge> judge() const { return judge_; }
  profile::Bindings& bindings() { return bindings_; }
  /// Null with --no-store.
  auth::Store* store() { return store_ ? &*store_ : nullptr; }
  /// Writes what replies gave to the store, if there is one.
  Result<void> save();

 private:
  ProfileContext(std::shared_ptr<const profile::Profile> profile, profile::Outside outside);

  std::shared_ptr<const profile::Profile> profile_;
  std::shared_ptr<profile::Judge> judge_;
  profile::Bindings bindings_;
  std::optional<auth::Store> store_;
};

}  // namespace whydrop::cli
