#include "check_run/runner.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "check_run/outcome_codec.hpp"
#include "diagnose/exit_code.hpp"
#include "os/children.hpp"
#include "run/output.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <filesystem>
#include <map>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whydrop::check_run {
namespace {

using check::Outcome;
using Status = check::Outcome::Status;

// How long a check may take beyond its own limit before it is ended from outside.
constexpr std::chrono::seconds kGrace{5};
constexpr std::size_t kLongestName = 80;

/// `text` as a part of a file's name.
std::string file_word(std::string_view text) {
  std::string word;
  for (const char c : lower_case(text)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (plain || (!word.empty() && word.back() != '-')) {
      word += plain ? c : '-';
    }
  }
  word = word.substr(0, kLongestName);
  return word.substr(0, word.find_last_not_of('-') + 1);
}

/// Creates a file for a check's capture that no other has: "folder/file.check.ndjson", with a number where that is
/// there.
Result<std::string> reserve_capture(const std::string& folder, const check::Check& check) {
  const std::string stem = check.path == "standard input" ? "stdin" : std::filesystem::path(check.path).stem().string();
  const std::string name = file_word(check.name);
  const std::string base = (std::filesystem::path(folder) / stem).string() + (name.empty() ? "" : "." + name);
  for (unsigned number = 1;; ++number) {
    const std::string path = base + (number > 1 ? fmt::format("-{}", number) : "") + ".ndjson";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
      ::close(fd);
      return path;
    }
    if (errno != EEXIST) {
      return fail(ErrorKind::local,
                  fmt::format("cannot create capture {}: {}", path, std::strerror(errno)),
                  "--captures DIR, a folder that can be written");
    }
  }
}

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out += end == 0 ? "\n" : fmt::format("      {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// The checks of one run: those that wait, those under way, and what became of the others.
class CheckRunner {
 public:
  CheckRunner(const run::Host& host,
              const std::vector<check::Check>& checks,
              const CheckPlan& plan,
              Reports& reports,
              const std::function<void(const Error&)>& say)
      : host_(host),
        checks_(checks),
        plan_(plan),
        reports_(reports),
        say_(say),
        folder_(plan.captures.empty() ? reports.folder() : plan.captures),
        lines_(reports.on_standard_output() ? host.err : host.out),
        color_(run::make_style(plan.settings.session.output, host.environment, host.out).color) {
    for (std::size_t i = 0; i < checks.size(); ++i) {
      waiting_.push_back({i, 1});
    }
  }

  Result<int> run() {
    const std::int64_t began = host_.now_ns();
    while (!waiting_.empty() || children_.count() > 0) {
      if (const auto started = start_more(); !started) {
        children_.end_all();
        reports_.finish(started.error().message);
        return tl::unexpected<Error>(started.error());
      }
      auto ended = children_.wait();
      if (!ended) {
        return interrupted();
      }
      settle(std::move(*ended));
    }
    reports_.finish("");
    print(check::summary_line(reports_.outcomes(), host_.now_ns() - began) + "\n");
    if (reports_.error()) {
      fail_on(*reports_.error());
    }
    if (unprinted_) {
      fail_on(*unprinted_);
    }
    return code_;
  }

 private:
  struct Attempt {
    std::size_t check = 0;
    unsigned number = 1;
    std::string capture{}, started{};
  };

  Result<void> start_more() {
    while (!waiting_.empty() && children_.count() < plan_.jobs) {
      Attempt attempt = std::move(waiting_.front());
      waiting_.pop_front();
      const check::Check& check = checks_[attempt.check];
      auto capture = reserve_capture(folder_, check);
      WHYDROP_TRY(capture);
      attempt.capture = std::move(*capture);
      attempt.started = format_rfc3339(host_.now_ns());
      const auto work = [this, &check, &attempt] {
        return packed(carry_out(host_, check, plan_.settings, attempt.capture));
      };
      const auto limit = plan_.settings.timeout.value_or(check.timeout) + kGrace;
      if (const auto started = children_.start(attempt.check, work, limit); !started) {
        ::unlink(attempt.capture.c_str());
        return started;
      }
      running_[attempt.check] = std::move(attempt);
    }
    return {};
  }

  void settle(os::Children::Ended ended) {
    Attempt attempt = std::move(running_.extract(ended.id).mapped());
    const check::Check& check = checks_[attempt.check];
    Outcome outcome = outcome_of(ended);
    outcome.name = check.name;
    outcome.file = check.path;
    outcome.line = check.place.line;
    outcome.started = attempt.started;
    outcome.duration_ns = ended.took_ns;
    outcome.attempts = attempt.number;
    keep_capture(attempt, outcome);
    const bool may_retry = outcome.exit_code != 0 && outcome.exit_code != 2 && outcome.exit_code != 3;
    if (may_retry && attempt.number <= plan_.retries.value_or(check.retries)) {
      kept_[attempt.check] = outcome.capture;
      waiting_.push_front({attempt.check, attempt.number + 1});
      return;
    }
    if (outcome.capture.empty()) {
      outcome.capture = kept_[attempt.check];  // of the attempt that failed before
    }
    tell(outcome);
    if (plan_.fail_fast && outcome.exit_code != 0) {
      skip_rest();
    }
  }

  static Outcome outcome_of(const os::Children::Ended& ended) {
    if (auto outcome = unpacked(ended.told)) {
      const bool wanted = outcome->exit_code != 0 && !outcome->detail.empty();
      outcome->detail = wanted ? ended.out : "";
      return *outcome;
    }
    Outcome lost;
    lost.status = Status::error;
    lost.exit_code = ended.overran ? 8 : 70;
    lost.says = ended.overran ? "it did not end within its time, and was ended"
                : WIFSIGNALED(ended.status)
                    ? fmt::format("internal error: the check's process was ended by signal {}", WTERMSIG(ended.status))
                    : fmt::format("internal error: the check's process ended with {}", WEXITSTATUS(ended.status));
    lost.detail = escape_lines(ended.out + ended.err);
    return lost;
  }

  /// That of a failed attempt stays, if it holds anything.
  void keep_capture(const Attempt& attempt, Outcome& outcome) const {
    std::error_code failed;
    const auto size = std::filesystem::file_size(attempt.capture, failed);
    const bool wanted = outcome.exit_code != 0 || plan_.keep_all;
    if (!wanted || failed || size == 0) {
      ::unlink(attempt.capture.c_str());
    } else {
      outcome.capture = attempt.capture;
    }
  }

  void print(const std::string& text) {
    const auto written = lines_.write(text);
    if (!written && !unprinted_) {
      unprinted_ = written.error();
    }
  }

  void fail_on(const Error& error) {
    say_(error);
    code_ = diagnose::leading_exit_code(code_, diagnose::exit_code(error.kind));
  }

  void tell(const Outcome& outcome) {
    code_ = diagnose::leading_exit_code(code_, outcome.exit_code);
    reports_.add(outcome);
    std::string text = check::line_of(outcome, color_) + "\n" + indented(outcome.detail);
    text += outcome.capture.empty() ? "" : indented("capture: " + outcome.capture);
    print(text);
  }

  void skip_rest() {
    for (const Attempt& attempt : std::exchange(waiting_, {})) {
      Outcome outcome;
      outcome.name = checks_[attempt.check].name;
      outcome.file = checks_[attempt.check].path;
      outcome.line = checks_[attempt.check].place.line;
      outcome.status = Status::skipped;
      outcome.says = "not run: --fail-fast";
      tell(outcome);
    }
  }

  /// What has ended is reported; what was under way is named with its capture.
  int interrupted() {
    const int number = children_.signal();
    children_.end_all();
    reports_.finish(number == SIGINT ? "interrupted" : "terminated");
    print(fmt::format("{}: {} of {} checks ended\n",
                      number == SIGINT ? "interrupted" : "terminated",
                      reports_.outcomes().size(),
                      checks_.size()));
    for (const auto& [id, attempt] : running_) {
      print(indented(fmt::format("under way: {}; capture: {}", checks_[id].name, attempt.capture)));
    }
    if (reports_.error()) {
      say_(*reports_.error());
    }
    return 128 + number;
  }

  const run::Host& host_;
  const std::vector<check::Check>& checks_;
  const CheckPlan& plan_;
  Reports& reports_;
  const std::function<void(const Error&)>& say_;
  std::string folder_;
  os::Stream& lines_;
  std::optional<Error> unprinted_;  ///< why a line could not be written, the first time
  bool color_;
  os::Children children_;
  std::deque<Attempt> waiting_;
  std::map<std::size_t, Attempt> running_;
  std::map<std::size_t, std::string> kept_;  ///< captures of attempts that failed
  int code_ = 0;
};

}  // namespace

Result<int> run_checks(const run::Host& host,
                       const std::vector<check::Check>& checks,
                       const CheckPlan& plan,
                       Reports& reports,
                       const std::function<void(const Error&)>& say) {
  return CheckRunner(host, checks, plan, reports, say).run();
}

}  // namespace whydrop::check_run
