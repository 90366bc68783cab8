#include "os/streams.hpp"

#include "base/text.hpp"
#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace whydrop::os {
namespace {

tl::unexpected<Error> file_error(const std::string& what, int code, std::string hint = {}) {
  return fail(ErrorKind::local, what + ": " + std::strerror(code), std::move(hint));
}

void wait_until(int fd, short events) {
  pollfd entry{fd, events, 0};
  ::poll(&entry, 1, -1);
}

int open_flags(FileMode mode) {
  switch (mode) {
  case FileMode::fresh:
    return O_EXCL;
  case FileMode::append:
    return O_APPEND;
  case FileMode::overwrite:
    return 0;  // it is emptied once it is ours
  }
  return O_EXCL;
}

/// True if the file holds something and its last byte is no line end.
bool ends_in_mid_line(int fd) {
  struct stat info {};
  char last = '\n';
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
         ::pread(fd, &last, 1, info.st_size - 1) == 1 && last != '\n';
}

constexpr std::string_view kCaptureFront = "{\"whydrop\":";
constexpr std::string_view kHtmlFront = "<!doctype html>";

/// True if what stands in the file begins with `front`, or is nothing.
bool begins_with(int fd, std::string_view front) {
  std::string read(front.size(), '\0');
  const ssize_t count = ::pread(fd, read.data(), read.size(), 0);
  return count == 0 || std::string_view(read).substr(0, static_cast<std::size_t>(std::max<ssize_t>(count, 0))) == front;
}

/// Makes the open file this process's own until it is closed: two writers would tear each other's lines.
Result<void> claim(int fd, const std::string& path, FileMode mode) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    return {};  // a pipe or a device
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return fail(ErrorKind::local,
                "cannot write capture " + path + ": another whydrop writes it",
                "give each run a capture of its own");
  }
  if (mode == FileMode::append && !begins_with(fd, kCaptureFront)) {
    return fail(ErrorKind::local,
                "cannot add to capture " + path + ": what stands there is no capture",
                "--overwrite replaces it");
  }
  if (mode == FileMode::overwrite && ::ftruncate(fd, 0) != 0) {
    return file_error("cannot write capture " + path, errno);
  }
  return {};
}

}  // namespace

Result<void> Stream::write(std::string_view bytes) {
  if (diverted_) {
    diverted_(bytes);
    return {};
  }
  if (gone_) {
    return {};
  }
  const auto read = put(bytes);
  WHYDROP_TRY(read);
  gone_ = !*read;
  if (gone_ && on_gone_) {
    on_gone_();
  }
  return {};
}

FdSink::FdSink(int fd, std::string name, bool owned) : fd_(fd), name_(std::move(name)), owned_(owned) {}

FdSink::~FdSink() {
  if (owned_) {
    ::close(fd_);
  }
}

bool FdSink::is_file() const {
  struct stat info {};
  return ::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode);
}

bool FdSink::is_terminal() const {
  return os::is_terminal(fd_);
}

unsigned FdSink::width() const {
  return os::terminal_width(fd_);
}

bool FdSink::pause(std::chrono::milliseconds most) {
  pollfd reader{fd_, 0, 0};
  ::poll(&reader, 1, static_cast<int>(most.count()));
  return !gone() && (reader.revents & POLLERR) == 0;
}

Result<bool> FdSink::put(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      wait_until(fd_, POLLOUT);  // someone else made this pipe or terminal non-blocking
    } else if (errno == EPIPE) {
      return false;
    } else if (errno != EINTR) {
      return file_error("cannot write " + name_, errno, owned_ ? "what was written before is kept" : "");
    }
  }
  return true;
}

Result<std::unique_ptr<FdSink>> open_capture(const std::string& path, FileMode mode) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | open_flags(mode), 0600);
  if (fd < 0 && errno == EEXIST) {
    return fail(ErrorKind::local, "cannot create capture " + path + ": it exists", "--append or --overwrite");
  }
  if (fd < 0) {
    return file_error("cannot create capture " + path, errno);
  }
  auto sink = std::make_unique<FdSink>(fd, "capture " + path, true);
  WHYDROP_TRY(claim(fd, path, mode));
  if (mode == FileMode::append && ends_in_mid_line(fd)) {
    WHYDROP_TRY(sink->write("\n"));
  }
  return sink;
}

