#include "cli/options/profile.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/commands/profile_match.hpp"
#include "cli/options.hpp"
#include "os/streams.hpp"
#include "profile/account.hpp"
#include "report/wrap.hpp"
#include "run/host.hpp"
#include "run/profiles.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace whydrop::cli {
namespace {

constexpr std::size_t kProfileColumns = 80;

struct Flags {
  std::string action;
  std::vector<std::string> arguments;
  bool json = false;
  std::string output;
  std::vector<std::string> allowed_paths;
  asyncapi::Options import;
};

/// What a list needs of a profile.
struct ListedProfile {
  std::string name, status, title;
};

std::string member(json::Value object, std::string_view key) {
  const auto found = object.find(key);
  return std::string(found ? found->string() : std::string_view());
}

ListedProfile row_of(json::Value root, std::string name) {
  return {std::move(name), profile::status_words(member(root, "status"), ""), member(root, "title")};
}

/// A person's own profiles; one that cannot be read is listed as such.
std::vector<ListedProfile> own_rows() {
  std::vector<ListedProfile> rows;
  std::error_code error;
  const std::filesystem::path folder = run::own_profiles(run::process_host().environment);
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".json") {
      continue;
    }
    const auto text = os::read_file(entry.path().string());
    json::Json document;
    const bool good = text && !document.parse(*text);
    rows.push_back(good ? row_of(document.root(), entry.path().stem().string())
                        : ListedProfile{entry.path().stem().string(), "not JSON", entry.path().string()});
    rows.back().status += " (your own)";
  }
  return rows;
}

