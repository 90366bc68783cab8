#include "terminal/command.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "wire/close_code.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <vector>

namespace whydrop::terminal {
namespace {

constexpr std::size_t kMaxControlPayload = 125;
constexpr std::size_t kMaxReason = kMaxControlPayload - 2;

/// Splits off the first word; the rest comes without the blanks around it.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text = trim(text.substr(word.size()));
  return word;
}

template <typename Control>
Result<Command> control(std::string_view name, std::string_view payload) {
  if (payload.size() > kMaxControlPayload) {
    return fail(ErrorKind::usage,
                std::string(name) + " payload: " + std::to_string(payload.size()) + " bytes, at most 125 fit");
  }
  return Control{std::string(payload)};
}

Result<Command> parse_ping(std::string_view rest) {
  return control<SendPing>("/ping", rest);
}

Result<Command> parse_pong(std::string_view rest) {
  return control<SendPong>("/pong", rest);
}

Result<Command> parse_close(std::string_view rest) {
  if (rest.empty()) {
    return SendClose{};
  }
  const std::string_view word = take_word(rest);
  std::uint16_t code = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), code);
  if (read.ec != std::errc() || read.ptr != word.data() + word.size()) {
    return fail(ErrorKind::usage,
                "/close code " + escape_for_terminal(word) + ": not a number from 0 to 65535",
                "say /close 1000 done");
  }
  if (!wire::is_sendable(code)) {
    return fail(ErrorKind::usage,
                "/close code " + std::to_string(code) + ": " + std::string(wire::close_code_name(code)) +
                    ", may not be sent (RFC 6455 section 7.4)",
                "use 1000 to 1003, 1007 to 1014, or 3000 to 4999");
  }
  if (rest.size() > kMaxReason) {
    return fail(ErrorKind::usage, "/close reason: " + std::to_string(rest.size()) + " bytes, at most 123 fit");
  }
  return SendClose{code, std::string(rest)};
}

Result<Command> parse_binary(std::string_view rest) {
  if (!rest.empty() && rest[0] == '@') {
    return SendFile{std::string(rest.substr(1)), true};
  }
  std::optional<std::string> bytes = hex_decode(rest);
  if (!bytes || rest.empty()) {
    return fail(ErrorKind::usage,
                "/binary " + escape_for_terminal(rest) + ": neither @file nor hex digits",
                "say /binary 00ff7f or /binary @image.png");
  }
  return SendBinary{std::move(*bytes)};
}

Result<Command> parse_file(std::string_view rest) {
  if (rest.empty()) {
    return fail(ErrorKind::usage, "/file: no path given");
  }
  return SendFile{std::string(rest), false};
}

/// A value may hold blanks: it ends where the next pointer begins.
Result<Command> parse_send(std::string_view rest) {
  if (rest.empty()) {
    return fail(ErrorKind::usage, "/send: no type of message given", "/messages lists them");
  }
  SendMessage message{std::string(take_word(rest)), {}};
  while (!rest.empty()) {
    const std::size_t next = std::min(rest.find(" /"), rest.find("\t/"));
    message.settings.emplace_back(trim(rest.substr(0, next)));
    rest = next == std::string_view::npos ? std::string_view() : trim(rest.substr(next));
  }
  return message;
}

Result<Command> parse_messages(std::string_view) {
  return ShowMessages{};
}

Result<std::uint64_t> number_of_frame(std::string_view name, std::string_view text) {
  std::uint64_t seq = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seq);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return fail(ErrorKind::usage,
                std::string(name) + " " + escape_for_terminal(text) + ": not the number of a frame",
                "the numbers stand before the lines of the log");
  }
  return seq;
}

Result<Command> parse_show(std::string_view rest) {
  return number_of_frame("/show", rest).map([](std::uint64_t seq) { return Command(ShowMessage{seq}); });
}

Result<Command> parse_replay(std::string_view rest) {
  return number_of_frame("/replay", rest).map([](std::uint64_t seq) { return Command(SendKept{seq}); });
}

