#include "os/rereadable_file.hpp"

#include "base/try.hpp"
#include "os/environment.hpp"
#include "os/streams.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::os {

class RereadableFile::Descriptor {
 public:
  Descriptor(int fd, bool owned) : fd_(fd), owned_(owned) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (owned_) {
      ::close(fd_);
    }
  }
  int get() const { return fd_; }

 private:
  int fd_;
  bool owned_;
};

namespace {

constexpr std::size_t kBlock = 64U << 10;

tl::unexpected<Error> cannot(const std::string& what, int code) {
  return fail(ErrorKind::local, what + ": " + std::strerror(code));
}

bool is_regular(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

/// A file that no one else can open, and that is gone with its last descriptor.
Result<int> make_nameless_file() {
  const std::string folder = process_environment("TMPDIR");
  std::string path = (folder.empty() ? "/tmp" : folder) + "/whydrop-XXXXXX";
  const int fd = ::mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) {
    return cannot("cannot create a temporary file in " + path.substr(0, path.rfind('/')), errno);
  }
  ::unlink(path.c_str());
  return fd;
}

Result<void> copy_all(int from, int to, const std::string& name) {
  FdSink sink(to, "the temporary file", false);
  std::array<char, kBlock> block{};
  while (true) {
    const ssize_t count = ::read(from, block.data(), block.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return cannot("cannot read " + name, errno);
    }
    if (count == 0) {
      return {};
    }
    if (const auto written = sink.write({block.data(), static_cast<std::size_t>(count)}); !written) {
      return written;
    }
  }
}

}  // namespace

Result<RereadableFile> RereadableFile::open(const std::string& path) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "standard input" : path;
  const int fd = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return cannot("cannot read " + path, errno);
  }
  auto given = std::make_shared<Descriptor>(fd, !standard_input);
  if (is_regular(fd)) {
    return RereadableFile(std::move(given), name);
  }
  const auto copy = make_nameless_file();
  WHYDROP_TRY(copy);
  auto kept = std::make_shared<Descriptor>(*copy, true);
  return copy_all(fd, *copy, name).map([&] { return RereadableFile(std::move(kept), name); });
}

ByteSource RereadableFile::read() const {
  return [file = file_, name = name_, at = off_t{0}](char* to, std::size_t size) mutable -> Result<std::size_t> {
    while (true) {
      const ssize_t count = ::pread(file->get(), to, size, at);
      if (count >= 0) {
        at += count;
        return static_cast<std::size_t>(count);
      }
      if (errno != EINTR) {
        return cannot("cannot read " + name, errno);
      }
    }
  };
}

}  // namespace whydrop::os
