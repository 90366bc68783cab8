#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace whydrop::auth {

/// What replies gave, kept for later commands: one file a profile, mode 0600, replaced as a whole.
class Store {
 public:
  struct Entry {
    std::string value;
    std::int64_t at = 0;  ///< seconds since 1970
    std::optional<std::int64_t> expires;
    bool secret = false;
    std::string origin{};  ///< of the server that it is for, "wss://host:port"; empty: kept by an older whydrop
  };
  /// A missing file is an empty store. Errors: local, for one that cannot be read, is not ours, or may be read by
  /// others (with the chmod to run).
  static Result<Store> open(const std::string& path);

  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
  void set(const std::string& name, Entry entry);
  /// Replaces the file as a whole. Errors: local.
  Result<void> save() const;
  /// Removes a store's file, also one that cannot be opened, or a link in its place. None is no error. Errors: local,
  /// for a pipe, a device or a directory, and for a file that begins as no store does.
  static Result<void> remove(const std::string& path);
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::map<std::string, Entry, std::less<>> entries_;
};

/// $XDG_STATE_HOME/whydrop/<profile>.json, or ~/.local/state/whydrop/<profile>.json; empty where neither is set.
std::string store_path(const std::string& profile, const std::string& state_home, const std::string& home);

}  // namespace whydrop::auth
