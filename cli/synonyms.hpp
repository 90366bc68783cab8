#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::cli {

/// A command under the name that other tools have for it.
struct CommandSynonym {
  std::string_view name;
  std::string_view command;
};
/// The row of this name; null: there is none.
const CommandSynonym* find_synonym(std::string_view name);

/// An option under the name that other tools have for it, as a command takes it.
struct OptionSynonym {
  std::string name;     ///< "--save"
  std::string meaning;  ///< "--capture FILE"
};
/// Those that mean something to this command, in the order of the table. A name that it has itself is none.
std::vector<OptionSynonym> synonyms_of(const Options& options);

/// `arguments` with what other tools call differently written as here. Errors: usage, where a value lacks.
Result<std::vector<std::string>> in_our_words(const Options& options, std::vector<std::string> arguments);

}  // namespace whydrop::cli
