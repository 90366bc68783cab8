#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "capture/har.hpp"
#include "capture/sniff.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "report/progress.hpp"
#include "run/inspection.hpp"
#include "run/output.hpp"
#include "run/profiles.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::cli {
namespace {

constexpr std::size_t kBlock = 256U << 10;
constexpr int kFollowMs = 100;
constexpr std::chrono::milliseconds kProgressEvery{250};

struct InspectFlags {
  std::string file;
  capture::Filter filter;
  std::optional<std::uint64_t> from_seq, to_seq;
  std::string only;
  std::vector<std::string> kinds;
  bool follow = false;
  std::string profile;
  run::Output output;
  SecretFlags secrets;
};

volatile std::sig_atomic_t stopped_by = 0;

void note_signal(int number) {
  stopped_by = number;
}

/// Lets a signal interrupt a read, so that what was read is still judged.
void catch_signals() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

/// The file to be read, or standard input.
class Input {
 public:
  static Result<Input> open(const std::string& path) {
    Input input;
    input.fd_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (input.fd_ < 0) {
      return fail(ErrorKind::local, "cannot read " + path + ": " + std::strerror(errno));
    }
    input.path_ = path;
    return input;
  }

  /// How many bytes came; 0 at the end, or where a signal stopped it.
  Result<std::size_t> read(char* to, std::size_t size) {
    while (stopped_by == 0) {
      const ssize_t count = ::read(fd_, to, size);
      if (count >= 0) {
        done_ += static_cast<std::uint64_t>(count);
        return static_cast<std::size_t>(count);
      }
      if (errno != EINTR) {
        return fail(ErrorKind::local, "cannot read " + path_ + ": " + std::strerror(errno));
      }
    }
    return std::size_t{0};
  }

  std::uint64_t done() const { return done_; }
  std::optional<std::uint64_t> size() const {
    struct stat info {};
    const bool known = ::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode);
    return known ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(info.st_size)) : std::nullopt;
  }

 private:
  int fd_ = -1;
  std::string path_;
  std::uint64_t done_ = 0;
};

/// A status line on standard error, where that is a terminal and standard output does not scroll it away.
class ReadingLine {
 public:
  ReadingLine(const run::Output& output, const run::Host& host)
      : err_(host.err),
        shown_(host.err.is_terminal() &&
               (!report::row_of(output.kind).scrolls || output.quiet || !host.out.is_terminal())) {}
  ~ReadingLine() { write("\r\x1b[K"); }

  void update(const Input& input, std::uint64_t frames) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now - last_ < kProgressEvery) {
      return;
    }
    last_ = now;
    report::Progress progress;
    progress.elapsed_ns = std::chrono::nanoseconds(now - began_).count();
    progress.frames = frames;
    progress.bytes_done = input.done();
    progress.bytes_all = input.size();
    write("\r\x1b[K" + report::progress_line(progress, err_.width()));
  }

 private:
  void write(const std::string& text) const {
    if (shown_ && last_ != began_) {
      (void)err_.write(text);  // where it cannot be written there is nowhere left to say so
    }
  }

  os::Stream& err_;
  bool shown_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now(), last_ = began_;
};

/// Waits for the file to grow; false if it is time to stop.
bool wait_for_more(run::Inspection& inspection) {
  inspection.flush();
  pollfd reader{STDOUT_FILENO, 0, 0};
  ::poll(&reader, 1, kFollowMs);
  return stopped_by == 0 && !inspection.reader_gone() && (reader.revents & POLLERR) == 0;
}

/// Takes all that the reader has; false where nothing more is wanted.
Result<bool> take_all(capture::Reader& reader, run::Inspection& inspection) {
  while (!inspection.reader_gone() && stopped_by == 0) {
    auto item = reader.next();
    WHYDROP_TRY(item);
    if (!*item) {
      return true;
    }
    inspection.take(**item);
  }
  return false;
}

Result<void> read_capture(Input& input,
                          std::string_view head,
                          const InspectFlags& flags,
                          const run::Host& host,
                          run::Inspection& inspection) {
  capture::Reader reader(flags.file);
  ReadingLine progress(flags.output, host);
  const auto block = std::make_unique<std::array<char, kBlock>>();
  bool ended = head.empty();
  std::string_view bytes = head;
  while (true) {
    if (ended && !(flags.follow && wait_for_more(inspection))) {
      reader.end();
      const auto rest = take_all(reader, inspection);
      return rest ? Result<void>() : tl::unexpected<Error>(rest.error());
    }
    reader.feed(bytes);
    const auto more = take_all(reader, inspection);
    if (!more || !*more) {
      return more ? Result<void>() : tl::unexpected<Error>(more.error());
    }
    progress.update(input, inspection.frames());
    const auto count = input.read(block->data(), block->size());
    WHYDROP_TRY(count);
    ended = *count == 0;
    bytes = {block->data(), *count};
  }
}

