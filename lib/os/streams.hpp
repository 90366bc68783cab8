// Rule of this module: os/ is what the process has of its operating system, behind functions that can be handed in.
#pragma once

#include "base/byte_sink.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace whydrop::os {

/// A stream that a person or a program reads. When its reader is gone it says so once through `on_gone` and swallows
/// the rest: a reader that has seen enough is no failure.
class Stream : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) final;
  void on_gone(std::function<void()> handler) { on_gone_ = std::move(handler); }
  /// Gives what is written to `to` instead; null: to the stream again.
  void divert(std::function<void(std::string_view)> to) { diverted_ = std::move(to); }
  bool gone() const { return gone_; }
  virtual bool is_terminal() const = 0;
  /// Columns of the terminal; 0 if it is none.
  virtual unsigned width() const = 0;
  /// True for a file on a disk, or what looks like one; false for a pipe, a terminal or a device.
  virtual bool is_file() const = 0;
  /// Waits so long, or until a signal comes. False: the reader is gone.
  virtual bool pause(std::chrono::milliseconds most) = 0;

 protected:
  /// Writes all of it. False: the reader is gone.
  virtual Result<bool> put(std::string_view bytes) = 0;

 private:
  bool gone_ = false;
  std::function<void()> on_gone_;
  std::function<void(std::string_view)> diverted_;
};

/// A file descriptor as a Stream.
class FdSink final : public Stream {
 public:
  /// `name` for messages. Closes `fd` at the end if `owned`.
  FdSink(int fd, std::string name, bool owned);
  ~FdSink() override;
  FdSink(const FdSink&) = delete;
  FdSink& operator=(const FdSink&) = delete;

  bool is_terminal() const override;
  unsigned width() const override;
  bool is_file() const override;
  bool pause(std::chrono::milliseconds most) override;

 private:
  Result<bool> put(std::string_view bytes) override;

  int fd_;
  std::string name_;
  bool owned_;
};

enum class FileMode : std::uint8_t { fresh, append, overwrite };

/// Opens a file for a capture with mode 0600. `fresh` refuses a file that is there. `append` ends a cut last line
/// first.
Result<std::unique_ptr<FdSink>> open_capture(const std::string& path, FileMode mode);

/// Opens a file for an HTML report with mode 0600. What stands there is replaced if it is an HTML file or empty;
/// anything else is not.
Result<std::unique_ptr<FdSink>> open_html(const std::string& path);

/// Opens any other file that only its owner reads (mode 0600, where it is made here). `fresh` refuses a file that is
/// there.
Result<std::unique_ptr<FdSink>> open_private(const std::string& path, FileMode mode);

/// A new file with `content`. Refuses one that is there.
Result<void> write_new_file(const std::string& path, std::string_view content);

/// read_file() takes no more: a device that never ends would take all memory.
inline constexpr std::size_t kMostOfFile = std::size_t{1} << 30;

/// The whole content of a file, or of standard input for "-". Errors: local, also for what is larger than kMostOfFile.
Result<std::string> read_file(const std::string& path);

/// Keeps the numbers of standard streams that were closed before the start from sockets and files of ours.
void hold_standard_streams();

/// Asks on the terminal, without showing what is typed. An error where there is no terminal.
Result<std::string> ask_secret(const std::string& question);

/// Asks "<question> [y/N]" on standard error, where it and standard input are terminals; true for y or yes.
bool confirm(const std::string& question);

bool is_terminal(int fd);
/// Columns of the terminal behind `fd`; 0 if it is none.
unsigned terminal_width(int fd);

}  // namespace whydrop::os
