#include "config/config.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "run/profiles.hpp"
#include "target/addresses.hpp"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

struct ConfigFlags {
  std::string action, file;
};

/// As a session with the target would find out.
config::TargetJudges judges(const run::Host& host) {
  const auto said = [](const Error& error) { return error.message + (error.hint.empty() ? "" : "; " + error.hint); };
  return {[said](const std::string& url) {
            const auto address = target::parse_address(url);
            return !address                         ? said(address.error())
                   : !address->url.password.empty() ? std::string("it holds a password in clear")
                                                    : std::string();
          },
          [said, &host](const std::string& name) {
            const auto found = run::find_profile(name, host.environment, host.read);
            return name == run::kNoProfile || found ? std::string() : said(found.error());
          }};
}

Result<int> check(const std::string& path, const run::Host& host) {
  const auto text = host.read(path);
  WHYDROP_TRY(text);
  std::string out;
  const auto mistakes = config::config_mistakes(*text, judges(host));
  for (const schema::Mistake& mistake : mistakes) {
    out += fmt::format("{}:{}:{}: {}\n",
                       escape_for_terminal(path),
                       mistake.place.line,
                       mistake.place.column,
                       escape_for_terminal(mistake.says));
  }
  WHYDROP_TRY(host.out.write(mistakes.empty() ? escape_for_terminal(path) + ": ok\n" : out));
  return mistakes.empty() ? 0 : 1;
}

Result<int> list(const std::string& path, const run::Host& host) {
  const auto text = host.read(path);
  WHYDROP_TRY(text);
  const auto loaded = config::load_config(*text, path);
  WHYDROP_TRY(loaded);
  std::string out;
  for (const config::NamedTarget& target : loaded->targets) {
    const std::string where = target.url.empty() ? "profile " + target.profile : target.url;
    out += fmt::format("@{:<20} {}\n", target.name, escape_for_terminal(where));
  }
  WHYDROP_TRY(host.out.write(out));
  return 0;
}

Result<int> configure(const ConfigFlags& flags) {
  const run::Host& host = begin_run();
  const std::string path = flags.file.empty() ? config::config_path(host.environment) : flags.file;
  if (flags.action == "path") {
    WHYDROP_TRY(host.out.write(path + "\n"));
    return 0;
  }
  return flags.action == "check" ? check(path, host) : list(path, host);
}

}  // namespace

Run setup_config(Options& options) {
  const auto flags = std::make_shared<ConfigFlags>();
  options.positional("ACTION",
                     {"list", "check", "path"},
                     flags->action,
                     "list: the named targets. check: every mistake in the file. path: where it is");
  options.positional("FILE", flags->file, false, "The file, instead of $XDG_CONFIG_HOME/whydrop/config.json");
  return [flags] { return configure(*flags); };
}

}  // namespace whydrop::cli