Result<void> read_browser(Input& input, std::string_view head, const InspectFlags& flags, run::Inspection& inspection) {
  const auto source = [&](char* to, std::size_t size) -> Result<std::size_t> {
    if (head.empty()) {
      return input.read(to, size);
    }
    const std::size_t count = head.copy(to, size);
    head.remove_prefix(count);
    return count;
  };
  return capture::read_har(flags.file, source, [&](const auto& item) { inspection.take(item); });
}

Result<capture::Selector> make_selector(const InspectFlags& flags) {
  capture::Filter filter = flags.filter;
  filter.from_seq = flags.from_seq.value_or(filter.from_seq);
  filter.to_seq = flags.to_seq.value_or(filter.to_seq);
  for (const std::string& text : flags.kinds) {
    for (std::string& part : split(text, ',')) {
      filter.kinds.push_back(std::move(part));
    }
  }
  if (!flags.only.empty()) {
    filter.only = wire::parse<wire::Side>(flags.only);
  }
  return capture::Selector::make(filter);
}

Result<int> inspect(const InspectFlags& flags) {
  const run::Host& host = begin_run();
  auto profile = named_profile(flags.profile, host);
  WHYDROP_TRY(profile);
  auto selector = make_selector(flags);
  auto secrets = make_secrets(flags.secrets, host);
  auto input = Input::open(flags.file);
  if (!selector || !secrets || !input) {
    return tl::unexpected<Error>(!selector ? selector.error() : !secrets ? secrets.error() : input.error());
  }
  catch_signals();
  const auto head = std::make_unique<std::array<char, kBlock>>();
  const auto count = input->read(head->data(), head->size());
  WHYDROP_TRY(count);
  const std::string_view bytes(head->data(), *count);
  const bool har = capture::looks_like_har(bytes);
  run::Inspection inspection(host,
                             {flags.output,
                              secrets->reveal,
                              secrets->values,
                              har,
                              flags.file,
                              flags.filter.conns,
                              *profile,
                              flags.profile != run::kNoProfile},
                             std::move(*selector));
  const auto read =
      har ? read_browser(*input, bytes, flags, inspection) : read_capture(*input, bytes, flags, host, inspection);
  if (const auto found = inspection.check_conns(); read && !found) {
    return tl::unexpected<Error>(found.error());
  }
  const int code = inspection.finish(stopped_by);
  return read ? Result<int>(code) : tl::unexpected<Error>(read.error());
}

std::string set_conns(const std::vector<std::string>& given, std::vector<std::uint32_t>& conns) {
  for (const std::string& text : given) {
    for (const std::string& part : split(text, ',')) {
      const auto conn = parse_number(part, 1, UINT32_MAX);
      if (!conn) {
        return "'" + part + "' is not the number of a connection (as in 1,3)";
      }
      conns.push_back(static_cast<std::uint32_t>(*conn));
    }
  }
  return {};
}

void add_filter_options(Options& options, InspectFlags& flags) {
  options.group("What is shown");
  options.number("--from-seq", "N", flags.from_seq, 0, UINT64_MAX, "From event N on");
  options.number("--to-seq", "N", flags.to_seq, 0, UINT64_MAX, "Up to event N");
  options.text("--since", "TIME", flags.filter.since, "From this time on: a duration since the start, or RFC 3339");
  options.text("--until", "TIME", flags.filter.until, "Up to this time");
  options.custom(
      {{"--conn"}, "N", "Only connection N, and the verdict on it; several with commas", {}, {}, false, false, true},
      [&flags](const std::vector<std::string>& given) { return set_conns(given, flags.filter.conns); });
  options.list(
      "--kind", "KIND", flags.kinds, "Only events of this kind (frame, ending, finding ...); several with commas");
  options.choice("--only", {"client", "server"}, flags.only, "Only what this side sent, and what no side did");
  options.text("--grep", "PATTERN", flags.filter.grep, "Only events whose text matches this regular expression (RE2)");
  options.flag("-f,--follow", flags.follow, "Go on as the file grows, until interrupted");
}

}  // namespace

Run setup_inspect(Options& options) {
  const auto flags = std::make_shared<InspectFlags>();
  options.positional("FILE", flags->file, true, "A capture, or a HAR saved by a browser; - is standard input");
  add_filter_options(options, *flags);
  options.group("Profile");
  options.text("--profile",
               "NAME|FILE",
               flags->profile,
               "Check what was recorded against this profile (default: the one that the capture names)");
  add_output_options(options, flags->output);
  add_secret_options(options, flags->secrets);
  return [flags] { return inspect(*flags); };
}

}  // namespace whydrop::cli
