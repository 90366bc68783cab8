#include "auth/token_text.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/options.hpp"
#include "cli/options/calls.hpp"
#include "json/json.hpp"
#include "run/calls.hpp"
#include "run/profiles.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

struct StoredSession {
  CallFlags call;
  std::string action;
};

// ---- create ---------------------------------------------------------------------------------------------------------

Result<int> create(const StoredSession& flags, run::ProfileContext& context, const run::Host& host) {
  const profile::Profile& profile = context.profile();
  const auto calls = run::session_calls(profile);
  if (calls.empty()) {
    return fail(ErrorKind::usage,
                fmt::format("session create: profile {} makes no calls before the socket", profile.name),
                "whydrop connect --profile " + profile.name);
  }
  const auto session = make_call_session(flags.call, host);
  WHYDROP_TRY(session);
  return run::make_calls(
      host, *session, context, calls, [&](run::SessionRun& run, const std::vector<std::string>& taken) {
        run.talk(fmt::format("the session stands: {}{}",
                             fmt::join(taken, ", "),
                             context.store() == nullptr ? "" : "; kept in " + context.store()->path()));
      });
}

// ---- show -----------------------------------------------------------------------------------------------------------

/// One variable as `session show` tells it.
struct ShownValue {
  const profile::Variable& variable;
  std::optional<std::string> value;
  std::string origin;
  bool generated = false;
  const auth::Store::Entry* entry = nullptr;  ///< of the store, where the value is from there
};

