#include "os/editor.hpp"

#include "base/try.hpp"
#include "os/streams.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whydrop::os {
namespace {

constexpr std::string_view kSuffix = ".json";  // messages mostly are, and editors go by it

/// A file that goes with its owner.
class TemporaryFile {
 public:
  static Result<TemporaryFile> make(const std::string& folder) {
    std::string path = fmt::format("{}/whydrop-XXXXXX{}", folder, kSuffix);
    const int fd = ::mkostemps(path.data(), static_cast<int>(kSuffix.size()), O_CLOEXEC);
    if (fd < 0) {
      return fail(ErrorKind::local, fmt::format("cannot create a file in {}: {}", folder, std::strerror(errno)));
    }
    return TemporaryFile(fd, std::move(path));
  }
  ~TemporaryFile() {
    if (!path_.empty()) {
      ::unlink(path_.c_str());
      ::close(fd_);
    }
  }
  TemporaryFile(TemporaryFile&& other) noexcept : fd_(other.fd_), path_(std::exchange(other.path_, {})) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  Result<void> write(std::string_view text) { return FdSink(fd_, path_, false).write(text); }
  const std::string& path() const { return path_; }

 private:
  TemporaryFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  int fd_;
  std::string path_;
};

/// With no signal blocked or ignored, whatever this thread does with them.
Result<void> run_here(const std::string& command, const std::string& argument) {
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string shell = "sh", option = "-c", line = command + " \"$1\"", name = "sh", file = argument;
  char* const words[] = {shell.data(), option.data(), line.data(), name.data(), file.data(), nullptr};
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, "/bin/sh", nullptr, &attributes, words, environ);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    return fail(ErrorKind::local, fmt::format("cannot run {}: {}", command, std::strerror(failed)));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0
             ? Result<void>()
             : fail(ErrorKind::local, fmt::format("editor {}: it failed", command), "set VISUAL or EDITOR");
}

}  // namespace

std::string editor_of(const Environment& environment) {
  for (const char* name : {"VISUAL", "EDITOR"}) {
    if (std::string editor = environment(name); !editor.empty()) {
      return editor;
    }
  }
  return "vi";
}

Result<std::string> edited(const std::string& editor, std::string_view text, const Environment& environment) {
  const std::string folder = environment("TMPDIR");
  auto file = TemporaryFile::make(folder.empty() ? "/tmp" : folder);
  WHYDROP_TRY(file);
  WHYDROP_TRY(file->write(text));
  WHYDROP_TRY(run_here(editor, file->path()));
  auto became = read_file(file->path());
  if (became && !became->empty() && became->back() == '\n' && (text.empty() || text.back() != '\n')) {
    became->pop_back();
  }
  return became;
}

}  // namespace whydrop::os
