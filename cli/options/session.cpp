#include "cli/options/session.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "cli/options.hpp"
#include "cli/options/endpoint.hpp"
#include "cli/options/output.hpp"
#include "cli/options/profile.hpp"
#include "os/streams.hpp"
#include "wire/close_code.hpp"

namespace whydrop::cli {
namespace {

std::string set_close_code(const std::vector<std::string>& given, std::uint64_t& code) {
  const auto number = parse_number(given.back(), 0, 65535);
  if (!number || !wire::is_sendable(static_cast<std::uint16_t>(*number))) {
    return "'" + given.back() + "' is not a code that a client may send (1000 to 1003, 1007 to 1014, 3000 to 4999)";
  }
  code = *number;
  return {};
}

std::string set_expected(const std::vector<std::string>& given, std::vector<std::uint16_t>& codes) {
  codes.clear();
  for (const std::string& text : given) {
    const auto number = parse_number(text, 0, 65535);
    if (!number) {
      return "'" + text + "' is not a close code (as in 1000)";
    }
    codes.push_back(static_cast<std::uint16_t>(*number));
  }
  return {};
}

}  // namespace

void add_session_arguments(Options& options, run::SessionSettings& flags) {
  options.custom({{}, "URL", "ws://, wss://, or http:// and https://; without it that of the profile", {}, {}, true},
                 [&flags](const std::vector<std::string>& given) {
                   flags.url = given.back();
                   return std::string();
                 });
  options.group("Session");
  options.flag("--binary", flags.binary, "Send binary messages");
  add_close_options(options, flags);
}

void add_close_options(Options& options, run::SessionSettings& flags) {
  options.custom({{"--expect-close"},
                  "CODE",
                  "The server is to close with CODE (repeatable: one of them)",
                  {},
                  {},
                  false,
                  false,
                  true},
                 [&flags](const std::vector<std::string>& given) { return set_expected(given, flags.expect_close); });
  options.custom({{"--close-code"}, "CODE", "Close with CODE (1000)"},
                 [&flags](const std::vector<std::string>& given) { return set_close_code(given, flags.close_code); });
  options.custom({{"--close-reason"}, "TEXT", "Close with this reason, at most 123 bytes"},
                 [&flags](const std::vector<std::string>& given) -> std::string {
                   flags.close_reason = given.back();
                   return flags.close_reason.size() > 123 ? "it is longer than 123 bytes" : "";
                 });
}

void add_session_groups(Options& options, run::SessionSettings& flags) {
  add_endpoint_options(options, flags.endpoint);
  add_output_options(options, flags.output);
  add_capture_options(options, flags.capture);
  add_secret_options(options, flags.secrets);
}

void add_session_profile(Options& options, run::SessionSettings& flags) {
  add_profile_options(options, flags.profile);
  options.flag("--no-opening", flags.no_opening, "Do not send by itself what the profile begins a session with");
  options.flag("--strict", flags.strict, "Do not send a message that the profile finds at fault; end with exit code 1");
  options.flag("--new-session", flags.new_session, "Make the profile's session calls first, as `session create` does");
  add_rehearse_options(options,
                       flags,
                       "Play this scenario of the profile: a server of our own, on loopback, stands for the profile's "
                       "hosts. With no message given the client's part is played too");
}

void add_rehearse_options(Options& options, run::SessionSettings& flags, const std::string& help) {
  options.text("--rehearse", "SCENARIO", flags.rehearse, help);
  options.text("--rehearsal", "FILE", flags.rehearsal, "Where the scenarios are, in place of what is built in");
  for (const char* other : {"--at", "--store", "--location", "--unix-socket", "--proxy"}) {
    options.contradict("--rehearse", other);
  }
}

Result<void> complete_user(std::string& user) {
  if (user.empty() || user.find(':') != std::string::npos) {
    return {};
  }
  const auto password = os::ask_secret("password of " + user);
  if (!password) {
    return fail(ErrorKind::usage,
                "option --user: no password for '" + user + "', and no terminal to ask for it",
                "-u " + user + ":PASSWORD, or -u " + user + ": for an empty one");
  }
  user += ":" + *password;
  return {};
}

}  // namespace whydrop::cli
