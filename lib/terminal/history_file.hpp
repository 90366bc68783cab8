#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whydrop::terminal {

/// Lines typed earlier, one a line, in a file that only its owner can read. A history that cannot be read or written is
/// no reason to stop: it is empty, or stays as it is.
class HistoryFile {
 public:
  static constexpr std::size_t kMaxLines = 1000;
  /// `path` empty: nothing is kept.
  explicit HistoryFile(std::string path) : path_(std::move(path)) {}

  /// The newest lines, oldest first; shortens a file that has grown long.
  std::vector<std::string> load();
  void add(std::string_view line);

 private:
  std::string path_;
};

}  // namespace whydrop::terminal
