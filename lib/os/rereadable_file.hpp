#pragma once

#include "base/result.hpp"
#include "capture/item.hpp"

#include <memory>
#include <string>

namespace whydrop::os {

/// A file that is read more than once, each time from its beginning. What can be read once only (standard input, a
/// pipe) is copied to a temporary file without a name first.
class RereadableFile {
 public:
  /// `path`: "-" is standard input. Errors: local.
  static Result<RereadableFile> open(const std::string& path);
  /// Reads it from the beginning; several readings may go on at once.
  ByteSource read() const;
  const std::string& name() const { return name_; }

 private:
  class Descriptor;
  RereadableFile(std::shared_ptr<Descriptor> file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}

  std::shared_ptr<Descriptor> file_;
  std::string name_;
};

}  // namespace whydrop::os
