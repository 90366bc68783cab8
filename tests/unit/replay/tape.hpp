// Recordings made by hand, and entries as text.
#pragma once

#include "replay/player.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace whydrop::replay {

/// Writes a capture. Each call is one event, a millisecond after the one before.
class Tape {
 public:
  explicit Tape(const capture::CaptureHeader& header = {});
  /// An opened session: open, request, response; events 1 to 3.
  static Tape opened(const std::string& extensions = "");

  Tape& header(const capture::CaptureHeader& header);
  Tape& event(session::Body body);
  Tape& conn(std::uint32_t number);
  Tape& open(session::Role role = session::Role::websocket, const std::string& url = "ws://h/");
  Tape& request(const std::string& extensions = "");
  Tape& response(int status = 101, const std::string& extensions = "");
  Tape& client(std::string_view text, std::vector<session::RedactSpan> redact = {});
  Tape& server(std::string_view text, std::vector<session::RedactSpan> redact = {});
  Tape& frame(session::Frame frame);
  Tape& ending();
  Tape& line(std::string_view text);  ///< as it is
  Tape& wait(std::int64_t ms);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::uint64_t seq_ = 0;
  std::int64_t ms_ = 0;
  std::uint32_t conn_ = 1;
};

/// A frame in its shortest form; the client's is masked with 01020304.
session::Frame frame_of(session::Side from, wire::Opcode opcode, std::string_view payload, bool fin = true);
/// A Close's payload.
std::string close_payload(std::uint16_t code, std::string_view reason);

/// A text as a file that is read `piece` bytes at a time.
Recording::OpenFile file_of(std::string text, std::size_t piece = SIZE_MAX);
Result<std::unique_ptr<Recording>> open_text(const std::string& text,
                                             Recording::Settings settings = {},
                                             std::size_t piece = SIZE_MAX);
/// All entries, a line each, or "error: …".
std::string entries_of(const std::string& text, Recording::Settings settings = {}, std::size_t piece = SIZE_MAX);
std::string words_of(const Act& act);

}  // namespace whydrop::replay
