#include "cli/help.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "cli/synonyms.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

constexpr std::size_t kIndent = 28;
constexpr std::size_t kWidth = 80;

constexpr std::string_view kExitCodes =
    "Exit codes\n"
    "  0  as asked                   5  upgrade refused\n"
    "  1  a check failed             6  dropped: no Close from either side\n"
    "  2  wrong usage                7  the server closed first\n"
    "  3  a local failure            8  --timeout ran out\n"
    "  4  could not connect          70 internal error; 130, 143 interrupted\n"
    "  whydrop explain \"exit 6\" says more about it.\n";

/// `text` broken at blanks into lines of `width`, each but the first indented.
std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  for (const std::string& word : split(text, ' ')) {
    if (column > 0 && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = 0;
    }
    out += (column > 0 ? " " : "") + word;
    column += word.size() + (column > 0 ? 1 : 0);
  }
  return out;
}

std::string option_head(const OptionInfo& info) {
  if (info.positional) {
    return info.value;
  }
  std::string head = info.names.front().rfind("--", 0) == 0 ? "    " : "";
  for (const std::string& name : info.names) {
    head += (name == info.names.front() ? "" : ", ") + name;
  }
  if (!info.optional_value.empty()) {
    return head + "[=" + info.optional_value + "]";
  }
  return info.value.empty() ? head : head + " " + info.value;
}

std::string option_line(const OptionInfo& info) {
  std::string line = "  " + option_head(info);
  if (line.size() + 2 > kIndent) {
    line += "\n" + std::string(kIndent, ' ');
  } else {
    line.resize(kIndent, ' ');
  }
  return line + wrapped(info.help, kWidth - kIndent, kIndent) + "\n";
}

/// Groups in the order in which they were declared, General last.
std::vector<std::string> groups_of(const Options& options) {
  std::vector<std::string> groups;
  for (const OptionInfo& info : options.infos()) {
    if (info.group != "General" && std::find(groups.begin(), groups.end(), info.group) == groups.end()) {
      groups.push_back(info.group);
    }
  }
  groups.emplace_back("General");
  return groups;
}

/// What other tools call differently, and is taken too.
std::string synonym_lines(const Options& options) {
  std::string text;
  for (const OptionSynonym& row : synonyms_of(options)) {
    text += (text.empty() ? "" : ", ") + row.name + " (" + row.meaning + ")";
  }
  return text.empty() ? text : "\nNames from other tools that work too\n  " + wrapped(text, kWidth - 2, 2) + "\n";
}

}  // namespace

std::string usage_line(const Options& options) {
  std::string line = "whydrop " + options.command() + " [option]...";
  for (const OptionInfo& info : options.infos()) {
    if (info.positional) {
      const std::string shown = info.value + (info.repeatable ? "..." : "");
      line += info.required ? " " + shown : " [" + shown + "]";
    }
  }
  return line;
}

std::string program_help() {
  std::string text =
      "whydrop says why a WebSocket dropped: it connects, shows every frame and ends with a verdict.\n\n"
      "Usage: whydrop <command> [option]... [argument]...\n"
      "       whydrop [option]... URL     the same as whydrop connect\n\nCommands\n";
  for (const Command& command : commands()) {
    text += fmt::format("  {:<12}{}\n", command.name, command.summary);
  }
  text += "\n  whydrop <command> --help shows what a command takes; whydrop --version prints the version.\n\n";
  return text.append(kExitCodes);
}

std::string command_help(const Command& command, const Options& options) {
  std::string text = fmt::format("{}\n\nUsage: {}\n", command.summary, usage_line(options));
  for (const std::string& group : groups_of(options)) {
    text += "\n" + (group.empty() ? "Options" : group) + "\n";
    for (const OptionInfo& info : options.infos()) {
      if (info.group == group) {
        text += option_line(info);
      }
    }
  }
  text += synonym_lines(options);
  text += "\nExamples\n";
  for (const std::string& example : split(command.examples, '\n')) {
    text += "  " + example + "\n";
  }
  return text + "\n" + std::string(kExitCodes);
}

}  // namespace whydrop::cli
