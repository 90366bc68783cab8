#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace whydrop::os {

/// A file that is read once, from its beginning to as far as it has grown.
class InputFile {
 public:
  /// `path`: "-" is standard input. Errors: local.
  static Result<InputFile> open(const std::string& path);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// How many bytes came; 0 at the end so far, and where a signal interrupted the wait. Errors: local.
  Result<std::size_t> read(char* to, std::size_t size);
  /// Bytes read so far.
  std::uint64_t done() const { return done_; }
  /// Of the file; null for what has none, as a pipe.
  std::optional<std::uint64_t> size() const;

 private:
  InputFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  int fd_;
  std::string path_;
  std::uint64_t done_ = 0;
};

}  // namespace whydrop::os
