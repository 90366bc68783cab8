#pragma once

#include "base/result.hpp"
#include "capture/writer.hpp"
#include "os/streams.hpp"
#include "run/host.hpp"
#include "run/output.hpp"
#include "session/sink.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace whydrop::run {

/// Records each session in a file of its own, named by its time and number: "20261201T114403Z-0003.ndjson". A file
/// that has grown too large is followed by "…-0003-part2.ndjson", which begins with the session's opening again, so
/// that each part can be read by itself. The oldest files make room once the limit of all is reached.
class CaptureFolder final : public session::EventSink {
 public:
  /// Makes the folder, with mode 0700, where it is missing. `host` must outlive it. Errors: local.
  static Result<std::unique_ptr<CaptureFolder>> make(const Capture& settings,
                                                     const Host& host,
                                                     std::function<capture::CaptureHeader()> header);

  Result<void> on_event(const session::Event& event) override;
  Result<void> flush() override;
  /// Path of the file that the last event went to; empty before the first.
  const std::string& current() const { return path_; }

 private:
  CaptureFolder(const Capture& settings, const Host& host, std::function<capture::CaptureHeader()> header)
      : settings_(settings), host_(host), header_(std::move(header)) {}
  Result<void> begin_file();
  void make_room();
  bool may_part(const session::Event& event) const;

  const Capture settings_;
  const Host& host_;
  std::function<capture::CaptureHeader()> header_;
  std::unique_ptr<os::FdSink> file_;
  std::string path_, name_;
  std::uint64_t written_ = 0;  ///< of the current file
  std::string buffer_;
  std::string opening_;  ///< lines of the current session up to the answer to its upgrade
  std::uint64_t session_ = 0, part_ = 0;
  std::uint32_t conn_ = 0;  ///< the session that is under way; 0: none
  bool over_ = true;        ///< the next connection begins a new file
  bool upgraded_ = false;
  bool in_message_[2] = {false, false};
  std::deque<std::pair<std::string, std::uint64_t>> kept_;  ///< finished files and their sizes, oldest first
  std::uint64_t kept_size_ = 0;
};

}  // namespace whydrop::run
