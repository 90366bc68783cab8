#include "cli/options/session.hpp"

#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/options.hpp"
#include "wire/close_code.hpp"

#include <utility>

namespace whydrop::cli {
namespace {

std::string set_close_code(const std::vector<std::string>& given, std::uint16_t& code) {
  const auto number = parse_number(given.back(), 0, 65535);
  if (!number || !wire::is_sendable(static_cast<std::uint16_t>(*number))) {
    return "'" + given.back() + "' is not a code that a client may send (1000 to 1003, 1007 to 1014, 3000 to 4999)";
  }
  code = static_cast<std::uint16_t>(*number);
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

void add_session_arguments(Options& options, SessionFlags& flags) {
  options.custom(OptionInfo::argument("URL", "ws://, wss://, http:// or https://; default: the profile's URL"),
                 [&flags](const std::vector<std::string>& given) {
                   flags.url = given.back();
                   return std::string();
                 });
  options.group("Session");
  options.flag("--binary", flags.binary, "Send binary messages");
  add_close_options(options, flags.session);
}

void add_expect_close_option(Options& options, run::Session& session) {
  options.custom(
      OptionInfo::option(
          "--expect-close", "CODE", "Expect the server to close with CODE (repeatable: with one of them)")
          .repeats(),
      [&session](const std::vector<std::string>& given) { return set_expected(given, session.expect_close); });
}

void add_close_options(Options& options, run::Session& session) {
  add_expect_close_option(options, session);
  options.custom(
      OptionInfo::option("--close-code", "CODE", "Close with CODE (1000)"),
      [&session](const std::vector<std::string>& given) { return set_close_code(given, session.close_code); });
  options.custom(OptionInfo::option("--close-reason", "TEXT", "Close with this reason, at most 123 bytes"),
                 [&session](const std::vector<std::string>& given) -> std::string {
                   session.close_reason = given.back();
                   return session.close_reason.size() > 123 ? "it is longer than 123 bytes" : "";
                 });
}

void add_session_groups(Options& options, SessionFlags& flags) {
  add_endpoint_options(options, flags.endpoint);
  options.group("What is shown");
  add_shown_options(options, flags.session.output.shown);
  add_output_options(options, flags.session.output);
  add_report_option(options, flags.session.output);
  add_capture_options(options, flags.capture);
  add_secret_options(options, flags.secrets);
}

void add_session_profile(Options& options, SessionFlags& flags) {
  add_profile_options(options, flags.profile);
  options.flag("--no-opening", flags.no_opening, "Do not send the profile's opening messages");
  options.flag("--strict",
               flags.session.strict,
               "Do not send a message in which the profile finds a fault; end with exit code 1");
  options.flag(
      "--new-session", flags.session.new_session, "Make the profile's session calls first, as `session create` does");
  add_rehearse_options(options,
                       flags,
                       "Play this scenario of the profile: a local server takes the place of the profile's hosts. If "
                       "no message is given, the client's part is played too");
}

void add_rehearse_options(Options& options, SessionFlags& flags, const std::string& help) {
  options.text("--rehearse", "SCENARIO", flags.scenario, help);
  options.text(
      "--rehearsal", "FILE", flags.rehearsal_file, "Take the scenarios from FILE instead of the built-in ones");
  for (const char* other : {"--at", "--store", "--location", "--unix-socket", "--proxy"}) {
    options.contradict("--rehearse", other);
  }
}

namespace {

/// The profile, and the rehearsal that stands for its server.
Result<run::ProfileChoice> choice_of(const SessionFlags& flags, const run::Host& host) {
  auto choice = choose_profile(flags.profile, host);
  WHYDROP_TRY(choice);
  choice->scenario = flags.scenario;
  choice->rehearsal_file = flags.rehearsal_file;
  for (const auto& [given, name] : {std::pair(!flags.scenario.empty(), "--rehearse"),
                                    std::pair(!flags.rehearsal_file.empty(), "--rehearsal"),
                                    std::pair(flags.session.strict, "--strict"),
                                    std::pair(flags.no_opening, "--no-opening"),
                                    std::pair(flags.session.new_session, "--new-session")}) {
    if (given && choice->needs_profile.empty()) {
      choice->needs_profile = name;
    }
  }
  return choice;
}

}  // namespace

Result<Asked> make_session(const SessionFlags& flags, const run::Host& host) {
  Asked asked{flags.session, {}};
  auto choice = choice_of(flags, host);
  WHYDROP_TRY(choice);
  asked.profile = std::move(*choice);
  if (flags.url) {
    auto address = target::parse_address(*flags.url);
    WHYDROP_TRY(address);
    asked.session.address = std::move(*address);
  }
  auto endpoint = make_endpoint(flags.endpoint, host);
  WHYDROP_TRY(endpoint);
  asked.session.endpoint = std::move(*endpoint);
  auto at = stand_in_of(flags.profile);
  WHYDROP_TRY(at);
  asked.session.endpoint.at = std::move(*at);
  auto capture = make_capture(flags.capture);
  WHYDROP_TRY(capture);
  asked.session.capture = std::move(*capture);
  auto secrets = make_secrets(flags.secrets, host);
  WHYDROP_TRY(secrets);
  asked.session.secrets = std::move(*secrets);
  return asked;
}

}  // namespace whydrop::cli
