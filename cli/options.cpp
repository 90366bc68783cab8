#include "cli/options.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "cli/secret_arguments.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace whydrop::cli {
namespace {

// CLI11 splits a bracketed positional ("[1,2]") into a list; a leading mark that no one types keeps it whole.
constexpr char kGuard = '\x01';

std::string guard(std::string argument) {
  const bool needed = !argument.empty() && (argument[0] == '[' || argument[0] == kGuard);
  return needed ? kGuard + argument : argument;
}

std::vector<std::string> unguard(std::vector<std::string> arguments) {
  for (std::string& argument : arguments) {
    if (!argument.empty() && argument[0] == kGuard) {
      argument.erase(0, 1);
    }
  }
  return arguments;
}

/// "--name=" takes the empty string; CLI11 would take the next argument.
std::vector<std::string> split_empty_values(const std::vector<std::string>& arguments) {
  std::vector<std::string> out;
  bool options = true;
  for (const std::string& argument : arguments) {
    options = options && argument != "--";
    if (options && argument.size() > 3 && argument.rfind("--", 0) == 0 && argument.find('=') == argument.size() - 1) {
      out.push_back(argument.substr(0, argument.size() - 1));
      out.emplace_back();
    } else {
      out.push_back(guard(argument));
    }
  }
  return out;
}

std::string join_names(const OptionInfo& info) {
  std::string names;
  for (const std::string& name : info.names) {
    names += (names.empty() ? "" : ",") + name;
  }
  return names;
}

}  // namespace

OptionInfo OptionInfo::option(const std::string& names, std::string value, std::string help) {
  OptionInfo info;
  info.names = split(names, ',');
  info.value = std::move(value);
  info.help = std::move(help);
  return info;
}

OptionInfo OptionInfo::argument(std::string value, std::string help) {
  OptionInfo info;
  info.value = std::move(value);
  info.help = std::move(help);
  info.positional = true;
  return info;
}

OptionInfo&& OptionInfo::repeats() && {
  repeatable = true;
  return std::move(*this);
}

OptionInfo&& OptionInfo::must_be_given() && {
  required = true;
  return std::move(*this);
}

OptionInfo&& OptionInfo::completed_by(std::vector<std::string> words) && {
  choices = std::move(words);
  return std::move(*this);
}

OptionInfo&& OptionInfo::may_have(std::string other_value) && {
  optional_value = std::move(other_value);
  return std::move(*this);
}

const OptionInfo* find_option(const std::vector<OptionInfo>& options, std::string_view name) {
  const auto row = std::find_if(options.begin(), options.end(), [name](const OptionInfo& info) {
    return std::find(info.names.begin(), info.names.end(), name) != info.names.end();
  });
  return row == options.end() ? nullptr : &*row;
}

bool has_argument(const std::vector<OptionInfo>& options, std::string_view value) {
  return std::any_of(options.begin(), options.end(), [value](const OptionInfo& info) {
    return info.positional && info.value == value;
  });
}

struct Options::Impl {
  explicit Impl(std::string name) : command(std::move(name)), app("", command) {
    app.set_help_flag();
    app.allow_extras();
  }

  CLI::Option* find(const std::string& name) const {
    const OptionInfo* row = find_option(infos, name);
    return row == nullptr ? nullptr : bound[static_cast<std::size_t>(row - infos.data())];
  }

  void add(OptionInfo&& info, CLI::Option* option) {
    info.group = info.positional ? "Arguments" : current_group;
    infos.push_back(std::move(info));
    bound.push_back(option);
  }

  Result<void> refuse(std::string why) const {
    return fail(ErrorKind::usage, std::move(why), "whydrop " + command + " --help");
  }
  Result<void> check_extras() const;
  Result<void> check_contradictions() const;
  /// Secrets in what was given leave the process list and all errors.
  void hide() const {
    for (std::size_t i = 0; i < infos.size(); ++i) {
      hide_secrets(infos[i].positional ? infos[i].value : infos[i].names.back(), unguard(bound[i]->results()));
    }
  }

