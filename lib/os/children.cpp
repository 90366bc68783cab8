#include "os/children.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace whydrop::os {
namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t caught = 0;

void note(int number) {
  caught = number;
}

sigset_t stopping_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written <= 0 && errno != EINTR) {
      return;  // the parent is gone
    }
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
}

/// What stands in a file, from its beginning.
std::string content_of(int fd) {
  std::string content;
  std::array<char, 1 << 16> buffer{};
  for (ssize_t count = 0;
       (count = ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(content.size()))) > 0;) {
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return content;
}

[[noreturn]] void run_child(const Children::Work& work, pid_t parent, int told, int out, int err) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) {
    ::_exit(0);  // it died before we could ask to die with it
  }
  std::signal(SIGINT, SIG_IGN);  // a terminal sends these to all: the parent decides
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
  const sigset_t set = stopping_signals();
  ::sigprocmask(SIG_UNBLOCK, &set, nullptr);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  const std::string answer = work();
  std::fflush(nullptr);
  write_all(told, answer);
  ::_exit(0);
}

}  // namespace

struct Children::Child {
  std::size_t id;
  pid_t pid;
  int told, out, err;
  Clock::time_point began, until;
  std::string so_far{};
  bool overran = false, done = false;
};

Children::Children() {
  caught = 0;
  const sigset_t set = stopping_signals();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  struct sigaction action {};
  action.sa_handler = note;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(number, &action, &before);
    if (number == SIGHUP && before.sa_handler == SIG_IGN) {
      ::sigaction(number, &before, nullptr);  // as nohup has it
    }
  }
}

Children::~Children() {
  end_all();
}

std::size_t Children::count() const {
  return running_.size();
}

int Children::signal() const {
  return caught;
}

Result<void> Children::start(std::size_t id, const Work& work, std::chrono::nanoseconds limit) {
  std::array<int, 2> pipe{-1, -1};
  const int out = ::memfd_create("stdout", MFD_CLOEXEC), err = ::memfd_create("stderr", MFD_CLOEXEC);
  const bool ready = out >= 0 && err >= 0 && ::pipe2(pipe.data(), O_CLOEXEC) == 0;
  std::fflush(nullptr);  // or both of us write it
  const pid_t parent = ::getpid();
  const pid_t pid = ready ? ::fork() : -1;
  if (pid == 0) {
    run_child(work, parent, pipe[1], out, err);
  }
  const int why = errno;
  ::close(pipe[1]);
  if (pid < 0) {
    for (const int fd : {pipe[0], out, err}) {
      ::close(fd);
    }
    return fail(ErrorKind::local, std::string("cannot start a process: ") + std::strerror(why), "fewer --jobs");
  }
  const auto now = Clock::now();
  running_.push_back({id, pid, pipe[0], out, err, now, now + limit});
  return {};
}

/// Milliseconds until the first of them is over its time, at least 0.
std::int64_t Children::wait_ms() const {
  auto first = Clock::time_point::max();
  for (const Child& child : running_) {
    first = std::min(first, child.until);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now());
  return std::max<std::int64_t>(left.count(), 0);
}

void Children::end_late() {
  for (Child& child : running_) {
    if (Clock::now() >= child.until && !std::exchange(child.overran, true)) {
      child.until = Clock::time_point::max();
      ::kill(child.pid, SIGKILL);
    }
  }
}

/// False once it has told all.
bool Children::read_told(Child& child) {
  std::array<char, 1 << 16> buffer{};
  const ssize_t count = ::read(child.told, buffer.data(), buffer.size());
  if (count > 0) {
    child.so_far.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return count > 0 || (count < 0 && errno == EINTR);
}

Children::Ended Children::reap(std::size_t index) {
  Child child = std::move(running_[index]);
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
  Ended ended;
  ended.id = child.id;
  ended.told = std::move(child.so_far);
  ended.overran = child.overran;
  while (::waitpid(child.pid, &ended.status, 0) < 0 && errno == EINTR) {
  }
  ended.took_ns = std::chrono::nanoseconds(Clock::now() - child.began).count();
  ended.out = content_of(child.out);
  ended.err = content_of(child.err);
  for (const int fd : {child.told, child.out, child.err}) {
    ::close(fd);
  }
  return ended;
}

std::optional<Children::Ended> Children::take_ended() {
  const auto done = std::find_if(running_.begin(), running_.end(), [](const Child& child) { return child.done; });
  return done == running_.end() ? std::nullopt : std::optional(reap(static_cast<std::size_t>(done - running_.begin())));
}

std::optional<Children::Ended> Children::wait() {
  sigset_t open;
  sigemptyset(&open);
  while (!running_.empty()) {
    if (auto ended = take_ended()) {
      return ended;
    }
    std::vector<pollfd> entries;
    for (const Child& child : running_) {
      entries.push_back({child.told, POLLIN, 0});
    }
    const std::int64_t ms = wait_ms();
    const timespec limit{ms / 1000, (ms % 1000) * 1'000'000};
    const int ready = ::ppoll(entries.data(), entries.size(), &limit, &open);
    if (caught != 0) {
      return std::nullopt;
    }
    end_late();
    for (std::size_t i = 0; ready > 0 && i < entries.size(); ++i) {
      running_[i].done = entries[i].revents != 0 && !read_told(running_[i]);
    }
  }
  return std::nullopt;
}

std::vector<std::size_t> Children::end_all() {
  std::vector<std::size_t> ids;
  for (const Child& child : running_) {
    ::kill(child.pid, SIGKILL);
    ids.push_back(child.id);
  }
  while (!running_.empty()) {
    reap(0);
  }
  return ids;
}

}  // namespace whydrop::os
