#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/play.hpp"
#include "os/streams.hpp"
#include "rehearsal/server.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace whydrop::cli {
namespace {

using rehearsal::Server;
using rehearsal::ServerOptions;

struct RehearseOptions {
  ServerOptions server;
  PlayFlags play;
  std::uint64_t port = 0, after = 1, close_code = 1000, status = 0;
  std::string ca_file;
  bool no_echo = false, no_compression = false, list = false;
};

std::vector<std::string> ending_names() {
  std::vector<std::string> names;
  for (const rehearsal::EndingRow& row : rehearsal::endings()) {
    names.emplace_back(row.name);
  }
  return names;
}

void declare(Options& options, RehearseOptions& into) {
  ServerOptions& server = into.server;
  options.group("Listening");
  options.text("--host", "ADDRESS", server.host, "Address to listen on (127.0.0.1)");
  options.number("-p,--port", "PORT", into.port, 0, 65535, "Port to listen on; 0, the default, lets the system choose");
  options.flag("--once", server.once, "Exit after one connection, with --profile after one session");
  options.flag("--tls", server.tls, "Speak TLS with a certificate made at start");
  options.choice(
      "--tls-fault", {"expired", "hostname", "self-signed"}, server.tls_fault, "What is wrong with the certificate");
  options.text("--write-ca", "FILE", into.ca_file, "Write the certificate that a client needs for --cacert");
  add_play_options(options, into.play);
  options.group("Ending");
  options.custom(OptionInfo::option("-e,--ending", "NAME", "How each session ends (none); see --list")
                     .completed_by(ending_names()),
                 [&server](const std::vector<std::string>& given) -> std::string {
                   server.ending = given.back();
                   return {};
                 });
  options.flag("--list", into.list, "Print the names of all endings, or with --profile of its scenarios, and exit");
  options.number(
      "--after", "N", into.after, 0, 4294967295, "End after N messages (1); 0: as soon as the session is open");
  options.duration("--after-time", server.after_time, "End this long after the upgrade, whatever was sent");
  options.number("--status", "CODE", into.status, 200, 599, "Refuse the upgrade with this status");
  options.number("--close-code", "CODE", into.close_code, 0, 65535, "Code of the ending close (1000)");
  options.text("--close-reason", "TEXT", server.close_reason, "Reason of the ending close");
  options.group("Behaviour");
  options.duration("--delay", server.delay, "Wait before each answer");
  options.flag("--no-echo", into.no_echo, "Do not answer messages");
  options.flag("--no-pong", server.no_pong, "Do not answer pings");
  options.flag("--no-compression", into.no_compression, "Decline permessage-deflate");
  options.flag("--lenient", server.lenient, "Go on when the client breaks a rule (default: fail the session)");
}

/// A line of the log, at once. Nothing waits for a reader: a script may take the first line only.
void print_line(std::string_view line) {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  if (::poll(&out, 1, 0) == 1) {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
    std::fflush(stdout);
  }
}

/// Zero means "not given" to the server, save for the number of messages: at once is what --after 0 asks for.
ServerOptions server_options(const RehearseOptions& given, bool after_given) {
  ServerOptions server = given.server;
  server.port = static_cast<std::uint16_t>(given.port);
  server.close_code = static_cast<std::uint16_t>(given.close_code);
  server.status = static_cast<int>(given.status);
  const bool by_time_alone = server.after_time.count() > 0 && !after_given;
  server.after_messages = by_time_alone ? 0 : static_cast<unsigned>(given.after);
  server.echo = !given.no_echo;
  server.compress = !given.no_compression;
  server.log = print_line;
  return server;
}

/// A profile is played by its scenario; an ending is of a server without one.
Result<void> check(const RehearseOptions& given, const Options& options) {
  const bool plays = !given.play.profile.empty();
  const std::vector<const char*> with_profile{"--scenario", "--rehearsal", "--var"};
  const std::vector<const char*> without{
      "--ending", "--after", "--after-time", "--status", "--close-code", "--close-reason", "--no-echo"};
  for (const char* name : plays ? without : with_profile) {
    if (options.given(name)) {
      return fail(ErrorKind::usage,
                  std::string("option ") + name +
                      (plays ? ": a profile is played as its scenario says" : ": no profile to apply it to"),
                  plays ? "--scenario NAME" : "--profile NAME");
    }
  }
  return {};
}

int list_endings() {
  for (const rehearsal::EndingRow& row : rehearsal::endings()) {
    fmt::print("{:<22}{}\n", row.name, row.says);
  }
  return 0;
}

/// Front of a certificate's file, which readers of PEM pass over: only a file with it is written over.
constexpr std::string_view kOurs = "# made by whydrop rehearse --write-ca\n";

Result<void> write_ca(const std::string& path, const std::string& pem) {
  if (path.empty()) {
    return {};
  }
  std::error_code failed;
  const auto status = std::filesystem::symlink_status(path, failed);
  const bool plain = std::filesystem::is_regular_file(status);
  const auto there = plain ? os::read_file(path) : Result<std::string>("");
  if (std::filesystem::exists(status) && (!plain || !there || (!there->empty() && !starts_with(*there, kOurs)))) {
    return fail(ErrorKind::local,
                "write " + path + ": it is no file that whydrop wrote",
                "--write-ca takes a name that nothing has yet");
  }
  std::ofstream file(path, std::ios::trunc);
  file << kOurs << pem;
  file.close();
  if (!file) {
    return fail(ErrorKind::local, "write " + path + ": cannot write the certificate");
  }
  return {};
}

Result<int> rehearse(const RehearseOptions& given, const ServerOptions& options) {
  net::Loop loop;
  Server server(loop, options);
  const auto port = server.start();
  WHYDROP_TRY(port);
  WHYDROP_TRY(write_ca(given.ca_file, server.certificate_pem()));
  begin_run();  // the reader of the log may go; clients are served all the same
  // First line of the output, at once: scripts read the port from it.
  std::printf("listening on %s\n", server.url().c_str());
  std::fflush(stdout);
  if (options.play) {
    print_play(*options.play, given.play.profile, server);
  }
  server.on_idle_exit([&loop] { loop.stop(); });
  int interrupted_by = 0;
  loop.on_signal([&](int number) {
    interrupted_by = number;
    loop.stop();
  });
  loop.run();
  return interrupted_by == 0 ? 0 : 128 + interrupted_by;
}

}  // namespace

Run setup_rehearse(Options& options) {
  auto given = std::make_shared<RehearseOptions>();
  declare(options, *given);
  return [given, &options]() -> Result<int> {
    const bool plays = !given->play.profile.empty();
    if (given->list) {
      return plays ? list_scenarios(given->play) : list_endings();
    }
    WHYDROP_TRY(check(*given, options));
    ServerOptions server = server_options(*given, options.given("--after"));
    if (plays) {
      auto play = make_play(given->play);
      WHYDROP_TRY(play);
      server.play = *std::move(play);
    }
    return rehearse(*given, server);
  };
}

}  // namespace whydrop::cli