  /// Where an option goes. CLI11 compares each new option with all that are there, so each heading has its own list;
  /// what may be repeated shares one with the positional arguments, since only within one is the order of parsing
  /// known.
  CLI::App& place(const OptionInfo& info) {
    if (info.positional || info.repeatable) {
      return app;
    }
    CLI::App*& heading = headings[current_group];
    if (heading == nullptr) {
      heading = app.add_option_group(current_group);
    }
    return *heading;
  }

  std::string command;
  CLI::App app;
  std::map<std::string, CLI::App*> headings;  ///< owned by app
  std::string current_group;
  std::vector<OptionInfo> infos;
  std::vector<CLI::Option*> bound;  ///< of each of infos, what CLI11 makes of it
  std::vector<std::pair<std::string, std::string>> contradictions;
  bool help = false;
};

Result<void> Options::Impl::check_extras() const {
  std::vector<std::string> extras = unguard(app.remaining());
  // CLI11 lists the mark that ends the options among what it did not expect.
  extras.erase(std::remove(extras.begin(), extras.end(), "--"), extras.end());
  if (extras.empty()) {
    return {};
  }
  const std::string& first = extras.front();
  if (first.size() < 2 || first[0] != '-') {
    return refuse("unexpected argument '" + first + "'");
  }
  std::vector<std::string_view> names;
  for (const OptionInfo& info : infos) {
    names.insert(names.end(), info.names.begin(), info.names.end());
  }
  const std::string name = first.substr(0, first.find('='));
  const std::string near = first.rfind("--", 0) == 0 ? std::string(nearest(name, names).value_or("")) : "";
  return fail(ErrorKind::usage,
              "unknown option " + name + (near.empty() ? "" : ": did you mean " + near + "?"),
              near.empty() ? "whydrop " + command + " --help; put -- before an argument that begins with -"
                           : "whydrop " + command + " --help");
}

Result<void> Options::Impl::check_contradictions() const {
  for (const auto& [one, other] : contradictions) {
    const CLI::Option* first = find(one);
    const CLI::Option* second = find(other);
    if (first != nullptr && second != nullptr && first->count() > 0 && second->count() > 0) {
      return refuse(fmt::format("options {} and {} contradict each other", one, other));
    }
  }
  return {};
}

Options::Options(std::string command) : impl_(std::make_unique<Impl>(std::move(command))) {
  impl_->current_group = "General";
  flag("-h,--help", impl_->help, "Print this help");
  impl_->current_group.clear();
}
Options::~Options() = default;

void Options::group(std::string title) {
  impl_->current_group = std::move(title);
}

void Options::custom(OptionInfo info, Setter set) {
  const std::string shown = info.positional ? info.value : "option " + info.names.back();
  CLI::callback_t callback = [set = std::move(set), shown](const std::vector<std::string>& given) {
    const std::string why = set(unguard(given));
    if (!why.empty()) {
      throw CLI::ValidationError("", shown + ": " + why);
    }
    return true;
  };
  CLI::Option* option = impl_->place(info).add_option(info.positional ? info.value : join_names(info), callback);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  if (info.positional) {
    option->allow_extra_args(info.repeatable);
  }
  impl_->add(std::move(info), option);
}

void Options::flag(const std::string& names, bool& target, std::string help) {
  OptionInfo info = OptionInfo::option(names, "", std::move(help));
  CLI::Option* option =
      impl_->place(info).add_flag_function(names, [&target](std::int64_t count) { target = count > 0; });
  impl_->add(std::move(info), option);
}

void Options::flag_or_text(
    const std::string& names, std::string value, std::string& target, const std::string& without, std::string help) {
  OptionInfo info = OptionInfo::option(names, "", std::move(help)).may_have(std::move(value));
  CLI::Option* option = impl_->place(info).add_flag(names + "{" + without + "}", target);
  impl_->add(std::move(info), option);
}

void Options::count(const std::string& names, int& target, std::string help) {
  OptionInfo info = OptionInfo::option(names, "", std::move(help)).repeats();
  CLI::Option* option =
      impl_->place(info).add_flag_function(names, [&target](std::int64_t count) { target = static_cast<int>(count); });
  impl_->add(std::move(info), option);
}

