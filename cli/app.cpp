#include "cli/app.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/utf8.hpp"
#include "cli/command.hpp"
#include "cli/errors.hpp"
#include "cli/help.hpp"
#include "cli/options.hpp"
#include "cli/options/curl.hpp"
#include "cli/synonyms.hpp"
#include "cli/targets.hpp"
#include "os/streams.hpp"
#include "target/addresses.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

int print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

Error unknown_command(const std::string& name) {
  if (std::error_code error; std::filesystem::is_regular_file(name, error)) {
    return {ErrorKind::usage,
            "no command given before the file " + escape_for_terminal(name),
            "whydrop inspect " + escape_for_terminal(name)};
  }
  std::vector<std::string_view> names;
  for (const Command& command : commands()) {
    names.emplace_back(command.name);
  }
  const auto near = nearest(name, names);
  return {ErrorKind::usage,
          "unknown command '" + name + "'" + (near ? ": did you mean " + std::string(*near) + "?" : ""),
          "whydrop --help"};
}

/// A pasted curl command, as words or as one argument, becomes arguments of ours; what stands before it is kept.
Result<std::vector<std::string>> expand_curl(const Options& options, const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const bool whole = arguments[i].rfind("curl ", 0) == 0;
    if ((arguments[i] != "curl" && !whole) || (i > 0 && options.takes_value(arguments[i - 1]))) {
      continue;
    }
    auto words = whole ? split_shell_words(std::string_view(arguments[i]).substr(4))
                       : Result<std::vector<std::string>>(std::vector<std::string>());
    const auto curl = arguments.begin() + static_cast<std::ptrdiff_t>(i);
    if (words && !whole) {
      words->assign(curl + 1, arguments.end());
    }
    if (words) {
      words = translate_curl(*words, options.infos());
    }
    if (words) {
      words->insert(words->begin(), arguments.begin(), curl);
      words->insert(words->end(), whole ? curl + 1 : arguments.end(), arguments.end());
    }
    return words;
  }
  return arguments;
}

Result<int> run_command(const Command& command, std::vector<std::string> arguments) {
  Options options{std::string(command.name)};
  const Run action = command.setup(options);
  if (!command.takes_curl && !arguments.empty() && arguments[0] == "curl") {
    return fail(ErrorKind::usage, "curl command: only connect takes one", "whydrop connect curl 'https://…' -H …");
  }
  auto expanded =
      command.takes_curl ? expand_curl(options, arguments) : Result<std::vector<std::string>>(std::move(arguments));
  WHYDROP_TRY(expanded);
  auto own = in_our_words(options, std::move(*expanded));
  WHYDROP_TRY(own);
  auto whole = with_target(options, std::move(*own), run::process_host());
  WHYDROP_TRY(whole);
  const Result<bool> parsed = options.parse(std::move(*whole));
  WHYDROP_TRY(parsed);
  return *parsed ? action() : Result<int>(print(command_help(command, options)));
}

/// True for a command line that begins with a URL, a pasted curl command, or options before either.
bool stands_for_connect(const std::vector<std::string>& arguments) {
  const std::string& first = arguments.front();
  const bool named = first.size() > 1 && first[0] == '@';
  if (named || first == "curl" || first.rfind("curl ", 0) == 0 || target::is_address(first)) {
    return true;
  }
  return first.size() > 1 && first[0] == '-' && std::any_of(arguments.begin(), arguments.end(), target::is_address);
}

/// What is recorded goes into a new file here, where no other is named.
void name_capture(std::vector<std::string>& arguments) {
  const auto names_file = [](const std::string& argument) {
    const std::string name = argument.substr(0, argument.find('='));
    return name == "--capture" || name == "--save" || name == "--record" || name == "--help" || name == "-h";
  };
  if (std::none_of(arguments.begin(), arguments.end(), names_file)) {
    const std::time_t now = std::time(nullptr);
    char file[32];
    std::strftime(file, sizeof(file), "whydrop-%Y%m%d-%H%M%S.ndjson", std::localtime(&now));
    fmt::print(stderr, "whydrop: recording into {}\n", file);
    arguments.insert(arguments.begin(), {"--capture", file});
  }
}

Result<int> dispatch(std::vector<std::string> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!is_utf8(arguments[i])) {
      return fail(
          ErrorKind::usage, fmt::format("argument {}: not valid UTF-8", i + 1), "send bytes with @file and --binary");
    }
  }
  if (arguments.empty()) {
    return fail(ErrorKind::usage, "no command given", "whydrop --help");
  }
  const std::string name = arguments.front();
  if (stands_for_connect(arguments)) {
    return run_command(*find_command("connect"), std::move(arguments));
  }
  if (name == "help" && arguments.size() > 1) {
    return dispatch({arguments[1], "--help"});
  }
  if (name == "--help" || name == "-h" || name == "help") {
    return print(program_help());
  }
  const auto asks_version = [](const std::string& word) {
    return word == "--version" || word == "-V" || word == "version";
  };
  if (asks_version(name) || (arguments.size() == 2 && asks_version(arguments[1]) && find_command(name) != nullptr)) {
    return print(fmt::format("whydrop {}\n{}\n", version(), libraries()));
  }
  const CommandSynonym* synonym = find_synonym(name);
  const Command* command = find_command(synonym == nullptr ? name : synonym->command);
  if (command == nullptr) {
    return tl::unexpected<Error>(unknown_command(name));
  }
  arguments.erase(arguments.begin());
  if (name == "record") {
    name_capture(arguments);
  }
  return run_command(*command, std::move(arguments));
}

}  // namespace

int run(std::vector<std::string> arguments) {
  os::hold_standard_streams();
  const Result<int> code = dispatch(std::move(arguments));
  if (code && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) && errno != EPIPE) {
    return report({ErrorKind::local, std::string("cannot write standard output: ") + std::strerror(errno), {}});
  }
  return code ? *code : report(code.error());
}

}  // namespace whydrop::cli
