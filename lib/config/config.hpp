// Rule of this module: config/ reads what a person keeps in a file of their own: which servers they named, and where
// the secrets of these are. Nothing is looked for before it is asked for.
#pragma once

#include "base/result.hpp"
#include "os/environment.hpp"
#include "schema/mistakes.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::config {

/// Where a value of a named target comes from. A secret is never in the file itself.
struct ConfigValue {
  enum class From : std::uint8_t { text, environment, file } from = From::text;
  std::string name;    ///< the text, the variable or the path; "~/" is the home folder
  std::string before;  ///< stands before what the variable or file holds: "Bearer "
};

/// A server that a person named in the configuration: docs/config.md.
struct NamedTarget {
  std::string name;
  std::string url, profile, origin;  ///< or empty
  std::string captures;              ///< folder for captures, or empty
  std::vector<std::pair<std::string, ConfigValue>> headers, variables;
  std::vector<std::string> subprotocols;
};

struct Config {
  std::vector<NamedTarget> targets;
};

/// $XDG_CONFIG_HOME/whydrop/config.json; empty where there is no home to look in.
std::string config_path(const os::Environment& environment);

/// Why a value of a target cannot be used; an empty text where it can.
using ValueJudge = std::function<std::string(const std::string& value)>;
/// What is known of URLs and profiles elsewhere; null: they are not judged.
struct TargetJudges {
  ValueJudge url, profile;
};
/// All mistakes of a configuration: not JSON, against its schema (fixtures/schemas/config-v1.json), a secret in clear,
/// a URL or profile that cannot be used.
std::vector<schema::Mistake> config_mistakes(std::string_view text, const TargetJudges& judges = {});
/// Errors: usage, "<path>:line:column: <first mistake>".
Result<Config> load_config(const std::string& text, const std::string& path);

/// The target of this name in the person's configuration. Errors: local, where there is none to read; usage, "target
/// x: …", did you mean.
Result<NamedTarget> find_target(const std::string& name,
                                const os::Environment& environment,
                                const os::FileReader& read);

/// What it stands for now. Errors: usage, for a variable that is not set; local, for a file.
Result<std::string> value_of(const ConfigValue& value, const os::Environment& environment, const os::FileReader& read);

}  // namespace whydrop::config
