#include "cli/targets.hpp"

#include "base/try.hpp"
#include "config/config.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

/// The index of the first argument that is neither an option nor an option's value; the end if there is none.
std::size_t first_positional(const Options& options, const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& argument = arguments[i];
    if (argument.size() < 2 || argument[0] != '-') {
      return i;
    }
    i += argument.find('=') == std::string::npos && options.takes_value(argument) ? 1 : 0;
  }
  return arguments.size();
}

std::string dated(const std::string& folder, const std::string& name) {
  const std::time_t now = std::time(nullptr);
  char time[32];
  std::strftime(time, sizeof(time), "%Y%m%d-%H%M%S", std::localtime(&now));
  std::error_code ignored;  // where it cannot be made, opening the file says why
  if (std::filesystem::create_directories(folder, ignored)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  return fmt::format("{}/{}-{}.ndjson", folder, name, time);
}

/// Options that say what `target` does. What the command line gives itself comes behind them, and wins.
Result<std::vector<std::string>> options_of(const config::NamedTarget& target,
                                            const Options& options,
                                            const run::Host& host) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty() && find_option(options.infos(), name) != nullptr) {
      out.push_back(name + "=" + value);
    }
  };
  for (const auto& [option, values, mark] :
       {std::tuple("--header", &target.headers, ": "), std::tuple("--var", &target.variables, "=")}) {
    for (const auto& [name, from] : *values) {
      const auto value = config::value_of(from, host.environment, host.read);
      if (!value) {
        return fail(value.error().kind, fmt::format("target {}: {}: {}", target.name, name, value.error().message));
      }
      add(option, name + mark + *value);
    }
  }
  for (const std::string& subprotocol : target.subprotocols) {
    add("--protocol", subprotocol);
  }
  add("--origin", target.origin);
  add("--profile", target.profile);
  if (!target.captures.empty()) {
    add("--captures", target.captures);
    add("--capture", find_option(options.infos(), "--captures") != nullptr ? "" : dated(target.captures, target.name));
  }
  return out;
}

}  // namespace

Result<std::vector<std::string>> with_target(const Options& options,
                                             std::vector<std::string> arguments,
                                             const run::Host& host) {
  const std::size_t at = has_argument(options.infos(), "URL") ? first_positional(options, arguments) : arguments.size();
  if (at == arguments.size() || arguments[at].size() < 2 || arguments[at][0] != '@') {
    return arguments;
  }
  const auto target = config::find_target(arguments[at].substr(1), host.environment, host.read);
  WHYDROP_TRY(target);
  auto own = options_of(*target, options, host);
  WHYDROP_TRY(own);
  std::vector<std::string> out = std::move(*own);
  out.insert(out.end(), arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(at));
  if (!target->url.empty()) {
    out.push_back(target->url);
  }
  out.insert(out.end(), arguments.begin() + static_cast<std::ptrdiff_t>(at) + 1, arguments.end());
  return out;
}

}  // namespace whydrop::cli
