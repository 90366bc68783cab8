#include "auth/jwt.hpp"
#include "auth/token_text.hpp"
#include "base/fields.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/errors.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/calls.hpp"
#include "os/arguments.hpp"
#include "os/environment.hpp"
#include "os/streams.hpp"
#include "run/calls.hpp"
#include "run/profile_context.hpp"

#include <cstdio>
#include <ctime>
#include <memory>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

constexpr std::size_t kLongestWord = 16;  ///< what is longer may be a secret: it is not repeated

struct TokenFlags {
  CallFlags call;
  std::string action, token, client_id, client_secret, at_time;
  std::vector<std::string> scopes;
  bool print = false;
};

int say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return 0;
}

/// Options that only one of the actions has.
Result<void> check_action(const Options& options, const TokenFlags& flags) {
  struct Row {
    const char *option, *action;
  };
  constexpr Row kRows[] = {{"--client-id", "get"},
                           {"--client-secret", "get"},
                           {"--print", "get"},
                           {"--profile", "get"},
                           {"--require-scope", "inspect"},
                           {"--at-time", "inspect"}};
  for (const Row& row : kRows) {
    if (options.given(row.option) && flags.action != row.action) {
      return fail(ErrorKind::usage,
                  fmt::format("option {}: it is for token {}, not for token {}", row.option, row.action, flags.action),
                  "whydrop token --help");
    }
  }
  const bool takes_token = flags.action != "get";
  if (takes_token == flags.token.empty()) {
    return fail(
        ErrorKind::usage,
        takes_token ? fmt::format("token {}: no token given", flags.action) : "token get: it takes no TOKEN",
        takes_token ? fmt::format("whydrop token {} @token.txt", flags.action) : "whydrop token get --profile NAME");
  }
  return {};
}

// ---- get ------------------------------------------------------------------------------------------------------------

/// A secret given as @FILE, or in clear, which everyone who can list processes may have seen.
Result<std::string> read_secret(const std::string& given, std::string_view option, std::vector<std::string>& warnings) {
  if (!given.empty() && given[0] == '@') {
    auto content = os::read_file(given.substr(1));
    if (content && trim(*content).empty()) {
      return fail(ErrorKind::usage, fmt::format("{}: the file {} is empty", option, given.substr(1)));
    }
    return content ? Result<std::string>(trim(*content)) : content;
  }
  os::hide_argument(given);
  warnings.push_back(fmt::format(
      "{} shows a secret to everyone who can list processes; {} @FILE, or the environment, does not", option, option));
  return given;
}

Result<void> set_client(const TokenFlags& flags, run::ProfileContext& context, std::vector<std::string>& warnings) {
  Result<void> set;
  if (!flags.client_id.empty()) {
    set = context.bindings().set("client_id", flags.client_id, profile::Origin::given);
  }
  if (set && !flags.client_secret.empty()) {
    auto secret = read_secret(flags.client_secret, "--client-secret", warnings);
    set = secret ? context.bindings().set("client_secret", std::move(*secret), profile::Origin::given)
                 : tl::unexpected<Error>(secret.error());
  }
  return set;
}

/// The variable that the call is made for: the socket's credential, else the first secret one.
const profile::Variable* wanted(const profile::Profile& profile, const std::vector<std::string>& taken) {
  const profile::Variable* found = nullptr;
  for (const std::string& name : taken) {
    const profile::Variable* variable = profile.variable(name);
    if (name == profile.token_variable || (found == nullptr && variable != nullptr && variable->secret)) {
      found = variable;
    }
  }
  return found;
}

/// "a JWT of 312 characters, RS256, scopes a b", "an opaque token of 40 characters".
std::string kind_words(const std::string& value) {
  const auto view = auth::inspect_token(value);
  if (!view || view->opaque) {
    return fmt::format("an opaque token of {} characters", value.size());
  }
  return fmt::format("a JWT of {} characters, {}{}{}",
                     value.size(),
                     view->alg,
                     view->scopes.empty() ? "" : ", scopes ",
                     fmt::join(view->scopes, " "));
}

void tell_token(const TokenFlags& flags,
                run::ProfileContext& context,
                run::SessionRun& run,
                const std::vector<std::string>& taken) {
  const profile::Variable* variable = wanted(context.profile(), taken);
  const auto value = variable == nullptr ? std::nullopt : context.bindings().get(variable->name);
  if (!value) {
    return;
  }
  std::string words = fmt::format("{} is {}", variable->name, kind_words(*value));
  if (auth::Store* store = context.store()) {
    const auto& entry = store->entries().find(variable->name)->second;
    if (entry.expires) {
      words += fmt::format("; it expires in {}", auth::span_words(*entry.expires - entry.at));
    }
    words += "; kept in " + store->path();
  }
  run.talk(words);
  if (flags.print || flags.call.secrets.reveal) {
    (void)run.data().write(*value + "\n");
  }
}

Result<int> get(TokenFlags& flags) {
  const run::Host& host = begin_run();
  const auto context = profile_context(flags.call.profile, host);
  WHYDROP_TRY(context);
  if (!*context) {
    return fail(ErrorKind::usage, "token get: no profile given", "whydrop profile list shows those that there are");
  }
  const profile::Profile& profile = (*context)->profile();
  const profile::Call* call = profile.call(profile.token_call);
  if (call == nullptr) {
    return fail(ErrorKind::usage,
                fmt::format("token get: profile {} has no call that gives a token", profile.name),
                profile.session_calls.empty() ? "whydrop profile show " + profile.name
                                              : "whydrop session create --profile " + profile.name);
  }
  std::vector<std::string> warnings;
  WHYDROP_TRY(set_client(flags, **context, warnings));
  for (const std::string& warning : warnings) {
    warn(warning);
  }
  if (flags.print) {
    flags.call.output.asked = report::Output::messages;  // standard output is the token's
  }
  const auto session = make_call_session(flags.call, host);
  WHYDROP_TRY(session);
  return run::make_calls(
      host, *session, **context, {call}, [&](run::SessionRun& run, const std::vector<std::string>& taken) {
        tell_token(flags, **context, run, taken);
      });
}

