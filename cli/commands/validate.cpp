#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/errors.hpp"
#include "cli/options.hpp"
#include "run/host.hpp"
#include "run/profiles.hpp"
#include "validate/validation.hpp"

#include <memory>
#include <utility>

namespace whydrop::cli {
namespace {

struct ValidateFlags {
  validate::ValidateRequest request;  ///< what needs no file
  std::string profile;
};

Result<int> validate_all(const ValidateFlags& flags) {
  validate::ValidateRequest request = flags.request;
  if (request.schema.empty() == flags.profile.empty()) {
    return fail(ErrorKind::usage, "nothing to validate by", "give --schema FILE, or --profile NAME");
  }
  if (flags.profile.empty() && !(request.as.empty() && request.side.empty())) {
    return fail(ErrorKind::usage, "--as and --side name messages of a profile", "give --profile NAME");
  }
  const run::Host& host = run::process_host();
  if (!flags.profile.empty()) {
    auto profile = run::find_profile(flags.profile, host.environment, host.read);
    WHYDROP_TRY(profile);
    request.profile = std::move(*profile);
  }
  return validate::validate(request, host.read, host.out, {[](const Error& error) { report(error); }, warn});
}

}  // namespace

Run setup_validate(Options& options) {
  const auto flags = std::make_shared<ValidateFlags>();
  validate::ValidateRequest& request = flags->request;
  options.positionals(
      "FILE", request.files, true, "JSON, or NDJSON with one value a line; patterns too; - is standard input");
  options.group("What it must be");
  options.text("--schema",
               "FILE",
               request.schema,
               "A JSON Schema, draft-07 or draft-04; FILE#/POINTER: one inside another document, such as AsyncAPI");
  options.text("--profile", "NAME|FILE", flags->profile, "A profile's messages: its name, or a file");
  options.suggest(run::built_in_profiles());
  options.text(
      "--as", "TYPE", request.as, "As this type of message, e.g. client:startChat (default: the first that matches)");
  options.choice("--side", {"client", "server"}, request.side, "Messages of this side only");
  options.group("How the schema is read");
  options.choose<schema::Draft>("--draft",
                                {{"4", schema::Draft::draft4}, {"7", schema::Draft::draft7}},
                                request.draft,
                                "The draft to assume if the schema has no $schema (7)");
  options.flag("--check-formats",
               request.check_formats,
               "Check format, contentEncoding and contentMediaType too, and name those that cannot be checked");
  options.list("--ref-map", "URL-PREFIX=DIR", request.references, "Read a $ref to such URLs from a folder");
  options.list("--allow-path",
               "PATH",
               request.allowed_paths,
               "Let a $ref name files there, besides those below the schema's folder");
  options.group("Output");
  options.choose<bool>("--output",
                       {{"text", false}, {"ndjson", true}},
                       request.ndjson,
                       "One line for each fault, or a JSON object for each value");
  options.contradict("--schema", "--profile");
  return [flags] { return validate_all(*flags); };
}

}  // namespace whydrop::cli
