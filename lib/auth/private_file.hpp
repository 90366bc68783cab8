#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace whydrop::auth {

/// A file that secrets may stand in: a plain one of our own that nobody else may read or change, at most 4 MiB,
/// replaced as a whole.
class PrivateFile {
 public:
  /// `noun` for messages, as in "store"; `hint`: what to do where it cannot be used.
  PrivateFile(std::string noun, std::string path, std::string hint);

  /// Null where there is none. Errors: local, for one that cannot be read, is a link or no plain file, is not ours, or
  /// may be read by others (with the chmod to run).
  Result<std::optional<std::string>> read() const;
  /// Puts `text` in its place, so that a reader finds the old file or the new one; makes its folders with mode 0700.
  /// Errors: local.
  Result<void> replace(std::string_view text) const;
  /// The first bytes of what stands there; empty where there is nothing, or it cannot be read.
  std::string front() const;
  /// "cannot <what> <noun> <path>: <why>", an Error of kind local.
  tl::unexpected<Error> cannot(std::string_view what, const std::string& why, std::string hint = {}) const;

 private:
  tl::unexpected<Error> cannot_now(std::string_view what) const;
  Result<void> check_trust(int fd) const;

  std::string noun_, path_, hint_;
};

/// $XDG_STATE_HOME/whydrop/<name>, or ~/.local/state/whydrop/<name>; empty where neither is set.
std::string state_path(std::string_view name, const std::string& state_home, const std::string& home);

}  // namespace whydrop::auth
