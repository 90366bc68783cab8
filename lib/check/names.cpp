#include "base/text.hpp"
#include "check/report.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace whydrop::check {
namespace {

constexpr std::array<std::string_view, 4> kNames{"passed", "failed", "error", "skipped"};
const std::vector<std::string_view> kReports{"junit", "tap", "ndjson", "prometheus", "html"};

}  // namespace

std::string_view name(Outcome::Status status) {
  return kNames[static_cast<std::size_t>(status)];
}

Result<ReportTarget> parse_report(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view kind = text.substr(0, colon);
  const auto row = std::find(kReports.begin(), kReports.end(), kind);
  if (row == kReports.end()) {
    const auto near = nearest(kind, kReports);
    return fail(ErrorKind::usage,
                fmt::format("report {}: there is none of this kind", escape_for_terminal(text)),
                near ? fmt::format("did you mean {}?", *near)
                     : std::string("it is junit, tap, ndjson, prometheus or html, or junit:FILE"));
  }
  ReportTarget made{static_cast<ReportKind>(row - kReports.begin()), "-"};
  if (colon < text.size()) {
    made.path = text.substr(colon + 1);
  }
  if (made.path.empty()) {
    return fail(ErrorKind::usage,
                fmt::format("report {}: it names no file", escape_for_terminal(text)),
                "put a path behind the colon, or - for standard output");
  }
  return made;
}

}  // namespace whydrop::check