// ---- inspect, verify ------------------------------------------------------------------------------------------------

Result<std::string> read_token(const std::string& given) {
  if (given == "-" || given[0] == '@') {
    return os::read_file(given == "-" ? given : given.substr(1)).map([](const std::string& text) {
      return auth::token_in(text);
    });
  }
  os::hide_argument(given);
  return auth::token_in(given);
}

/// RFC 3339, or seconds since 1970; now where nothing is given.
Result<std::int64_t> read_time(const std::string& given) {
  if (given.empty()) {
    return static_cast<std::int64_t>(std::time(nullptr));
  }
  if (const auto seconds = parse_number(given, 0, INT64_MAX)) {
    return static_cast<std::int64_t>(*seconds);
  }
  const auto time = parse_rfc3339(given);
  return time ? Result<std::int64_t>(*time / kSecond)
              : fail(ErrorKind::usage,
                     "option --at-time: '" + given + "' is no time",
                     "2026-08-01T12:00:00Z, or seconds since 1970");
}

Result<int> inspect(const TokenFlags& flags) {
  const auto text = read_token(flags.token);
  const auto now = read_time(flags.at_time);
  const auto view = text ? auth::inspect_token(*text) : tl::unexpected<Error>(text.error());
  if (!view || !now) {
    return tl::unexpected<Error>(view ? now.error() : view.error());
  }
  const auth::TokenState state = auth::judge_token(*view, *now, flags.scopes);
  say(flags.call.output.kind() == report::Output::ndjson ? auth::token_json(*view, state)
                                                         : auth::token_text(*view, state));
  return state.usable() ? 0 : 1;
}

Result<int> verify(const TokenFlags& flags) {
  const std::string& given = flags.call.endpoint.endpoint.tls.key;
  if (given.empty()) {
    return fail(ErrorKind::usage, "token verify: no key given", "--key @secret.txt, @public.pem or @jwks.json");
  }
  const auto text = read_token(flags.token);
  const bool file = given[0] == '@';
  const auto key = file ? os::read_file(given.substr(1)) : Result<std::string>(given);
  if (!text || !key) {
    return tl::unexpected<Error>(text ? key.error() : text.error());
  }
  if (!file) {
    os::hide_argument(given);
    warn("--key shows a secret to everyone who can list processes; --key @FILE does not");
  }
  const auto result = auth::verify_token(*text, *key);
  WHYDROP_TRY(result);
  const auto view = auth::inspect_token(*text, auth::Payload::any);
  const auto state = auth::judge_token(*view, static_cast<std::int64_t>(std::time(nullptr)), {});
  say(flags.call.output.kind() == report::Output::ndjson ? auth::verification_json(*result, state)
                                                         : auth::verification_text(*result, state));
  const bool enough =
      result->good && (result->warnings.empty() || flags.call.output.fail_on != session::Severity::warning);
  return enough ? 0 : 1;
}

Result<int> token(const Options& options, TokenFlags& flags) {
  WHYDROP_TRY(check_action(options, flags));
  return flags.action == "get" ? get(flags) : flags.action == "inspect" ? inspect(flags) : verify(flags);
}

}  // namespace

Run setup_token(Options& options) {
  const auto flags = std::make_shared<TokenFlags>();
  options.custom(
      OptionInfo::argument(
          "ACTION",
          "get: ask the profile's API for a token. inspect: show what a token says; exit 1 if it has expired, is not "
          "valid yet or lacks a scope. verify: check its signature; exit 1 if it is not good")
          .must_be_given()
          .completed_by({"get", "inspect", "verify"}),
      [flags](const std::vector<std::string>& given) -> std::string {
        flags->action = given.back();
        const bool known = flags->action == "get" || flags->action == "inspect" || flags->action == "verify";
        // What stands there may be the token itself.
        return known                                 ? ""
               : flags->action.size() > kLongestWord ? "a token stands where get, inspect or verify is to stand"
                                                     : "'" + flags->action + "' is not get, inspect or verify";
      });
  options.positional("TOKEN", flags->token, false, "For inspect and verify: the token, @FILE, or - for standard input");
  options.text("--client-id", "ID", flags->client_id, "get: the OAuth client's id (variable client_id)");
  options.text("--client-secret",
               "@FILE",
               flags->client_secret,
               "get: its secret; better in a file or in WHYDROP_CLIENT_SECRET than in clear");
  options.flag("--print", flags->print, "get: print the token, and nothing else, to standard output");
  options.list("--require-scope", "SCOPE", flags->scopes, "inspect: the token must have this scope; repeatable");
  options.text(
      "--at-time", "TIME", flags->at_time, "inspect: judge it as of this time (RFC 3339, or seconds since 1970)");
  add_call_options(
      options,
      flags->call,
      "get: key of the client certificate. verify: @FILE of a secret, a PEM public key or certificate, a JWK "
      "or a JWK set; a public key never verifies HS256");
  return [flags, &options] { return token(options, *flags); };
}

}  // namespace whydrop::cli
