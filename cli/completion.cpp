#include "cli/completion.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/options.hpp"

#include <functional>
#include <iterator>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

void each_command(const std::function<void(const Command&, const Options&)>& visit) {
  for (const Command& command : commands()) {
    Options options{std::string(command.name)};
    command.setup(options);
    visit(command, options);
  }
}

/// What a help text says first, without what stands in parentheses at its end.
std::string first_sentence(const std::string& help) {
  const std::size_t end = std::min(help.find(". "), help.find(';'));
  std::string text = help.substr(0, end);
  if (const std::size_t opened = text.rfind(" ("); opened != std::string::npos && text.back() == ')') {
    text.resize(opened);
  }
  return text;
}

bool names_a_file(const OptionInfo& info) {
  return info.value == "FILE" || info.value == "PEM" || info.value == "NAME|FILE";
}

std::string joined(const std::vector<std::string>& words, const char* separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

/// Choices of a `case "$previous"` of bash.
std::string bash_values(const Options& options) {
  std::string out;
  for (const OptionInfo& info : options.infos()) {
    if (info.names.empty() || info.value.empty()) {
      continue;
    }
    const bool fixed = !names_a_file(info) || !info.choices.empty();
    const std::string words =
        (fixed ? "-W '" + joined(info.choices, " ") + "'" : "") + (names_a_file(info) ? fixed ? " -f" : "-f" : "");
    out +=
        fmt::format("        {}) COMPREPLY=($(compgen {} -- \"$word\")); return ;;\n", joined(info.names, "|"), words);
  }
  return out;
}

std::string bash_case(const Command& command, const Options& options) {
  std::vector<std::string> words, choices;
  for (const OptionInfo& info : options.infos()) {
    words.insert(words.end(), info.names.begin(), info.names.end());
    if (info.positional) {
      choices.insert(choices.end(), info.choices.begin(), info.choices.end());
    }
  }
  return fmt::format(
      "    {})\n      case \"$previous\" in\n{}      esac\n"
      "      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n"
      "      else COMPREPLY=($(compgen -W '{}' -f -- \"$word\")); fi ;;\n",
      command.name,
      bash_values(options),
      joined(words, " "),
      joined(choices, " "));
}

std::string zsh_option(const OptionInfo& info) {
  std::string help = escape_for_shell(first_sentence(info.help));
  for (std::size_t at = 0; (at = help.find_first_of("[]:", at)) != std::string::npos; at += 2) {
    help.insert(at, "\\");
  }
  const std::string fixed = info.choices.empty() ? "" : "(" + joined(info.choices, " ") + ")";
  // The blank before _alternative keeps zsh from giving it options that it does not know.
  const std::string action = !names_a_file(info) ? fixed
                             : fixed.empty()
                                 ? "_files"
                                 : " _alternative \"names\\:name\\:" + fixed + "\" \"files\\:file\\:_files\"";
  if (info.positional) {
    return fmt::format("        '{}:{}:{}'\n",
                       info.repeatable ? "*" : "",
                       lower_case(info.value),
                       info.value == "URL" ? ""
                       : action.empty()    ? "_files"
                                           : action);
  }
  std::string out;
  for (const std::string& name : info.names) {
    const std::string value =
        info.value.empty() ? ""
                           : ":" + escape_for_shell(lower_case(joined(split(info.value, ':'), " "))) + ":" + action;
    out += fmt::format("        '{}{}[{}]{}'\n", info.repeatable ? "*" : "", name, help, value);
  }
  return out;
}

std::string fish_option(std::string_view command, const OptionInfo& info) {
  if (info.positional) {
    return info.choices.empty() ? ""
                                : fmt::format("complete -c whydrop -n '__fish_seen_subcommand_from {}' -f -a '{}'\n",
                                              command,
                                              joined(info.choices, " "));
  }
  std::string line = fmt::format("complete -c whydrop -n '__fish_seen_subcommand_from {}'", command);
  for (const std::string& name : info.names) {
    line += name.rfind("--", 0) == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!info.value.empty()) {
    line += names_a_file(info) ? " -r" : " -x";
  }
  if (!info.choices.empty()) {
    line += " -a '" + joined(info.choices, " ") + "'";
  }
  return line + " -d '" + escape_for_shell(first_sentence(info.help)) + "'\n";
}

std::string command_names() {
  std::string names;
  for (const Command& command : commands()) {
    names += (names.empty() ? "" : " ") + std::string(command.name);
  }
  return names;
}

}  // namespace

std::string bash_completion() {
  std::string cases;
  each_command([&](const Command& command, const Options& options) { cases += bash_case(command, options); });
  return fmt::format(
      "_whydrop() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  COMPREPLY=()\n"
      "  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\")); return; fi\n"
      "  case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n}}\n"
      "complete -F _whydrop whydrop\n",
      command_names(),
      cases);
}

std::string zsh_completion() {
  std::string list, cases;
  each_command([&](const Command& command, const Options& options) {
    list += fmt::format("    '{}:{}'\n", command.name, escape_for_shell(command.summary));
    cases += fmt::format("    {})\n      specs=(\n", command.name);
    for (const OptionInfo& info : options.infos()) {
      cases += zsh_option(info);
    }
    cases += "      ) ;;\n";
  });
  return fmt::format(
      "#compdef whydrop\n"
      "_whydrop() {{\n"
      "  local -a names specs\n"
      "  names=(\n{}  )\n"
      "  if ((CURRENT == 2)); then _describe command names; return; fi\n"
      "  case \"$words[2]\" in\n{}  esac\n"
      "  shift words; ((CURRENT--))\n"
      "  _arguments -S \"$specs[@]\"\n"
      "}}\n"
      "if [[ $funcstack[1] == _whydrop ]]; then _whydrop \"$@\"; else compdef _whydrop whydrop; fi\n",
      list,
      cases);
}

std::string fish_completion() {
  std::string out = "complete -c whydrop -n '__fish_use_subcommand' -l version -d 'Print the version'\n";
  each_command([&](const Command& command, const Options& options) {
    out += fmt::format("complete -c whydrop -n '__fish_use_subcommand' -f -a {} -d '{}'\n",
                       command.name,
                       escape_for_shell(command.summary));
    for (const OptionInfo& info : options.infos()) {
      out += fish_option(command.name, info);
    }
  });
  return out;
}

}  // namespace whydrop::cli
