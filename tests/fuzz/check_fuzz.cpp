// Invariant: any text is read as a check file without a crash, each mistake has a place inside the text and a sentence;
// what has no mistakes loads, and what loads has steps that can be told, and conditions that can be held against any
// message.
#include "check/check.hpp"
#include "fuzz/require.hpp"
#include "profile/load.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;
using fuzz::require;

check::Sources sources() {
  static const auto tutorial = *profile::load(*profile::find_built_in("guest-tutorial"));
  check::Sources made;
  made.find_profile = [](const std::string& given) -> Result<std::shared_ptr<const profile::Profile>> {
    if (given == tutorial->name) {
      return tutorial;
    }
    return fail(ErrorKind::usage, "profile: there is none of this name");
  };
  made.read_beside = [](const std::string& path) {
    return path == "schema.json" ? std::optional<std::string>(R"({"type": "object"})") : std::nullopt;
  };
  return made;
}

std::vector<check::Predicate> conditions_of(const check::Step::Act& act) {
  return std::visit(overloaded{[](const check::Expect& it) { return it.where; },
                               [](const check::ExpectRefused& it) { return it.where; },
                               [](const check::ExpectSilence& it) { return it.where; },
                               [](const check::ExpectClose& it) { return it.reason; },
                               [](const auto&) { return std::vector<check::Predicate>(); }},
                    act);
}

void use(const std::vector<check::Step>& steps, const std::optional<json::Value>& root, std::string_view text) {
  const auto fill = [](std::string_view given) { return Result<std::string>(std::string(given)); };
  for (const check::Step& step : steps) {
    require(!step.text.empty() && !step.number.empty(), "a step can be told");
    for (const check::Predicate& predicate : conditions_of(step.act)) {
      const auto why = check::unmet(predicate, root, text, fill);
      require(!why || !why->empty(), "what is not met has a reason");
    }
    if (const auto* repeat = std::get_if<check::Repeat>(&step.act)) {
      use(repeat->steps, root, text);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto outside = sources();
  const auto mistakes = check::mistakes_of(text, outside);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const schema::Mistake& mistake : mistakes) {
    require(mistake.place.line >= 1 && mistake.place.line <= lines, "a mistake stands in the text");
    require(mistake.place.column >= 1, "columns count from 1");
    require(!mistake.says.empty(), "a mistake is told");
  }
  const auto loaded = check::load(text, "fuzz", outside);
  require(loaded.has_value() == mistakes.empty(), "what has no mistakes loads");
  if (!loaded) {
    return 0;
  }
  json::Json document;
  (void)document.parse(text);
  for (const check::Check& one : *loaded) {
    require(one.profile != nullptr && !one.name.empty() && !one.steps.empty(), "a check is whole");
    use(one.steps, document.root(), text);
    use(one.steps, std::nullopt, "\xff");
  }
  return 0;
}
