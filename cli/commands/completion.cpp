#include "cli/completion.hpp"

#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/manual.hpp"
#include "cli/options.hpp"
#include "os/streams.hpp"

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace whydrop::cli {
namespace {

struct CompletionFlags {
  std::string shell, folder;
};

const std::map<std::string, std::string (*)()>& shells() {
  static const std::map<std::string, std::string (*)()> all = {
      {"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}, {"man", manual_page}};
  return all;
}

/// whydrop.1, and whydrop-COMMAND.1 for each command.
Result<int> write_pages(const std::string& folder) {
  WHYDROP_TRY(os::write_new_file(folder + "/whydrop.1", manual_page()));
  for (const Command& command : commands()) {
    WHYDROP_TRY(os::write_new_file(folder + "/whydrop-" + std::string(command.name) + ".1", manual_page_of(command)));
  }
  return 0;
}

Result<int> completion(const CompletionFlags& flags) {
  if (!flags.folder.empty()) {
    return flags.shell == "man" ? write_pages(flags.folder)
                                : fail(ErrorKind::usage,
                                       "option --into: only man pages are several files",
                                       "whydrop completion man --into FOLDER");
  }
  std::fputs(shells().at(flags.shell)().c_str(), stdout);
  return 0;
}

}  // namespace

Run setup_completion(Options& options) {
  auto flags = std::make_shared<CompletionFlags>();
  options.positional("SHELL", {"bash", "zsh", "fish", "man"}, flags->shell, "bash, zsh, fish, or man for the man page");
  options.text("--into", "FOLDER", flags->folder, "With man: write a page of each command, and whydrop.1, there");
  return [flags] { return completion(*flags); };
}

}  // namespace whydrop::cli
