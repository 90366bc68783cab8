#include "terminal/history_file.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace whydrop::terminal {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

void write_lines(const std::string& path, int flags, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, kOwnerOnly);
  if (fd < 0) {
    return;
  }
  // A file that was made by hand may be open to others.
  const bool guarded = ::fchmod(fd, kOwnerOnly) == 0;
  const ssize_t written = guarded ? ::write(fd, text.data(), text.size()) : 0;
  static_cast<void>(written);
  ::close(fd);
}

}  // namespace

std::vector<std::string> HistoryFile::load() {
  std::vector<std::string> lines;
  if (path_.empty()) {
    return lines;
  }
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) {
      lines.push_back(std::move(line));
    }
  }
  if (lines.size() > kMaxLines) {
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kMaxLines));
    std::string text;
    for (const std::string& line : lines) {
      text += line + "\n";
    }
    write_lines(path_, O_TRUNC, text);
  }
  return lines;
}

void HistoryFile::add(std::string_view line) {
  if (path_.empty()) {
    return;
  }
  std::error_code ignored;
  const auto folder = std::filesystem::path(path_).parent_path();
  if (std::filesystem::create_directories(folder, ignored)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  write_lines(path_, O_APPEND, std::string(line) + "\n");
}

}  // namespace whydrop::terminal
