#include "cli/options/session.hpp"

#include "cli/options.hpp"
#include "cli/options/values.hpp"
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

/// A user without a password is asked for one, as curl does.
Result<void> complete_user(std::string& user) {
  if (user.empty() || user.find(':') != std::string::npos) {
    return {};
  }
  const auto password = ask_secret("password of " + user);
  if (!password) {
    return fail(ErrorKind::usage,
                "option --user: no password for '" + user + "', and no terminal to ask for it",
                "-u " + user + ":PASSWORD, or -u " + user + ": for an empty one");
  }
  user += ":" + *password;
  return {};
}

}  // namespace

void add_session_arguments(Options& options, SessionFlags& flags) {
  options.positional("URL", flags.url, true, "ws://, wss://, or http:// and https:// taken as these");
  options.group("Session");
  options.flag("--binary", flags.binary, "Send binary messages");
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

void add_session_groups(Options& options, SessionFlags& flags) {
  add_endpoint_options(options, flags.endpoint);
  add_output_options(options, flags.output);
  add_capture_options(options, flags.capture);
  add_secret_options(options, flags.secrets);
}

SessionRun::Settings settings_of(const SessionFlags& flags) {
  return {flags.output, flags.capture, flags.secrets, flags.expect_close, flags.endpoint.max_message};
}

Result<net::ConnectOptions> connect_options_of(const SessionFlags& flags) {
  const auto url = net::parse_url(flags.url);
  if (!url) {
    return tl::unexpected<Error>(url.error());
  }
  if (const auto checked = check_capture_flags(flags.capture); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  EndpointFlags endpoint = flags.endpoint;
  if (const auto complete = complete_user(endpoint.user); !complete) {
    return tl::unexpected<Error>(complete.error());
  }
  return make_connect_options(endpoint, *url, process_environment, read_file);
}

}  // namespace whydrop::cli