std::vector<ShownValue> rows_of(run::ProfileContext& context) {
  std::vector<ShownValue> rows;
  for (const profile::Variable& variable : context.profile().variables) {
    ShownValue row{variable, context.bindings().get(variable.name), {}, false, nullptr};
    const auto origin = context.bindings().origin(variable.name);
    row.origin = origin ? std::string(profile::name(*origin)) : "";
    if (context.store() != nullptr && origin == profile::Origin::store) {
      const auto& entries = context.store()->entries();
      const auto found = entries.find(variable.name);
      row.entry = found == entries.end() ? nullptr : &found->second;
    }
    // What is made for one run only is no value to show.
    row.generated = origin == profile::Origin::generated;
    if (row.generated) {
      row.value.reset();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string age_words(const auth::Store::Entry& entry, std::int64_t now) {
  std::string words = auth::span_words(std::max<std::int64_t>(0, now - entry.at)) + " old";
  if (entry.expires) {
    words += *entry.expires <= now ? ", expired " + auth::span_words(now - *entry.expires) + " ago"
                                   : ", expires in " + auth::span_words(*entry.expires - now);
  }
  return words;
}

std::string row_text(const ShownValue& row, std::int64_t now, bool reveal) {
  if (!row.value) {
    return row.generated ? "made anew for each run" : "not set: " + row.variable.about;
  }
  const std::string value = row.variable.secret && !reveal ? fmt::format("(secret, {} characters)", row.value->size())
                                                           : escape_for_terminal(*row.value);
  return fmt::format("{}  [{}{}]", value, row.origin, row.entry == nullptr ? "" : ", " + age_words(*row.entry, now));
}

std::string row_json(const ShownValue& row, bool reveal) {
  const auto time = [](const std::optional<std::int64_t>& at) { return at ? fmt::format("{}", *at) : "null"; };
  const bool hidden = row.variable.secret && !reveal;
  return fmt::format(R"({{"name":{},"set":{},"secret":{},"value":{},"origin":{},"at":{},"expires":{}}})",
                     json::quote(row.variable.name),
                     row.value.has_value(),
                     row.variable.secret,
                     row.value && !hidden ? json::quote(*row.value) : "null",
                     row.origin.empty() ? "null" : json::quote(row.origin),
                     time(row.entry == nullptr ? std::nullopt : std::optional(row.entry->at)),
                     time(row.entry == nullptr ? std::nullopt : row.entry->expires));
}

Result<int> show(const StoredSession& flags, run::ProfileContext& context, const run::Host& host) {
  const bool reveal = flags.call.secrets.reveal;
  const std::int64_t now = host.now_s();
  const std::vector<ShownValue> rows = rows_of(context);
  std::size_t width = 0;
  for (const ShownValue& row : rows) {
    width = std::max(width, row.variable.name.size());
  }
  for (const ShownValue& row : rows) {
    const std::string line = flags.call.output.kind() == report::Output::ndjson
                                 ? row_json(row, reveal)
                                 : fmt::format("{:<{}}  {}", row.variable.name, width, row_text(row, now, reveal));
    WHYDROP_TRY(host.out.write(line + "\n"));
  }
  return 0;
}

// ---- clear ----------------------------------------------------------------------------------------------------------

/// Works also where the store cannot be opened, so that it is the way out of that.
Result<int> clear(const StoredSession& flags, const run::Host& host) {
  auto profile = run::find_profile(flags.call.profile.profile, host.environment, host.read);
  WHYDROP_TRY(profile);
  const std::string& given = flags.call.profile.store.file;
  const auto removed = auth::Store::remove(
      !given.empty()
          ? given
          : auth::store_path((*profile)->name, host.environment("XDG_STATE_HOME"), host.environment("HOME")));
  return removed ? Result<int>(0) : tl::unexpected<Error>(removed.error());
}

// ---- without --profile ----------------------------------------------------------------------------------------------

/// The profiles that something is kept for, by name.
std::vector<std::string> kept_profiles(const run::Host& host) {
  const std::filesystem::path any =
      auth::store_path("any", host.environment("XDG_STATE_HOME"), host.environment("HOME"));
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& file : std::filesystem::directory_iterator(any.parent_path(), failed)) {
    if (file.path().extension() == ".json") {
      names.push_back(file.path().stem());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Where values of one profile only are kept, show and clear mean that one.
Result<std::string> the_kept_profile(const StoredSession& flags, const run::Host& host) {
  const std::string what = fmt::format("session {}: no profile given", flags.action);
  if (flags.action == "create" || !flags.call.profile.store.file.empty()) {
    return fail(ErrorKind::usage, what, "whydrop profile list shows those that there are");
  }
  const std::vector<std::string> kept = kept_profiles(host);
  if (kept.empty()) {
    return fail(ErrorKind::usage, what + ", and nothing is kept of any", "whydrop session create --profile NAME");
  }
  if (kept.size() > 1) {
    return fail(ErrorKind::usage,
                fmt::format("{}, and values of {} are kept", what, fmt::join(kept, ", ")),
                fmt::format("whydrop session {} --profile {}", flags.action, kept.front()));
  }
  return kept.front();
}

Result<int> session(const StoredSession& given) {
  StoredSession flags = given;
  const run::Host& host = flags.action == "create" ? begin_run() : run::process_host();
  if (flags.call.profile.profile.empty()) {
    auto kept = the_kept_profile(flags, host);
    WHYDROP_TRY(kept);
    WHYDROP_TRY(host.err.write(fmt::format("whydrop: profile {}\n", *kept)));
    flags.call.profile.profile = *std::move(kept);
  }
  if (flags.action == "clear") {
    return clear(flags, host);
  }
  auto context = profile_context(flags.call.profile, host);
  WHYDROP_TRY(context);
  return flags.action == "create" ? create(flags, **context, host) : show(flags, **context, host);
}

}  // namespace

Run setup_session(Options& options) {
  const auto flags = std::make_shared<StoredSession>();
  options.custom(OptionInfo::argument(
                     "ACTION",
                     "create: make the profile's session calls, in order, and keep what they return. show: the values "
                     "of its variables, where they come from, their age and when they expire. clear: forget what was "
                     "kept. Without --profile, show and clear mean the only profile with something kept")
                     .must_be_given()
                     .completed_by({"create", "show", "clear"}),
                 [flags](const std::vector<std::string>& given) -> std::string {
                   flags->action = given.back();
                   const bool known = flags->action == "create" || flags->action == "show" || flags->action == "clear";
                   return known ? "" : "'" + flags->action + "' is not create, show or clear";
                 });
  add_call_options(options, flags->call);
  return [flags] { return session(*flags); };
}

}  // namespace whydrop::cli
