#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whydrop::cli {

/// One option as people see it: the one source of help, completion and the man page.
struct OptionInfo {
  /// `names` as in "-H,--header"; `value` as in "DURATION", empty for a flag.
  static OptionInfo option(const std::string& names, std::string value, std::string help);
  /// An argument without a name, shown as `value`.
  static OptionInfo argument(std::string value, std::string help);

  OptionInfo&& repeats() &&;
  OptionInfo&& must_be_given() &&;
  OptionInfo&& completed_by(std::vector<std::string> words) &&;
  /// A flag behind which "=VALUE" may follow.
  OptionInfo&& may_have(std::string value) &&;

  std::vector<std::string> names;  ///< "-H", "--header"; empty for a positional argument
  std::string value;               ///< "DURATION"; empty for a flag
  std::string help;
  std::string group;
  std::vector<std::string> choices;  ///< completed by the shell; empty: anything
  bool positional = false, required = false, repeatable = false;
  std::string optional_value;  ///< of a flag: what may follow behind "="
};

/// The option of this name, as "-H" or "--header"; null: there is none.
const OptionInfo* find_option(const std::vector<OptionInfo>& options, std::string_view name);
/// True if a positional argument is called `value`, as in "URL".
bool has_argument(const std::vector<OptionInfo>& options, std::string_view value);

/// The options of one command. Bind targets, then parse(). Values are taken as they are: what CLI11 makes of brackets,
/// braces and commas does not reach them. Errors are usage errors in our words.
class Options {
 public:
  /// Takes the texts given for an option, in order; returns why they are wrong, or an empty string.
  using Setter = std::function<std::string(const std::vector<std::string>&)>;

  explicit Options(std::string command);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  /// Heading in --help of the options that follow.
  void group(std::string title);
  /// `names` as in "-H,--header". The last value given wins, except for lists.
  void flag(const std::string& names, bool& target, std::string help);
  /// A flag that may have a value behind "=": --name gives `without`, --name=TEXT gives TEXT.
  void flag_or_text(
      const std::string& names, std::string value, std::string& target, const std::string& without, std::string help);
  void count(const std::string& names, int& target, std::string help);
  void text(const std::string& names, std::string value, std::string& target, std::string help);
  void list(const std::string& names, std::string value, std::vector<std::string>& target, std::string help);
  /// What the shell completes for the option that was added last, which takes other values too.
  void suggest(std::vector<std::string> choices);
  void choice(const std::string& names, std::vector<std::string> choices, std::string& target, std::string help);
  /// One of named values; `rows` are names and values.
  template <typename T>
  void choose(const std::string& names, std::vector<std::pair<std::string, T>> rows, T& target, std::string help) {
    std::vector<std::string> choices;
    for (const auto& row : rows) {
      choices.push_back(row.first);
    }
    choose_index(
        names,
        std::move(choices),
        [rows = std::move(rows), &target](std::size_t at) { target = rows[at].second; },
        std::move(help));
  }
  void duration(const std::string& names, std::chrono::nanoseconds& target, std::string help);
  void duration(const std::string& names, std::optional<std::chrono::nanoseconds>& target, std::string help);
  /// A count of bytes: 4096, 64k, 1M, 2G.
  void size(const std::string& names, std::uint64_t& target, std::string help);
  void size(const std::string& names, std::optional<std::uint64_t>& target, std::string help);
  void number(const std::string& names,
              std::string value,
              std::uint64_t& target,
              std::uint64_t least,
              std::uint64_t most,
              std::string help);
  void number(const std::string& names,
              std::string value,
              std::optional<std::uint64_t>& target,
              std::uint64_t least,
              std::uint64_t most,
              std::string help);
  /// Any other kind of value.
  void custom(OptionInfo info, Setter set);
  void positional(std::string name, std::string& target, bool required, std::string help);
  /// One that must be given, and is one of these.
  void positional(std::string name, std::vector<std::string> choices, std::string& target, std::string help);
  void positionals(std::string name, std::vector<std::string>& target, bool required, std::string help);
  /// Giving both is a usage error.
  void contradict(std::string one, std::string other);

  /// The values given to these options (by their last names) and positional arguments, in the order of the command
  /// line.
  std::vector<std::pair<std::string, std::string>> in_order(const std::vector<std::string>& names) const;
  /// True if an option of this name was given.
  bool given(const std::string& name) const;
  /// True for the name of an option that takes a value.
  bool takes_value(const std::string& name) const;
  const std::vector<OptionInfo>& infos() const;
  const std::string& command() const;

  /// False if --help was asked for.
  Result<bool> parse(std::vector<std::string> arguments);

 private:
  struct Impl;
  /// `take` is told which of the choices it is.
  void choose_index(const std::string& names,
                    std::vector<std::string> choices,
                    std::function<void(std::size_t)> take,
                    std::string help);

  std::unique_ptr<Impl> impl_;
};

}  // namespace whydrop::cli