std::vector<ListedProfile> all_rows() {
  std::map<std::string, ListedProfile> by_name;
  for (const profile::BuiltIn& built_in : profile::built_in()) {
    json::Json heading;
    (void)heading.parse(built_in.heading);
    by_name[std::string(built_in.name)] = row_of(heading.root(), std::string(built_in.name));
  }
  for (ListedProfile& row : own_rows()) {
    by_name[row.name] = std::move(row);
  }
  std::vector<ListedProfile> rows;
  for (auto& [name, row] : by_name) {
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<int> list(const Flags&) {
  const auto rows = all_rows();
  std::size_t name = 0, status = 0;
  for (const ListedProfile& row : rows) {
    name = std::max(name, display_width(row.name));
    status = std::max(status, display_width(row.status));
  }
  for (const ListedProfile& row : rows) {
    fmt::print("{:<{}}  {:<{}}  {}\n",
               escape_for_terminal(row.name),
               name,
               escape_for_terminal(row.status),
               status,
               escape_for_terminal(row.title));
  }
  return 0;
}

void print(const std::vector<profile::AccountLine>& lines) {
  std::size_t width = 0;
  for (const auto& line : lines) {
    width = line.indent == 0 ? width : std::max(width, display_width(line.label));
  }
  constexpr std::size_t kWidest = 26;
  width = std::min(width, kWidest) + 4;
  bool first = true;
  for (const auto& line : lines) {
    const std::string text = escape_for_terminal(line.text);  // a profile may come from anyone
    if (line.indent == 0) {
      fmt::print("{}{}{}{}\n", first ? "" : "\n", line.label, text.empty() ? "" : ": ", text);
      first = false;
      continue;
    }
    std::string label = line.label.empty() ? "" : "  " + escape_for_terminal(line.label);
    if (display_width(label) + 2 > width) {
      fmt::print("{}\n", label);
      label.clear();
    }
    for (const std::string_view part : report::wrap(text, line.verbatim ? SIZE_MAX : kProfileColumns - width)) {
      fmt::print("{:<{}}{}\n", label, width, part);
      label.clear();
    }
  }
}

Result<int> show(const Flags& flags) {
  const auto found = run::find_profile(flags.arguments[0], run::process_host().environment, run::process_host().read);
  if (!found) {
    return tl::unexpected(found.error());
  }
  const profile::Profile& shown = **found;
  if (flags.json) {
    std::fputs(shown.text.c_str(), stdout);
    return 0;
  }
  const profile::BuiltIn* built_in = profile::find_built_in(shown.name);
  const auto rehearsal =
      profile::load_rehearsal(built_in == nullptr ? "" : built_in->rehearsal, shown.name + ".json", shown);
  print(profile::account(shown, rehearsal ? &*rehearsal : nullptr));
  return 0;
}

Result<int> check(const Flags& flags) {
  int exit = 0;
  for (const std::string& path : flags.arguments) {
    const auto text = os::read_file(path);
    if (!text) {
      return tl::unexpected(text.error());
    }
    if (asyncapi::is_document(*text)) {
      return fail(ErrorKind::usage,
                  fmt::format("{}: this is an AsyncAPI document, not a profile", escape_for_terminal(path)),
                  "whydrop profile import makes a profile of it");
    }
    const auto mistakes = profile::check(*text);
    for (const profile::Mistake& mistake : mistakes) {
      fmt::print("{}:{}:{}: {}\n",
                 escape_for_terminal(path),
                 mistake.place.line,
                 mistake.place.column,
                 escape_for_terminal(mistake.says));
    }
    if (mistakes.empty()) {
      fmt::print("{}: ok\n", escape_for_terminal(path));
    } else {
      exit = 2;
    }
  }
  return exit;
}

Result<int> write(const Flags& flags, const std::string& text) {
  if (flags.output.empty() || flags.output == "-") {
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  return os::write_new_file(flags.output, text).map([] { return 0; });
}

Result<int> make(const Flags& flags) {
  const std::string& name = flags.arguments[0];
  const std::string text = profile::skeleton(name);
  if (!profile::check(text).empty()) {
    return fail(
        ErrorKind::usage,
        fmt::format("profile '{}': a name has small letters, digits and single dashes only", escape_for_terminal(name)),
        "for example: whydrop profile new my-api");
  }
  return write(flags, text);
}

/// A profile of an AsyncAPI document; what was assumed or left out goes to standard error.
Result<int> import(const Flags& flags) {
  const auto imported =
      run::import_profile(flags.arguments[0], flags.import, flags.allowed_paths, run::process_host().read);
  WHYDROP_TRY(imported);
  for (const asyncapi::Note& note : imported->notes) {
    std::fputs(("whydrop: note: " + note.text() + "\n").c_str(), stderr);
  }
  return write(flags, imported->profile);
}

Result<int> match(const Flags& flags) {
  return match_profile(flags.arguments[0]);
}

/// What may stand behind `whydrop profile`, and how many names go with it.
struct Action {
  std::string_view name, takes;
  std::size_t least, most;
  Result<int> (*run)(const Flags&);
};

constexpr Action kActions[] = {
    {"list", "nothing", 0, 0, list},
    {"show", "one NAME or FILE", 1, 1, show},
    {"check", "one FILE or more", 1, SIZE_MAX, check},
    {"new", "one NAME", 1, 1, make},
    {"import", "one AsyncAPI document", 1, 1, import},
    {"match", "one URL, JSON message, @FILE, capture or -", 1, 1, match},
};

Result<int> run(const Flags& flags) {
  const Action* action = std::find_if(
      std::begin(kActions), std::end(kActions), [&](const Action& row) { return row.name == flags.action; });
  const std::size_t given = flags.arguments.size();
  if (given < action->least || given > action->most) {
    return fail(ErrorKind::usage,
                fmt::format("profile {}: it takes {}, and {} given",
                            action->name,
                            action->takes,
                            given == 0   ? "nothing was"
                            : given == 1 ? "one was"
                                         : fmt::format("{} were", given)),
                "whydrop profile --help");
  }
  return action->run(flags);
}

}  // namespace

Run setup_profile(Options& options) {
  auto flags = std::make_shared<Flags>();
  std::vector<std::string> names;
  for (const Action& row : kActions) {
    names.emplace_back(row.name);
  }
  options.positional("ACTION", std::move(names), flags->action, "list, show, check, new, import or match");
  options.positionals("NAME|FILE",
                      flags->arguments,
                      false,
                      "A profile's name, or a file; with import an AsyncAPI document; with match a URL, a JSON "
                      "message, @FILE, a capture or -");
  options.flag("--json", flags->json, "With show: the profile's source");
  options.text("-o,--output", "FILE", flags->output, "With new and import: write to FILE, which must not exist yet");
  options.group("Import of an AsyncAPI document");
  options.text(
      "--server", "NAME", flags->import.server, "Its server of this name (default: the first that speaks ws or wss)");
  options.text("--channel",
               "NAME",
               flags->import.channel,
               "Its channel of this name (default: the first), and all others at its address");
  options.choose<asyncapi::Described>(
      "--as",
      {{"server", asyncapi::Described::server}, {"client", asyncapi::Described::client}},
      flags->import.described,
      "Whose operations the document describes (default server)");
  options.list(
      "--allow-path", "PATH", flags->allowed_paths, "Let it name files there, besides those below its own folder");
  return [flags] { return run(*flags); };
}

}  // namespace whydrop::cli
