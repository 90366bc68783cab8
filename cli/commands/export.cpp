#include "export_run/export.hpp"

#include "base/try.hpp"
#include "cli/app.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/output.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

struct ExportFlags {
  export_run::ExportSettings settings;
  SecretFlags secrets;
};

Result<int> export_file(const ExportFlags& flags) {
  if (flags.settings.format == nullptr) {
    return fail(ErrorKind::usage, "option --to: it must be given", "whydrop export FILE --to har");
  }
  const run::Host& host = begin_run();
  auto secrets = make_secrets(flags.secrets, host);
  WHYDROP_TRY(secrets);
  export_run::ExportSettings settings = flags.settings;
  settings.secrets = std::move(secrets->values);
  settings.reveal = secrets->reveal;
  settings.tool = fmt::format("whydrop {}", version());
  return export_run::export_recording(settings, host);
}

}  // namespace

Run setup_export(Options& options) {
  const auto flags = std::make_shared<ExportFlags>();
  export_run::ExportSettings& settings = flags->settings;
  options.positional("FILE",
                     settings.file,
                     true,
                     "A capture, a HAR saved by a browser, or packets (pcap, pcapng); - is standard input");
  std::vector<std::pair<std::string, const export_run::Format*>> rows;
  std::string what;
  for (const export_run::Format& format : export_run::formats()) {
    rows.emplace_back(format.name, &format);
    what += fmt::format("{}{}: {}", what.empty() ? "" : "; ", format.name, format.what);
  }
  options.choose("--to", std::move(rows), settings.format, "What it becomes. " + what);
  options.text("-o,--out", "FILE", settings.to, "Write there, to a new file only its owner may read (standard output)");
  options.flag("--overwrite", settings.overwrite, "FILE may be there; it is written over");
  add_conn_option(options, settings.conns, "Only connection N; several with commas");
  add_keylog_option(options, settings.keylog);
  options.text("--profile",
               "NAME|FILE",
               settings.profile,
               "Judge what was recorded by this profile (default: the one that the recording names)");
  add_secret_options(options, flags->secrets);
  return [flags] { return export_file(*flags); };
}

}  // namespace whydrop::cli
