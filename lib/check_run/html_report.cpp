#include "check_run/html_report.hpp"

#include "base/try.hpp"
#include "capture/filter.hpp"
#include "evidence/evidence.hpp"
#include "os/rereadable_file.hpp"
#include "run/inspection.hpp"

#include <memory>
#include <utility>

namespace whydrop::check_run {

Result<void> HtmlReport::add(const check::Outcome& outcome) {
  WHYDROP_TRY(document_.add(check::ndjson_line(outcome)));
  return outcome.capture.empty() ? Result<void>() : add_session(outcome.capture);
}

/// A capture holds no secrets: what is masked in it stays masked.
Result<void> HtmlReport::add_session(const std::string& capture) {
  const auto file = os::RereadableFile::open(capture);
  WHYDROP_TRY(file);
  auto opened = evidence::open(file->name(), file->read());
  WHYDROP_TRY(opened);
  std::unique_ptr<report::HtmlSink> sink;
  run::Inspection::Settings reading;
  reading.name = file->name();
  reading.sink_of_run = [&](const capture::CaptureHeader& header, const auto&) -> session::EventSink& {
    sink = std::make_unique<report::HtmlSink>(document_, [header] { return header; });
    return *sink;
  };
  run::Inspection inspection(host_, std::move(reading), *capture::Selector::make({}));
  WHYDROP_TRY(inspection.take_all(**opened));
  inspection.finish(0);
  return {};
}

}  // namespace whydrop::check_run
