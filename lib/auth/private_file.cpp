#include "auth/private_file.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::auth {
namespace {

constexpr std::size_t kMaxFile = 4U << 20;

/// A file descriptor that is closed at the end.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

int open_to_read(const std::string& path) {
  return ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes what is missing of a directory's path, each with mode 0700.
bool make_directories(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) {
    return true;
  }
  return errno == ENOENT && directory != "." && directory != "/" && make_directories(directory_of(directory)) &&
         (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno != EINTR) {
      return false;
    }
    text.remove_prefix(put < 0 ? 0 : static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

PrivateFile::PrivateFile(std::string noun, std::string path, std::string hint)
    : noun_(std::move(noun)), path_(std::move(path)), hint_(std::move(hint)) {}

tl::unexpected<Error> PrivateFile::cannot(std::string_view what, const std::string& why, std::string hint) const {
  return fail(ErrorKind::local, fmt::format("cannot {} {} {}: {}", what, noun_, path_, why), std::move(hint));
}

tl::unexpected<Error> PrivateFile::cannot_now(std::string_view what) const {
  return cannot(what, std::strerror(errno));
}

/// Refuses a file that may not be trusted with secrets.
Result<void> PrivateFile::check_trust(int fd) const {
  struct stat found {};
  if (::fstat(fd, &found) != 0) {
    return cannot_now("read");
  }
  if (!S_ISREG(found.st_mode)) {
    return cannot("use", "it is not a plain file", hint_);
  }
  if (found.st_uid != ::geteuid()) {
    return cannot("use", "it belongs to another user", hint_);
  }
  return (found.st_mode & 077U) == 0
             ? Result<void>()
             : cannot("use",
                      fmt::format("others may read or change it (mode {:04o})", found.st_mode & 07777U),
                      "chmod 600 " + path_);
}

Result<std::optional<std::string>> PrivateFile::read() const {
  const File file(open_to_read(path_));
  if (!file) {
    return errno == ENOENT  ? Result<std::optional<std::string>>(std::nullopt)
           : errno == ELOOP ? cannot("use", "it is a symbolic link", hint_)
                            : cannot_now("read");
  }
  WHYDROP_TRY(check_trust(file.get()));
  std::string text;
  char block[4096];
  for (;;) {
    const ssize_t got = ::read(file.get(), block, sizeof block);
    if (got == 0) {
      return std::optional(std::move(text));
    }
    if (got < 0 && errno != EINTR) {
      return cannot_now("read");
    }
    text.append(block, got < 0 ? 0 : static_cast<std::size_t>(got));
    if (text.size() > kMaxFile) {
      return cannot("read", "it is larger than 4 MiB", hint_);
    }
  }
}

Result<void> PrivateFile::replace(std::string_view text) const {
  if (!make_directories(directory_of(path_))) {
    return cannot_now("write");
  }
  if (text.size() > kMaxFile) {
    return cannot("write", "it would be larger than 4 MiB", hint_);
  }
  std::string temporary = path_ + ".XXXXXX";
  const File file(::mkostemp(temporary.data(), O_CLOEXEC));  // made with mode 0600
  if (!file) {
    return cannot_now("write");
  }
  if (!write_all(file.get(), text) || ::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path_.c_str()) != 0) {
    auto failure = cannot_now("write");
    ::unlink(temporary.c_str());
    return failure;
  }
  // The name is as good as the directory that holds it; where that cannot be synced the file itself is whole.
  const File directory(::open(directory_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) {
    (void)::fsync(directory.get());
  }
  return {};
}

std::string PrivateFile::front() const {
  const File file(open_to_read(path_));
  char bytes[64];
  const ssize_t size = file ? ::read(file.get(), bytes, sizeof bytes) : 0;
  return {bytes, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

std::string state_path(std::string_view name, const std::string& state_home, const std::string& home) {
  // XDG: a relative path counts as none.
  const bool given = !state_home.empty() && state_home.front() == '/';
  if (!given && home.empty()) {
    return "";
  }
  return fmt::format("{}/whydrop/{}", given ? state_home : home + "/.local/state", name);
}

}  // namespace whydrop::auth
