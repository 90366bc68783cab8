#include "terminal/command.hpp"

#include <gtest/gtest.h>

namespace whydrop::terminal {
namespace {

using namespace std::string_literals;

/// A command in one line, so that whole values can be compared.
std::string words(const Result<Command>& command) {
  if (!command) {
    return "error: " + command.error().message + (command.error().hint.empty() ? "" : " | " + command.error().hint);
  }
  return std::visit(
      overloaded{
          [](const SendText& it) { return "text " + it.text; },
          [](const SendBinary& it) { return "binary " + it.bytes; },
          [](const SendFile& it) { return (it.binary ? "binary file " : "file ") + it.path; },
          [](const SendPing& it) { return "ping " + it.payload; },
          [](const SendPong& it) { return "pong " + it.payload; },
          [](const SendClose& it) { return "close " + (it.code ? std::to_string(*it.code) : "-"s) + " " + it.reason; },
          [](const SendMessage& it) {
            std::string text = "message " + it.type;
            for (const std::string& setting : it.settings) {
              text += "|" + setting;
            }
            return text;
          },
          [](const SendAgain&) { return "again"s; },
          [](const SendKept& it) { return "replay " + std::to_string(it.seq); },
          [](const EditMessage& it) { return "edit " + (it.seq ? std::to_string(*it.seq) : "-"s); },
          [](const SaveMessage& it) { return "save " + it.path + " " + (it.seq ? std::to_string(*it.seq) : "-"s); },
          [](const ShowMessages&) { return "messages"s; },
          [](const ShowMessage& it) { return "show " + std::to_string(it.seq); },
          [](const ShowLast&) { return "last"s; },
          [](const ShowHelp&) { return "help"s; },
      },
      *command);
}

struct Case {
  std::string line, expected;
};

class Commands : public testing::TestWithParam<Case> {};

TEST_P(Commands, AreRead) {
  EXPECT_EQ(words(parse_command(GetParam().line)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Lines,
    Commands,
    testing::Values(
        Case{"hello /ping", "text hello /ping"},
        Case{"", "text "},
        Case{" /ping", "text  /ping"},
        Case{"//join room", "text /join room"},
        Case{"/ping", "ping "},
        Case{"/ping  are you there ", "ping are you there"},
        Case{"/pong x", "pong x"},
        Case{"/replay 12", "replay 12"},
        Case{"/replay", "error: /replay : not the number of a frame | the numbers stand before the lines of the log"},
        Case{"/edit", "edit -"},
        Case{"/edit 5", "edit 5"},
        Case{"/edit x", "error: /edit x: not the number of a frame | the numbers stand before the lines of the log"},
        Case{"/save a.json", "save a.json -"},
        Case{"/save a.json 7", "save a.json 7"},
        Case{"/save a.json x",
             "error: /save x: not the number of a frame | the numbers stand before the lines of the log"},
        Case{"/save", "error: /save: no path given | say /save reply.json, or /save reply.json 12"},
        Case{"/ping " + std::string(126, 'a'), "error: /ping payload: 126 bytes, at most 125 fit"},
        Case{"/close", "close - "},
        Case{"/close 1000", "close 1000 "},
        Case{"/close 4001 see you later", "close 4001 see you later"},
        Case{"/close 1006",
             "error: /close code 1006: abnormal closure, may not be sent (RFC 6455 section 7.4) | use 1000 to 1003, "
             "1007 to "
             "1014, or 3000 to 4999"},
        Case{"/close soon", "error: /close code soon: not a number from 0 to 65535 | say /close 1000 done"},
        Case{"/close 70000", "error: /close code 70000: not a number from 0 to 65535 | say /close 1000 done"},
        Case{"/close 1000 " + std::string(124, 'a'), "error: /close reason: 124 bytes, at most 123 fit"},
        Case{"/binary 00 41ff", "binary "s + "\0A\xff"s},
        Case{"/binary @a b.png", "binary file a b.png"},
        Case{"/binary xyz",
             "error: /binary xyz: neither @file nor hex digits | say /binary 00ff7f or /binary @image.png"},
        Case{"/binary", "error: /binary : neither @file nor hex digits | say /binary 00ff7f or /binary @image.png"},
        Case{"/file a.json", "file a.json"},
        Case{"/file", "error: /file: no path given"},
        Case{"/messages", "messages"},
        Case{"/send connect", "message connect"},
        Case{"/send note /text=Hello there /n=1", "message note|/text=Hello there|/n=1"},
        Case{"/send note  /a=b", "message note|/a=b"},
        Case{"/send", "error: /send: no type of message given | /messages lists them"},
        Case{"/again", "again"},
        Case{"/last", "last"},
        Case{"/show 12", "show 12"},
        Case{"/show", "error: /show : not the number of a frame | the numbers stand before the lines of the log"},
        Case{"/show 1x", "error: /show 1x: not the number of a frame | the numbers stand before the lines of the log"},
        Case{"/help", "help"},
        Case{"/pingg", "error: command /pingg: not known | did you mean /ping?"},
        Case{
            "/subscribe x",
            "error: command /subscribe: not known | see /help; a message that starts with a slash is typed with two"}));

TEST(Help, ListsEveryCommand) {
  EXPECT_EQ(command_help(),
            "  /ping [TEXT]              send a ping frame\n"
            "  /pong [TEXT]              send a pong frame that nobody asked for\n"
            "  /close [CODE [REASON]]    start the close handshake\n"
            "  /binary HEX | @FILE       send bytes as a binary message\n"
            "  /file PATH                send a file as a text message\n"
            "  /send TYPE [/PTR=VALUE]   send a message of the profile\n"
            "  /again                    send what was sent last once more\n"
            "  /replay N                 send the message of frame N once more\n"
            "  /edit [N]                 change what was sent last, or frame N, and send it\n"
            "  /last                     show the server's last message whole\n"
            "  /show N                   show the message of frame N whole\n"
            "  /save PATH [N]            write the server's last message, or that of frame N\n"
            "  /messages                 list the profile's messages\n"
            "  /help                     show this list\n"
            "  //TEXT                    send \"/TEXT\" as a message\n"
            "  pasted lines              are one message; \xe2\x90\x8a stands for their line ends\n"
            "  Ctrl-D, Ctrl-C            close the session and say why it ended\n");
}

}  // namespace
}  // namespace whydrop::terminal
