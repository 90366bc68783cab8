// Invariant: any text is checked without a crash, each mistake has a place inside the text and a sentence; what has no
// mistakes loads, and what loads can be told, filled and explained. As a rehearsal of a built-in profile, likewise.
#include "fuzz/require.hpp"
#include "profile/account.hpp"
#include "profile/bindings.hpp"
#include "profile/findings.hpp"
#include "profile/load.hpp"
#include "profile/rehearsal.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace whydrop;
using fuzz::require;

void require_whole(const std::vector<profile::Mistake>& mistakes, std::string_view text) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const profile::Mistake& mistake : mistakes) {
    require(mistake.place.line >= 1 && mistake.place.line <= lines, "a mistake stands in the text");
    require(mistake.place.column >= 1, "columns count from 1");
    require(!mistake.says.empty(), "a mistake is told");
  }
}

void use(const profile::Profile& profile) {
  const profile::Bindings values(profile, {[] { return std::int64_t{0}; }, [] { return std::string("uuid"); }});
  (void)values.fill_url(profile.socket_url);
  for (const profile::MessageType& message : profile.messages) {
    (void)values.fill_json(message.example);
  }
  for (const profile::FindingText* text : profile::finding_texts(profile)) {
    (void)values.fill_words(text->says, {});
    require(profile::make_finding(*text, 1).evidence.size() == 1, "a finding has its evidence");
  }
  require(!profile::account(profile, nullptr).empty(), "a profile can be told");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto mistakes = profile::check(text);
  require_whole(mistakes, text);
  const auto loaded = profile::load(text, "fuzz");
  require(loaded.has_value() == mistakes.empty(), "what has no mistakes loads");
  if (loaded) {
    use(**loaded);
  }
  static const auto tutorial = *profile::load(*profile::find_built_in("guest-tutorial"));
  const auto faults = profile::check_rehearsal(text, *tutorial);
  require_whole(faults, text);
  require(profile::load_rehearsal(text, "fuzz", *tutorial).has_value() == faults.empty(),
          "a rehearsal without mistakes loads");
  return 0;
}
