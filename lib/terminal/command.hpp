// Rule of this module: terminal/ is the interactive prompt. It reads lines and keeps the screen in order; what a line
// does is not its business.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace whydrop::terminal {

/// What a line at the prompt asks for.
struct SendText {
  std::string text;
};
struct SendBinary {
  std::string bytes;
};
/// The content of a file as one message.
struct SendFile {
  std::string path;
  bool binary = false;
};
struct SendPing {
  std::string payload;
};
struct SendPong {
  std::string payload;
};
struct SendClose {
  std::optional<std::uint16_t> code;
  std::string reason;
};
/// A message of the profile by its type, with "/pointer=VALUE" settings.
struct SendMessage {
  std::string type;
  std::vector<std::string> settings;
};
/// The types of messages that SendMessage knows.
struct ShowMessages {};
/// A message whole: by the number of one of its frames, or the server's last.
struct ShowMessage {
  std::uint64_t seq = 0;
};
struct ShowLast {};
/// What was sent last, once more.
struct SendAgain {};
/// The message of this frame, once more.
struct SendKept {
  std::uint64_t seq = 0;
};
/// A message, changed in an editor first: that of a frame, or what was sent last.
struct EditMessage {
  std::optional<std::uint64_t> seq;
};
/// A message whole, into a new file: that of a frame, or the server's last.
struct SaveMessage {
  std::string path;
  std::optional<std::uint64_t> seq;
};
struct ShowHelp {};

using Command = std::variant<SendText,
                             SendBinary,
                             SendFile,
                             SendPing,
                             SendPong,
                             SendClose,
                             SendMessage,
                             SendAgain,
                             SendKept,
                             EditMessage,
                             SaveMessage,
                             ShowMessages,
                             ShowMessage,
                             ShowLast,
                             ShowHelp>;

/// Reads one line. A line that starts with a slash is a command, with two slashes a message that starts with one; any
/// other line is a message. Errors: usage.
Result<Command> parse_command(std::string_view line);

/// Names of the commands that begin with `start`.
std::vector<std::string> commands_like(std::string_view start);

/// The table of commands for people, one a line.
std::string command_help();

}  // namespace whydrop::terminal
