#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/errors.hpp"
#include "cli/options.hpp"
#include "cli/options/profile.hpp"
#include "os/environment.hpp"
#include "os/file_names.hpp"
#include "os/streams.hpp"
#include "run/profiles.hpp"
#include "validate/validation.hpp"

#include <memory>

namespace whydrop::cli {
namespace {

struct Flags {
  std::string schema, profile, as, side, draft = "7", output = "text";
  bool check_formats = false;
  std::vector<std::string> references, files;
};

Result<std::unique_ptr<validate::Judge>> make_judge(const Flags& flags) {
  if (flags.schema.empty() == flags.profile.empty()) {
    return fail(ErrorKind::usage, "nothing to validate by", "give --schema FILE, or --profile NAME");
  }
  if (flags.profile.empty() && !(flags.as.empty() && flags.side.empty())) {
    return fail(ErrorKind::usage, "--as and --side name messages of a profile", "give --profile NAME");
  }
  const auto references = validate::make_references(flags.schema, flags.references);
  WHYDROP_TRY(references);
  schema::Options options;
  options.draft = flags.draft == "4" ? schema::Draft::draft4 : schema::Draft::draft7;
  options.check_formats = flags.check_formats;
  options.fetch = [references = *references](const std::string& uri) { return references.read(uri); };
  if (!flags.schema.empty()) {
    return validate::judge_by_schema(flags.schema, options);
  }
  auto profile = run::find_profile(flags.profile, os::process_environment, os::read_file);
  WHYDROP_TRY(profile);
  return validate::judge_by_profile(std::move(*profile), flags.as, flags.side, options);
}

Result<int> validate(const Flags& flags) {
  const auto judge = make_judge(flags);
  WHYDROP_TRY(judge);
  validate::Validation validation(**judge, flags.output == "ndjson");
  int unread = 0;
  for (const std::string& given : flags.files) {
    for (const std::string& name : os::expanded(given)) {
      const auto text = os::read_file(name);
      if (text) {
        validation.take(name == "-" ? "standard input" : name, *text);
      } else {
        unread = report(text.error());
      }
    }
  }
  return unread != 0 ? unread : validation.all_valid() ? 0 : 1;
}

}  // namespace

Run setup_validate(Options& options) {
  const auto flags = std::make_shared<Flags>();
  options.positionals(
      "FILE", flags->files, true, "JSON, or NDJSON with one value a line; patterns too; - is standard input");
  options.group("What it must be");
  options.text("--schema",
               "FILE",
               flags->schema,
               "A JSON Schema, draft-07 or draft-04; FILE#/POINTER: one that stands in another document, as AsyncAPI");
  options.text("--profile", "NAME|FILE", flags->profile, "A profile's messages: its name, or a file");
  options.suggest(run::built_in_profiles());
  options.text(
      "--as", "TYPE", flags->as, "Its message of this type, as client:startChat; without it the first that matches");
  options.choice("--side", {"client", "server"}, flags->side, "Messages of this side only");
  options.group("How the schema is read");
  options.choice("--draft", {"4", "7"}, flags->draft, "The draft where the schema has no $schema (default 7)");
  options.flag(
      "--check-formats", flags->check_formats, "Check format too: date-time, uuid, uri, email, ipv4 and others");
  options.list("--ref-map", "URL-PREFIX=DIR", flags->references, "Read what a $ref to such URLs means from a folder");
  options.group("Output");
  options.choice("--output", {"text", "ndjson"}, flags->output, "A line a fault, or a JSON object for each value");
  options.contradict("--schema", "--profile");
  return [flags] { return validate(*flags); };
}

}  // namespace whydrop::cli
