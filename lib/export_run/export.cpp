#include "export_run/export.hpp"

#include "base/try.hpp"
#include "capture/filter.hpp"
#include "check_run/check.hpp"
#include "evidence/evidence.hpp"
#include "exports/exporter.hpp"
#include "os/rereadable_file.hpp"
#include "os/streams.hpp"
#include "report/html.hpp"
#include "run/decrypt.hpp"
#include "run/inspection.hpp"
#include "run/profiles.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace whydrop::export_run {
namespace {

/// An HTML report. What it leaves out it says itself.
class HtmlExporter final : public exports::Exporter {
 public:
  explicit HtmlExporter(ByteSink& out) : document_(out) {}
  session::EventSink& begin(const capture::CaptureHeader& header) override {
    sink_ = std::make_unique<report::HtmlSink>(document_, [header] { return header; });
    return *sink_;
  }
  Result<void> end() override { return document_.end(); }
  std::vector<std::string> left_out() const override { return {}; }

 private:
  report::HtmlDocument document_;
  std::unique_ptr<report::HtmlSink> sink_;
};

std::unique_ptr<exports::Exporter> make_html(ByteSink& out, const std::string& /*tool*/) {
  return std::make_unique<HtmlExporter>(out);
}

/// Writes what an exporter makes of the recording's events, judged and masked as `inspect` does it.
template <exports::MakeExporter& kMake>
Result<int> by_exporter(const ExportSettings& settings, const run::Host& host, ByteSink& out) {
  const auto file = os::RereadableFile::open(settings.file);
  WHYDROP_TRY(file);
  const auto known = run::evidence_settings(settings.file, settings.keylog, host);
  WHYDROP_TRY(known);
  auto opened = evidence::open(file->name(), file->read(), *known);
  WHYDROP_TRY(opened);
  std::shared_ptr<const profile::Profile> profile;
  const bool recognise = settings.profile != run::kNoProfile;
  if (!settings.profile.empty() && recognise) {
    auto found = run::find_profile(settings.profile, host.environment, host.read);
    WHYDROP_TRY(found);
    profile = std::move(*found);
  }
  const auto exporter = kMake(out, settings.tool);
  run::Inspection::Settings reading{
      {}, settings.reveal, settings.secrets, file->name(), settings.conns, {}, std::move(profile), recognise};
  reading.sink_of_run = [&exporter](const capture::CaptureHeader& header,
                                    const std::shared_ptr<const profile::Profile>&) -> session::EventSink& {
    return exporter->begin(header);
  };
  run::Inspection inspection(host, std::move(reading), *capture::Selector::make({}));
  WHYDROP_TRY(inspection.take_all(**opened));
  inspection.finish(0);
  WHYDROP_TRY(inspection.check_found());
  WHYDROP_TRY(exporter->end());
  for (const std::string& line : exporter->left_out()) {
    inspection.talk(fmt::format("note: {}: {}", settings.format->name, line));
  }
  return inspection.damaged() ? 3 : 0;
}

Result<int> as_check(const ExportSettings& settings, const run::Host& host, ByteSink& out) {
  const auto text = check_run::recorded_check(host, {settings.file, settings.profile, {}, settings.conns});
  return text.and_then([&](const std::string& check) { return out.write(check); }).map([] { return 0; });
}

}  // namespace

const std::vector<Format>& formats() {
  static const std::vector<Format> all{
      {"har", "HTTP Archive, as Chrome DevTools reads it", false, by_exporter<exports::make_har>},
      {"pcapng", "packets with the verdict as comments, for Wireshark", true, by_exporter<exports::make_pcapng>},
      {"curl",
       "the same requests as command lines, masked values as variables",
       false,
       by_exporter<exports::make_curl>},
      {"html", "a page with the verdict, a timeline and every frame", true, by_exporter<make_html>},
      {"check", "a check file to edit, as of check --from-capture", false, as_check},
      {"ndjson", "a capture of whydrop's own, from whatever recording", false, by_exporter<exports::make_capture>},
  };
  return all;
}

Result<int> export_recording(const ExportSettings& settings, const run::Host& host) {
  const Format& format = *settings.format;
  if (settings.to == "-") {
    if (format.binary && host.out.is_terminal()) {
      return fail(
          ErrorKind::usage, fmt::format("option --to: {} is not for a terminal", format.name), "give a file: -o FILE");
    }
    return format.write(settings, host, host.out);
  }
  const auto mode = settings.overwrite ? os::FileMode::overwrite : os::FileMode::fresh;
  const auto file = os::open_private(settings.to, mode);
  WHYDROP_TRY(file);
  return format.write(settings, host, **file);
}

}  // namespace whydrop::export_run
