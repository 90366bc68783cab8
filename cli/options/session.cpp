#include "cli/options/session.hpp"

#include "base/text.hpp"
#include "cli/options.hpp"
#include "cli/options/addresses.hpp"
#include "cli/options/rehearsal.hpp"
#include "cli/options/values.hpp"
#include "wire/close_code.hpp"

#include <algorithm>
#include <utility>

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

/// What makes no sense without a profile.
Result<void> check_without_profile(const SessionFlags& flags) {
  for (const auto& [given, name] : {std::pair(!flags.rehearse.empty(), "--rehearse"),
                                    std::pair(!flags.rehearsal.empty(), "--rehearsal"),
                                    std::pair(flags.strict, "--strict"),
                                    std::pair(flags.no_opening, "--no-opening"),
                                    std::pair(flags.new_session, "--new-session")}) {
    if (given) {
      return fail(ErrorKind::usage, std::string("option ") + name + ": no profile to apply it to", "--profile NAME");
    }
  }
  return {};
}

Result<net::Url> url_of(const SessionFlags& flags, const SessionProfile& profile, const profile::Bindings* values) {
  if (flags.url) {
    return net::parse_url(*flags.url);
  }
  if (!profile.context) {
    return fail(ErrorKind::usage, "no URL given", "give one, or --profile NAME for that of a profile");
  }
  const std::string& own = profile.context->profile().socket_url;
  const std::string& text =
      profile.scenario != nullptr && !profile.scenario->socket_url.empty() ? profile.scenario->socket_url : own;
  if (text.empty()) {
    return fail(ErrorKind::usage,
                "no URL given, and profile " + profile.context->profile().name + " has none of its own",
                "give one before the messages");
  }
  return values->fill_url(text).and_then([](const std::string& url) { return net::parse_url(url); });
}

/// The profile's headers and subprotocols, where none of a person's own stand for them.
Result<EndpointFlags> with_profile(EndpointFlags flags, const profile::Bindings& values) {
  std::vector<std::string> headers;
  for (const profile::Field& field : values.profile().socket_headers) {
    if (gives_header(flags, field.name)) {
      continue;
    }
    const auto value = values.fill_text(field.value);
    if (!value) {
      return tl::unexpected<Error>(value.error());
    }
    headers.push_back(value->empty() ? field.name + ";" : field.name + ": " + *value);
  }
  flags.headers.insert(flags.headers.begin(), headers.begin(), headers.end());
  if (flags.subprotocols.empty()) {
    flags.subprotocols = values.profile().subprotocols;
  }
  return flags;
}

}  // namespace

bool gives_header(const EndpointFlags& flags, const std::string& header) {
  const std::string name = lower_case(header);
  const auto names_it = [&name](const std::string& given) {
    return lower_case(given.substr(0, given.find_first_of(":;"))) == name;
  };
  return std::any_of(flags.headers.begin(), flags.headers.end(), names_it) ||
         (name == "origin" && !flags.origin.empty()) || (name == "cookie" && !flags.cookies.empty()) ||
         (name == "authorization" && !flags.user.empty());
}

void add_session_arguments(Options& options, SessionFlags& flags) {
  options.custom({{}, "URL", "ws://, wss://, or http:// and https://; without it that of the profile", {}, {}, true},
                 [&flags](const std::vector<std::string>& given) {
                   flags.url = given.back();
                   return std::string();
                 });
  options.group("Session");
  options.flag("--binary", flags.binary, "Send binary messages");
  add_close_options(options, flags);
}

void add_close_options(Options& options, SessionFlags& flags) {
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

void add_session_profile(Options& options, SessionFlags& flags) {
  add_profile_options(options, flags.profile);
  options.flag("--no-opening", flags.no_opening, "Do not send by itself what the profile begins a session with");
  options.flag("--strict", flags.strict, "Do not send a message that the profile finds at fault; end with exit code 1");
  options.flag("--new-session", flags.new_session, "Make the profile's session calls first, as `session create` does");
  add_rehearse_options(options,
                       flags,
                       "Play this scenario of the profile: a server of our own, on loopback, stands for the profile's "
                       "hosts. With no message given the client's part is played too");
}

void add_rehearse_options(Options& options, SessionFlags& flags, const std::string& help) {
  options.text("--rehearse", "SCENARIO", flags.rehearse, help);
  options.text("--rehearsal", "FILE", flags.rehearsal, "Where the scenarios are, in place of what is built in");
  for (const char* other : {"--at", "--store", "--location", "--unix-socket", "--proxy"}) {
    options.contradict("--rehearse", other);
  }
}

Result<SessionProfile> make_session_profile(const SessionFlags& flags) {
  ProfileFlags wanted = flags.profile;
  wanted.no_store = wanted.no_store || (!wanted.profile.empty() && !flags.rehearse.empty());
  auto context = ProfileContext::make(wanted, process_environment, read_file);
  if (!context) {
    return tl::unexpected<Error>(context.error());
  }
  if (*context == nullptr) {
    return check_without_profile(flags).map([] { return SessionProfile(); });
  }
  SessionProfile made{std::move(*context), nullptr, nullptr};
  if (flags.rehearse.empty()) {
    return made;
  }
  auto rehearsal = find_rehearsal(made.context->profile(), flags.rehearsal, read_file);
  if (!rehearsal) {
    return tl::unexpected<Error>(rehearsal.error());
  }
  made.rehearsal = std::move(*rehearsal);
  return made.rehearsal->find(flags.rehearse).map([&](const profile::Scenario* scenario) {
    made.scenario = scenario;
    return std::move(made);
  });
}

SessionRun::Settings settings_of(const SessionFlags& flags, const SessionProfile& profile) {
  return {flags.output,
          flags.capture,
          flags.secrets,
          flags.expect_close,
          flags.endpoint.max_message,
          profile.context.get()};
}

Result<net::ConnectOptions> connect_options_of(const SessionFlags& flags,
                                               const SessionProfile& profile,
                                               const std::string& at,
                                               const profile::Bindings* values) {
  values = values == nullptr && profile.context ? &profile.context->bindings() : values;
  const auto url = url_of(flags, profile, values);
  if (!url) {
    return tl::unexpected<Error>(url.error());
  }
  if (const auto checked = check_capture_flags(flags.capture); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  auto endpoint = values != nullptr ? with_profile(flags.endpoint, *values) : Result<EndpointFlags>(flags.endpoint);
  if (!endpoint) {
    return tl::unexpected<Error>(endpoint.error());
  }
  if (const auto complete = complete_user(endpoint->user); !complete) {
    return tl::unexpected<Error>(complete.error());
  }
  return led_to(at, endpoint->proxy.is_given, make_connect_options(*endpoint, *url, process_environment, read_file));
}

}  // namespace whydrop::cli