Result<Command> parse_edit(std::string_view rest) {
  return rest.empty() ? Result<Command>(EditMessage{})
                      : number_of_frame("/edit", rest).map([](std::uint64_t seq) { return Command(EditMessage{seq}); });
}

Result<Command> parse_save(std::string_view rest) {
  if (rest.empty()) {
    return fail(ErrorKind::usage, "/save: no path given", "say /save reply.json, or /save reply.json 12");
  }
  SaveMessage save{std::string(take_word(rest)), {}};
  if (!rest.empty()) {
    const auto seq = number_of_frame("/save", rest);
    if (!seq) {
      return tl::unexpected<Error>(seq.error());
    }
    save.seq = *seq;
  }
  return save;
}

Result<Command> parse_last(std::string_view) {
  return ShowLast{};
}

Result<Command> parse_again(std::string_view) {
  return SendAgain{};
}

Result<Command> parse_help(std::string_view) {
  return ShowHelp{};
}

struct Row {
  std::string_view name;
  std::string_view usage;
  std::string_view says;
  Result<Command> (*parse)(std::string_view rest);
};

constexpr std::array<Row, 14> kCommands = {{
    {"/ping", "/ping [TEXT]", "send a ping frame", parse_ping},
    {"/pong", "/pong [TEXT]", "send a pong frame that nobody asked for", parse_pong},
    {"/close", "/close [CODE [REASON]]", "start the close handshake", parse_close},
    {"/binary", "/binary HEX | @FILE", "send bytes as a binary message", parse_binary},
    {"/file", "/file PATH", "send a file as a text message", parse_file},
    {"/send", "/send TYPE [/PTR=VALUE]", "send a message of the profile", parse_send},
    {"/again", "/again", "send what was sent last once more", parse_again},
    {"/replay", "/replay N", "send the message of frame N once more", parse_replay},
    {"/edit", "/edit [N]", "change what was sent last, or frame N, and send it", parse_edit},
    {"/last", "/last", "show the server's last message whole", parse_last},
    {"/show", "/show N", "show the message of frame N whole", parse_show},
    {"/save", "/save PATH [N]", "write the server's last message, or that of frame N", parse_save},
    {"/messages", "/messages", "list the profile's messages", parse_messages},
    {"/help", "/help", "show this list", parse_help},
}};

Result<Command> unknown(std::string_view name) {
  std::vector<std::string_view> names;
  names.reserve(kCommands.size());
  for (const Row& row : kCommands) {
    names.push_back(row.name);
  }
  const std::optional<std::string_view> meant = nearest(name, names);
  return fail(ErrorKind::usage,
              "command " + escape_for_terminal(name) + ": not known",
              meant ? "did you mean " + std::string(*meant) + "?"
                    : "see /help; a message that starts with a slash is typed with two");
}

}  // namespace

Result<Command> parse_command(std::string_view line) {
  if (line.empty() || line[0] != '/') {
    return SendText{std::string(line)};
  }
  if (line.substr(0, 2) == "//") {
    return SendText{std::string(line.substr(1))};
  }
  std::string_view rest = trim(line);
  const std::string_view name = take_word(rest);
  const auto* row = std::find_if(kCommands.begin(), kCommands.end(), [name](const Row& r) { return r.name == name; });
  return row == kCommands.end() ? unknown(name) : row->parse(rest);
}

std::vector<std::string> commands_like(std::string_view start) {
  std::vector<std::string> names;
  for (const Row& row : kCommands) {
    if (row.name.substr(0, start.size()) == start) {
      names.emplace_back(row.name);
    }
  }
  return names;
}

std::string command_help() {
  constexpr std::size_t kColumn = 26;
  std::string text;
  const auto add = [&text](std::string_view usage, std::string_view says) {
    text += "  ";
    text += usage;
    text.append(kColumn - usage.size(), ' ');
    text += says;
    text += '\n';
  };
  for (const Row& row : kCommands) {
    add(row.usage, row.says);
  }
  add("//TEXT", "send \"/TEXT\" as a message");
  add("pasted lines", "are one message; \u240a stands for their line ends");
  add("Ctrl-D, Ctrl-C", "close the session and say why it ended");
  return text;
}

}  // namespace whydrop::terminal
