#include "os/program.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" char** environ;  // NOLINT(readability-redundant-declaration): not declared by every system's header

namespace whydrop::os {
namespace {

constexpr std::size_t kLastWords = 4096;

/// Both ends of a pipe; those that are open are closed with it.
struct Pipe {
  std::array<int, 2> ends{-1, -1};

  Pipe() { [[maybe_unused]] const int made = ::pipe2(ends.data(), O_CLOEXEC); }
  ~Pipe() {
    close(0);
    close(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close(std::size_t end) {
    if (ends.at(end) >= 0) {
      ::close(ends.at(end));
      ends.at(end) = -1;
    }
  }
};

/// Reads both until their writer has closed them.
void read_both(Pipe& out, Pipe& err, const std::function<void(std::string_view)>& take, std::string& last_words) {
  std::array<char, 1 << 16> buffer{};
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 2> waiting{{{out.ends[0], POLLIN, 0}, {err.ends[0], POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) {
      return;
    }
    for (Pipe* pipe : {&out, &err}) {
      const auto& its = waiting.at(pipe == &out ? 0 : 1);
      if (its.fd < 0 || its.revents == 0) {
        continue;
      }
      const ssize_t count = ::read(its.fd, buffer.data(), buffer.size());
      if (count <= 0) {
        if (count == 0 || errno != EINTR) {
          pipe->close(0);
        }
        continue;
      }
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
      if (pipe == &out) {
        take(bytes);
      } else {
        last_words += bytes;
        last_words.erase(0, last_words.size() - std::min(last_words.size(), kLastWords));
      }
    }
  }
}

}  // namespace

Result<int> run_program(const std::vector<std::string>& words,
                        const std::function<void(std::string_view)>& take,
                        std::string& last_words) {
  Pipe out, err;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.ends[1], STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));
  }
  arguments.push_back(nullptr);
  pid_t child = -1;
  const int failed = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return fail(ErrorKind::local, "cannot run " + words.front() + ": " + std::strerror(failed));
  }
  out.close(1);
  err.close(1);
  read_both(out, err, take, last_words);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace whydrop::os
