#include "profile/template_check.hpp"

#include "profile/template.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace whydrop::profile {

namespace {

bool is_known(std::string_view name, const Placeholders& known) {
  const auto begins = [&](std::string_view prefix) {
    return name.size() > prefix.size() && name.substr(0, prefix.size()) == prefix;
  };
  if (const auto variable = number_of(name)) {
    return schema::is_one_of(*variable, known.variables);
  }
  return schema::is_one_of(name, name.front() == '$' ? known.exact : known.variables) ||
         std::any_of(known.prefixes.begin(), known.prefixes.end(), begins);
}

}  // namespace

void check_template(MistakeList& list, const std::string& pointer, const Placeholders& known) {
  const auto value = list.root().at(pointer);
  if (!value) {
    return;
  }
  const std::string text = json::plain_text(*value);
  for (const std::string& name : placeholders_of(text)) {
    if (!is_known(name, known)) {
      const bool ours = name.front() == '$' && !number_of(name);
      list.say(pointer,
               fmt::format("holds {{{}}}, which is {}{}",
                           name,
                           ours ? "not known here" : "no variable",
                           did_you_mean(number_of(name).value_or(name), ours ? known.exact : known.variables)));
    }
  }
}

}  // namespace whydrop::profile