Result<std::unique_ptr<FdSink>> open_html(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return file_error("cannot create report " + path, errno);
  }
  auto sink = std::make_unique<FdSink>(fd, "report " + path, true);
  if (!sink->is_file()) {
    return sink;
  }
  if (!begins_with(fd, kHtmlFront)) {
    return fail(ErrorKind::local,
                "cannot write report " + path + ": what stands there is no HTML file",
                "another name, as in html:report.html");
  }
  return ::ftruncate(fd, 0) == 0 ? Result<std::unique_ptr<FdSink>>(std::move(sink))
                                 : file_error("cannot write report " + path, errno);
}

Result<std::unique_ptr<FdSink>> open_private(const std::string& path, FileMode mode) {
  const int how = mode == FileMode::fresh ? O_EXCL : mode == FileMode::append ? O_APPEND : O_TRUNC;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600);
  if (fd < 0 && errno == EEXIST) {
    return fail(ErrorKind::local, "cannot create " + path + ": it exists", "--overwrite");
  }
  return fd < 0 ? file_error("cannot write " + path, errno)
                : Result<std::unique_ptr<FdSink>>(std::make_unique<FdSink>(fd, path, true));
}

Result<void> write_new_file(const std::string& path, std::string_view content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) {
    return file_error("cannot create " + path, errno);
  }
  return FdSink(fd, path, true).write(content);
}

Result<std::string> read_file(const std::string& path) {
  const bool standard_input = path == "-";
  const int fd = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return file_error("cannot read " + path, errno);
  }
  // Of a plain file it is known before it is read.
  struct stat found {};
  bool too_large =
      ::fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && found.st_size > static_cast<off_t>(kMostOfFile);
  std::string content;
  std::array<char, 1 << 16> buffer{};
  ssize_t count = 0;
  while (!too_large && ((count = ::read(fd, buffer.data(), buffer.size())) > 0 || (count < 0 && errno == EINTR))) {
    content.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    too_large = content.size() > kMostOfFile;
  }
  const int failed = count < 0 ? errno : 0;
  if (!standard_input) {
    ::close(fd);
  }
  if (too_large) {
    return fail(ErrorKind::local, "cannot read " + path + ": it is larger than 1 GiB");
  }
  if (failed != 0) {
    return file_error("cannot read " + path, failed);
  }
  return content;
}

void hold_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) < 0) {
      // Opened the wrong way round, so that using it still fails; the lowest free number is this one.
      (void)::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

Result<std::string> ask_secret(const std::string& question) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) {
    return fail(ErrorKind::usage, question + ": there is no terminal to ask on");
  }
  termios before{};
  ::tcgetattr(terminal, &before);
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(terminal, TCSAFLUSH, &silent);
  const std::string shown = question + ": ";
  (void)!::write(terminal, shown.data(), shown.size());
  std::string answer;
  for (char c = 0; ::read(terminal, &c, 1) == 1 && c != '\n';) {
    answer += c;
  }
  (void)!::write(terminal, "\n", 1);
  ::tcsetattr(terminal, TCSAFLUSH, &before);
  ::close(terminal);
  return answer;
}

bool confirm(const std::string& question) {
  if (!is_terminal(STDIN_FILENO) || !is_terminal(STDERR_FILENO)) {
    return false;
  }
  const std::string shown = question + " [y/N] ";
  (void)!::write(STDERR_FILENO, shown.data(), shown.size());
  std::string answer;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';) {
    answer += ascii_lower(c);
  }
  return answer == "y" || answer == "yes";
}

bool is_terminal(int fd) {
  return ::isatty(fd) == 1;
}

unsigned terminal_width(int fd) {
  winsize size{};
  return is_terminal(fd) && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
         : is_terminal(fd)                                                         ? 80
                                                                                   : 0;
}

}  // namespace whydrop::os