void Options::text(const std::string& names, std::string value, std::string& target, std::string help) {
  custom(OptionInfo::option(names, std::move(value), std::move(help)),
         [&target](const std::vector<std::string>& given) {
           target = given.back();
           return std::string();
         });
}

void Options::list(const std::string& names, std::string value, std::vector<std::string>& target, std::string help) {
  custom(OptionInfo::option(names, std::move(value), std::move(help)).repeats(),
         [&target](const std::vector<std::string>& given) {
           target = given;
           return std::string();
         });
}

void Options::suggest(std::vector<std::string> choices) {
  impl_->infos.back().choices = std::move(choices);
}

void Options::choice(const std::string& names,
                     std::vector<std::string> choices,
                     std::string& target,
                     std::string help) {
  auto take = [&target, choices](std::size_t at) { target = choices[at]; };
  choose_index(names, std::move(choices), std::move(take), std::move(help));
}

namespace {

std::string alternatives(const std::vector<std::string>& choices) {
  return fmt::format("{}", fmt::join(choices, "|"));
}

/// A Setter that tells `take` which of the choices the last text given is.
Options::Setter chosen(std::vector<std::string> choices, std::function<void(std::size_t)> take) {
  return [choices = std::move(choices), take = std::move(take)](const std::vector<std::string>& given) -> std::string {
    const auto found = std::find(choices.begin(), choices.end(), given.back());
    if (found == choices.end()) {
      return "'" + given.back() + "' is not one of " + alternatives(choices);
    }
    take(static_cast<std::size_t>(found - choices.begin()));
    return {};
  };
}

}  // namespace

void Options::choose_index(const std::string& names,
                           std::vector<std::string> choices,
                           std::function<void(std::size_t)> take,
                           std::string help) {
  auto info = OptionInfo::option(names, alternatives(choices), std::move(help)).completed_by(choices);
  custom(std::move(info), chosen(std::move(choices), std::move(take)));
}

void Options::positional(std::string name, std::vector<std::string> choices, std::string& target, std::string help) {
  auto info = OptionInfo::argument(std::move(name), std::move(help)).must_be_given().completed_by(choices);
  auto take = [&target, choices](std::size_t at) { target = choices[at]; };
  custom(std::move(info), chosen(std::move(choices), std::move(take)));
}

