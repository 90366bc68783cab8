#include "os/command.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to us

namespace whydrop::os {
namespace {

/// A file without a name that holds `text` and is read from its beginning; -1: errno says why there is none.
int file_with(const std::string& text) {
  const int fd = ::memfd_create("whydrop-input", MFD_CLOEXEC);
  for (std::size_t done = 0; fd >= 0 && done < text.size();) {
    const ssize_t count = ::write(fd, text.data() + done, text.size() - done);
    if (count < 0 && errno != EINTR) {
      ::close(fd);
      return -1;
    }
    done += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  if (fd >= 0) {
    ::lseek(fd, 0, SEEK_SET);
  }
  return fd;
}

/// What a child needs to begin in a group of its own, with usual signals and `input` as its standard input.
class Spawning {
 public:
  explicit Spawning(int input) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, STDERR_FILENO, STDOUT_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t usual, none;
    sigemptyset(&none);
    sigemptyset(&usual);
    for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGTTIN}) {
      sigaddset(&usual, number);
    }
    ::posix_spawnattr_setsigdefault(&attributes_, &usual);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  ~Spawning() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&files_);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;

  int start(pid_t& child, std::vector<char*>& arguments, std::vector<char*>& environment) const {
    return ::posix_spawn(&child, "/bin/sh", &files_, &attributes_, arguments.data(), environment.data());
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

}  // namespace

/// Takes those that have ended off the list.
void Commands::reap() {
  const auto has_ended = [this](pid_t child) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended != child) {
      return ended < 0 && errno == ECHILD;  // where SIGCHLD is ignored nobody is told how it ended
    }
    if (WIFSIGNALED(status)) {
      failed_.push_back("signal " + std::to_string(WTERMSIG(status)));
    } else if (WEXITSTATUS(status) != 0) {
      failed_.push_back("exit status " + std::to_string(WEXITSTATUS(status)));
    }
    return true;
  };
  running_.erase(std::remove_if(running_.begin(), running_.end(), has_ended), running_.end());
}

Result<void> Commands::start(const Command& command) {
  reap();
  if (running_.size() >= kMost) {
    return fail(ErrorKind::local,
                "cannot run '" + command.line + "': " + std::to_string(kMost) + " of them have not ended yet");
  }
  const int input = file_with(command.input);
  if (input < 0) {
    return fail(ErrorKind::local, "cannot run '" + command.line + "': " + std::strerror(errno));
  }
  std::vector<std::string> texts{"sh", "-c", command.line};
  for (const auto& [name, value] : command.environment) {
    texts.push_back(name);
    texts.back().append("=").append(value);
  }
  std::vector<char*> arguments{texts[0].data(), texts[1].data(), texts[2].data(), nullptr};
  std::vector<char*> environment;
  for (std::size_t i = 3; i < texts.size(); ++i) {
    environment.push_back(texts[i].data());
  }
  const auto is_given = [&command](std::string_view own) {
    return std::any_of(command.environment.begin(), command.environment.end(), [own](const auto& row) {
      return own.substr(0, own.find('=')) == row.first;
    });
  };
  for (char** own = environ; *own != nullptr; ++own) {
    if (is_given(*own)) {
      continue;
    }
    environment.push_back(*own);
  }
  environment.push_back(nullptr);
  pid_t child = 0;
  const int error = Spawning(input).start(child, arguments, environment);
  ::close(input);
  if (error != 0) {
    return fail(ErrorKind::local, "cannot run '" + command.line + "': " + std::strerror(error));
  }
  running_.push_back(child);
  return {};
}

std::vector<std::string> Commands::failed() {
  reap();
  return std::exchange(failed_, {});
}

bool has_program(const std::string& name, const std::string& path) {
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    if (end > at && ::access((path.substr(at, end - at) + "/" + name).c_str(), X_OK) == 0) {
      return true;
    }
    at = end + 1;
  }
  return false;
}

}  // namespace whydrop::os
