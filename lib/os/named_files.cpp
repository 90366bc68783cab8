#include "os/named_files.hpp"

#include "base/text.hpp"
#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::os {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> refused(const std::string& path, std::string_view why, std::string hint = {}) {
  return fail(ErrorKind::local, fmt::format("file {}: {}", escape_for_terminal(path), why), std::move(hint));
}

/// Closed at the end.
struct OpenFile {
  explicit OpenFile(int descriptor) : fd(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { ::close(fd); }
  int fd;
};

/// Where what was opened stands, all links followed.
std::string true_path(int fd) {
  std::error_code failed;
  return fs::read_symlink(fmt::format("/proc/self/fd/{}", fd), failed).string();
}

/// True for `place` itself and what stands below it.
bool is_below(const std::string& path, const std::string& place) {
  std::error_code failed;
  const std::string root = fs::canonical(place.empty() ? "." : place, failed).string();
  return !failed && (path == root || root == "/" || starts_with(path, root + "/"));
}

Result<std::string> content_of(int fd, const std::string& path) {
  std::string text;
  std::array<char, 1U << 16U> block{};
  for (;;) {
    const ssize_t got = ::read(fd, block.data(), block.size());
    if (got == 0) {
      return text;
    }
    if (got < 0 && errno != EINTR) {
      return refused(path, std::strerror(errno));
    }
    text.append(block.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (text.size() > NamedFiles::kMostBytes) {
      return refused(path, "it is larger than 16 MiB");
    }
  }
}

}  // namespace

NamedFiles::NamedFiles(std::string folder, std::vector<std::string> allowed)
    : folder_(std::move(folder)), allowed_(std::move(allowed)) {}

bool NamedFiles::is_allowed(const std::string& path) const {
  return is_below(path, folder_) ||
         std::any_of(allowed_.begin(), allowed_.end(), [&](const std::string& place) { return is_below(path, place); });
}

Result<std::optional<std::string>> NamedFiles::read(const std::string& given) const {
  const std::string path = (fs::path(folder_) / given).string();
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    return errno == ENOENT || errno == ENOTDIR ? Result<std::optional<std::string>>(std::nullopt)
                                               : refused(path, std::strerror(errno));
  }
  if (!S_ISREG(found.st_mode)) {
    return refused(path, "it is no plain file");  // opening a device may do something, and a pipe waits
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) {
    return refused(path, std::strerror(errno));
  }
  const OpenFile file(fd);
  if (::fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) {
    return refused(path, "it is no plain file");
  }
  if (!is_allowed(true_path(fd))) {
    return refused(
        path, "it does not stand below the folder of the file that names it", "--allow-path FOLDER lets it be read");
  }
  return content_of(fd, path).map([](std::string&& text) { return std::optional(std::move(text)); });
}

}  // namespace whydrop::os