namespace {

/// A Setter that parses the last text given, or says that it is not `what`.
template <typename Target, typename Parse>
Options::Setter parsed(Target& target, Parse parse, std::string what) {
  return [&target, parse, what = std::move(what)](const std::vector<std::string>& given) -> std::string {
    const auto value = parse(given.back());
    if (!value) {
      return "'" + given.back() + "' is not " + what;
    }
    target = *value;
    return {};
  };
}

constexpr const char* kDurationWords = "a duration (as in 250ms, 30s, 5m, 2h)";
constexpr const char* kSizeWords = "a size (as in 4096, 64k, 1M, 2G)";

std::string number_words(std::uint64_t least, std::uint64_t most) {
  return most == std::numeric_limits<std::uint64_t>::max()
             ? "a number of at least " + std::to_string(least)
             : "a number from " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

void Options::duration(const std::string& names, std::chrono::nanoseconds& target, std::string help) {
  custom(OptionInfo::option(names, "DURATION", std::move(help)), parsed(target, parse_duration, kDurationWords));
}

void Options::duration(const std::string& names, std::optional<std::chrono::nanoseconds>& target, std::string help) {
  custom(OptionInfo::option(names, "DURATION", std::move(help)), parsed(target, parse_duration, kDurationWords));
}

void Options::size(const std::string& names, std::uint64_t& target, std::string help) {
  custom(OptionInfo::option(names, "BYTES", std::move(help)), parsed(target, parse_size, kSizeWords));
}

void Options::size(const std::string& names, std::optional<std::uint64_t>& target, std::string help) {
  custom(OptionInfo::option(names, "BYTES", std::move(help)), parsed(target, parse_size, kSizeWords));
}

void Options::number(const std::string& names,
                     std::string value,
                     std::uint64_t& target,
                     std::uint64_t least,
                     std::uint64_t most,
                     std::string help) {
  const auto parse = [=](const std::string& text) { return parse_number(text, least, most); };
  custom(OptionInfo::option(names, std::move(value), std::move(help)),
         parsed(target, parse, number_words(least, most)));
}

void Options::number(const std::string& names,
                     std::string value,
                     std::optional<std::uint64_t>& target,
                     std::uint64_t least,
                     std::uint64_t most,
                     std::string help) {
  const auto parse = [=](const std::string& text) { return parse_number(text, least, most); };
  custom(OptionInfo::option(names, std::move(value), std::move(help)),
         parsed(target, parse, number_words(least, most)));
}

void Options::positional(std::string name, std::string& target, bool required, std::string help) {
  OptionInfo info = OptionInfo::argument(std::move(name), std::move(help));
  info.required = required;
  custom(std::move(info), [&target](const std::vector<std::string>& given) {
    target = given.back();
    return std::string();
  });
}

void Options::positionals(std::string name, std::vector<std::string>& target, bool required, std::string help) {
  OptionInfo info = OptionInfo::argument(std::move(name), std::move(help)).repeats();
  info.required = required;
  custom(std::move(info), [&target](const std::vector<std::string>& given) {
    target = given;
    return std::string();
  });
}

void Options::contradict(std::string one, std::string other) {
  impl_->contradictions.emplace_back(std::move(one), std::move(other));
}

std::vector<std::pair<std::string, std::string>> Options::in_order(const std::vector<std::string>& names) const {
  std::vector<std::pair<std::string, std::string>> values;
  std::map<const CLI::Option*, std::size_t> taken;
  for (const CLI::Option* option : impl_->app.parse_order()) {
    const auto row = std::find(impl_->bound.begin(), impl_->bound.end(), option);
    const std::size_t index = taken[option]++;
    if (row == impl_->bound.end()) {
      continue;
    }
    const OptionInfo& info = impl_->infos[static_cast<std::size_t>(row - impl_->bound.begin())];
    const std::string& name = info.positional ? info.value : info.names.back();
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      values.emplace_back(name, unguard({option->results().at(index)}).front());
    }
  }
  return values;
}

bool Options::given(const std::string& name) const {
  const CLI::Option* option = impl_->find(name);
  return option != nullptr && option->count() > 0;
}

bool Options::takes_value(const std::string& name) const {
  const OptionInfo* option = find_option(impl_->infos, name);
  return option != nullptr && !option->value.empty();
}

const std::vector<OptionInfo>& Options::infos() const {
  return impl_->infos;
}
const std::string& Options::command() const {
  return impl_->command;
}

Result<bool> Options::parse(std::vector<std::string> arguments) {
  arguments = split_empty_values(arguments);
  std::reverse(arguments.begin(), arguments.end());
  try {
    impl_->app.parse(std::move(arguments));
    impl_->hide();
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string words = error.what();
    return fail(ErrorKind::usage,
                "option " + words.substr(0, words.find(':')) + ": needs a value",
                "whydrop " + impl_->command + " --help");
  } catch (const CLI::ParseError& error) {
    const std::string words = error.what();
    impl_->hide();
    return fail(
        ErrorKind::usage, words.substr(words.rfind(": ", 0) == 0 ? 2 : 0), "whydrop " + impl_->command + " --help");
  }
  if (impl_->help) {
    return false;
  }
  for (const auto& check : {impl_->check_extras(), impl_->check_contradictions()}) {
    WHYDROP_TRY(check);
  }
  for (std::size_t i = 0; i < impl_->infos.size(); ++i) {
    const OptionInfo& info = impl_->infos[i];
    if (info.required && impl_->bound[i]->count() == 0) {
      return fail(ErrorKind::usage, "no " + info.value + " given", "whydrop " + impl_->command + " --help");
    }
  }
  return true;
}

}  // namespace whydrop::cli
