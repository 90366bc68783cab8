#include "os/input_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::os {

Result<InputFile> InputFile::open(const std::string& path) {
  const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(ErrorKind::local, "cannot read " + path + ": " + std::strerror(errno));
  }
  return InputFile(fd, path);
}

InputFile::~InputFile() {
  if (fd_ > STDIN_FILENO) {
    ::close(fd_);
  }
}

InputFile::InputFile(InputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), done_(other.done_) {}

Result<std::size_t> InputFile::read(char* to, std::size_t size) {
  const ssize_t count = ::read(fd_, to, size);
  if (count < 0 && errno != EINTR) {
    return fail(ErrorKind::local, "cannot read " + path_ + ": " + std::strerror(errno));
  }
  const auto read = static_cast<std::size_t>(count < 0 ? 0 : count);
  done_ += read;
  return read;
}

std::optional<std::uint64_t> InputFile::size() const {
  struct stat info {};
  const bool known = ::fstat(fd_, &info) == 0 && S_ISREG(info.st_mode);
  return known ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(info.st_size)) : std::nullopt;
}

}  // namespace whydrop::os
