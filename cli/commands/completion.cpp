#include "cli/completion.hpp"

#include "cli/commands.hpp"
#include "cli/manual.hpp"
#include "cli/options.hpp"

#include <cstdio>
#include <map>
#include <memory>

namespace whydrop::cli {

Run setup_completion(Options& options) {
  static const std::map<std::string, std::string (*)()> kShells = {
      {"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}, {"man", manual_page}};
  auto shell = std::make_shared<std::string>();
  options.custom(OptionInfo::argument("SHELL", "bash, zsh, fish, or man for the man page")
                     .must_be_given()
                     .completed_by({"bash", "zsh", "fish", "man"}),
                 [shell](const std::vector<std::string>& given) -> std::string {
                   *shell = given.back();
                   return kShells.count(*shell) != 0 ? "" : "'" + *shell + "' is not one of bash|zsh|fish|man";
                 });
  return [shell]() -> Result<int> {
    std::fputs(kShells.at(*shell)().c_str(), stdout);
    return 0;
  };
}

}  // namespace whydrop::cli
