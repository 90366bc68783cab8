#include "base/text.hpp"
#include "check/file.hpp"

namespace whydrop::check {

Result<std::vector<Check>> load(std::string_view text, const std::string& path, const Sources& sources) {
  File file(text, sources);
  const auto mistakes = mistakes_in(file);
  if (!mistakes.empty()) {
    return tl::unexpected(schema::first_of(mistakes, escape_for_terminal(path)));
  }
  return build(file, path);
}

std::vector<schema::Mistake> mistakes_of(std::string_view text, const Sources& sources) {
  File file(text, sources);
  return mistakes_in(file);
}

profile::Bindings::Extra placeholders(std::function<std::optional<std::string>(const std::string& name)> environment,
                                      std::uint64_t turn) {
  return [environment = std::move(environment), turn](std::string_view name) -> std::optional<std::string> {
    constexpr std::string_view kEnvironment = "$env:";
    if (name == "$n") {
      return std::to_string(turn);
    }
    if (!starts_with(name, kEnvironment) || !environment) {
      return std::nullopt;
    }
    const auto value = environment(std::string(name.substr(kEnvironment.size())));
    return value ? std::optional(json::quote(*value)) : std::nullopt;
  };
}

}  // namespace whydrop::check
