// Invariant: any text is read without a crash, within the bounds of its module; what is YAML is JSON, each of whose
// values has a place; what imports is a profile that loads, with a sentence and a place for each note. The input may
// hold a second file, which stands behind a line of "%%".
#include "asyncapi/asyncapi.hpp"
#include "fuzz/require.hpp"
#include "profile/load.hpp"
#include "yaml/yaml.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace whydrop;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  constexpr std::string_view kBorder = "\n%%\n";
  const std::size_t border = std::min(input.find(kBorder), input.size());
  const std::string_view text = input.substr(0, border);
  const std::string beside(border == input.size() ? std::string_view() : input.substr(border + kBorder.size()));

  const auto document = yaml::Document::parse(text, "a.yaml");
  require(document.has_value() || !document.error().message.empty(), "what is wrong is told");
  if (document) {
    json::Json parsed;
    require(!parsed.parse(document->text()), "YAML is JSON");
    require(document->text().size() <= yaml::kMostExpanded, "aliases are bounded");
    require(document->place("").has_value(), "a document has a place");
  }
  for (const auto described : {asyncapi::Described::server, asyncapi::Described::client}) {
    asyncapi::Options options;
    options.described = described;
    options.read = [&](const std::string& path) -> Result<std::optional<std::string>> {
      return path == "b.yaml" ? std::optional(beside) : std::nullopt;
    };
    const auto imported = asyncapi::import_document(text, "a.yaml", options);
    if (!imported) {
      require(imported.error().kind == ErrorKind::usage, "what does not import is the document's fault");
      continue;
    }
    require(profile::load(imported->profile, "made").has_value(), "what imports loads");
    for (const asyncapi::Note& note : imported->notes) {
      require(!note.says.empty() && note.place.line >= 1 && note.place.column >= 1, "a note says what, and where");
    }
  }
  return 0;
}
