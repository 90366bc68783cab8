#include "check_run/reports.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::check_run {
namespace {

using check::ReportKind;
using check::ReportTarget;
using Clock = std::chrono::steady_clock;

// So much of a run's time may go into writing anew what was written already: a fifth.
constexpr int kRest = 4;

tl::unexpected<Error> cannot_write(const std::string& path) {
  return fail(ErrorKind::local, fmt::format("cannot write report {}: {}", path, std::strerror(errno)));
}

/// True for what is a document, told whole: others grow by a line a check.
bool is_document(ReportKind kind) {
  return kind == ReportKind::junit || kind == ReportKind::prometheus;
}

bool is_plain(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode);
}

/// Puts a new file in the place of what stands there, at once: a reader sees the old one or the new one.
Result<void> replace_file(const std::string& path, std::string_view content) {
  std::string temporary = path + ".XXXXXX";
  const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) {
    return cannot_write(path);
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(fd, 0666 & ~mask);
  const auto written = os::FdSink(fd, "report " + path, true).write(content);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const auto failed = cannot_write(path);
    ::unlink(temporary.c_str());
    return failed;
  }
  return {};
}

Result<std::unique_ptr<os::FdSink>> open_report(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) {
    return cannot_write(path);
  }
  return std::make_unique<os::FdSink>(fd, "report " + path, true);
}

}  // namespace

Reports::Reports(std::uint64_t count, const run::Host& host) : count_(count), host_(host) {
  std::array<char, 256> name{};
  machine_ = ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

Reports::~Reports() = default;

Result<std::unique_ptr<Reports>> Reports::open(std::vector<ReportTarget> targets,
                                               std::uint64_t count,
                                               const run::Host& host) {
  for (auto target = targets.begin(); target != targets.end(); ++target) {
    const auto same = [&](const ReportTarget& other) { return other.path == target->path; };
    if (std::any_of(targets.begin(), target, same)) {
      return fail(ErrorKind::usage,
                  "option --report: two reports go to " + (target->path == "-" ? "standard output" : target->path),
                  "--report tap:out.tap");
    }
  }
  std::unique_ptr<Reports> made(new Reports(count, host));
  for (ReportTarget& target : targets) {
    WHYDROP_TRY(made->add_target(std::move(target)));
  }
  made->write_whole(false);
  if (made->error_) {
    return tl::unexpected<Error>(*made->error_);
  }
  return made;
}

Result<void> Reports::add_target(ReportTarget target) {
  if (const auto folder = std::filesystem::path(target.path).parent_path(); !folder.empty()) {
    std::error_code failed;  // told where the file is opened
    std::filesystem::create_directories(folder, failed);
  }
  Report report{std::move(target)};
  const bool whole = is_document(report.target.kind) && report.target.path != "-" && is_plain(report.target.path);
  if (report.target.path == "-") {
    report.sink = &host_.out;
  } else if (!whole) {
    auto file =
        report.target.kind == ReportKind::html ? os::open_html(report.target.path) : open_report(report.target.path);
    WHYDROP_TRY(file);
    report.file = std::move(*file);
    report.sink = report.file.get();
  }
  if (report.target.kind == ReportKind::tap) {
    keep(report.sink->write(check::tap_head(count_)));
  } else if (report.target.kind == ReportKind::html) {
    report.html = std::make_unique<HtmlReport>(host_, *report.sink);
  }
  reports_.push_back(std::move(report));
  return {};
}

void Reports::add(const check::Outcome& outcome) {
  outcomes_.push_back(outcome);
  for (const Report& report : reports_) {
    if (report.target.kind == ReportKind::tap) {
      keep(report.sink->write(check::tap_point(outcomes_.size(), outcome)));
    } else if (report.target.kind == ReportKind::ndjson) {
      keep(report.sink->write(check::ndjson_line(outcome)));
    } else if (report.html) {
      keep(report.html->add(outcome));
    }
  }
  write_whole(false);
}

void Reports::finish(const std::string& why_not_all) {
  for (const Report& report : reports_) {
    if (report.target.kind == ReportKind::tap) {
      keep(report.sink->write(check::tap_tail(outcomes_.size(), count_, why_not_all)));
    } else if (report.target.kind == ReportKind::ndjson) {
      keep(report.sink->write(check::ndjson_tail(outcomes_)));
    } else if (report.html) {
      keep(report.html->end());
    } else if (report.sink != nullptr) {
      keep(report.sink->write(document(report.target.kind)));
    }
  }
  write_whole(true);
}

/// The files that are replaced. With thousands of checks not after each: it would take longer than they do.
void Reports::write_whole(bool last) {
  const auto began = Clock::now();
  if (!last && began < next_whole_) {
    return;
  }
  for (const Report& report : reports_) {
    if (report.sink == nullptr) {
      keep(replace_file(report.target.path, document(report.target.kind)));
    }
  }
  const auto ended = Clock::now();
  next_whole_ = ended + (ended - began) * kRest;
}

std::string Reports::document(ReportKind kind) const {
  return kind == ReportKind::junit ? check::junit(outcomes_, machine_) : check::prometheus(outcomes_);
}

void Reports::keep(const Result<void>& written) {
  if (!written && !error_) {
    error_ = written.error();
  }
}

bool Reports::on_standard_output() const {
  return std::any_of(reports_.begin(), reports_.end(), [](const Report& report) { return report.target.path == "-"; });
}

std::string Reports::folder() const {
  const auto file =
      std::find_if(reports_.begin(), reports_.end(), [](const Report& report) { return report.target.path != "-"; });
  const std::string folder =
      file == reports_.end() ? "" : std::filesystem::path(file->target.path).parent_path().string();
  return folder.empty() ? "." : folder;
}

}  // namespace whydrop::check_run
