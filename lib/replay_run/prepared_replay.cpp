#include "replay_run/prepared_replay.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "json/json.hpp"
#include "os/environment.hpp"
#include "os/file_names.hpp"
#include "os/streams.hpp"
#include "profile/classifier.hpp"
#include "run/calls.hpp"
#include "run/prepare.hpp"
#include "run/profiles.hpp"
#include "run/session_profile.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

bool takes(const profile::Call& call, const std::string& variable) {
  return std::any_of(
      call.takes.begin(), call.takes.end(), [&](const profile::Take& take) { return take.variable == variable; });
}

}  // namespace

Result<std::unique_ptr<PreparedReplay>> PreparedReplay::make(const os::RereadableFile& file,
                                                             const ReplaySettings& options) {
  std::unique_ptr<PreparedReplay> made(new PreparedReplay(file, options));
  return made->read_heading()
      .and_then([&] { return made->use_profile(); })
      .and_then([&] { return made->make_plan(); })
      .and_then([&] { return made->check_other_profile(); })
      .and_then([&] {
        made->choose_calls();
        return made->check_values();
      })
      .map([&] { return std::move(made); });
}

std::optional<std::uint32_t> PreparedReplay::conn() const {
  return options_.conn ? std::optional(static_cast<std::uint32_t>(*options_.conn)) : std::nullopt;
}

Result<std::unique_ptr<replay::Recording>> PreparedReplay::recording() const {
  replay::Recording::Settings settings;
  settings.name = file_.name();
  settings.frames = options_.raw;
  settings.selection.run = static_cast<std::uint32_t>(options_.run);
  settings.selection.conn = conn();
  settings.selection.from_seq = options_.from_seq.value_or(0);
  settings.selection.to_seq = options_.to_seq.value_or(UINT64_MAX);
  return replay::Recording::open([file = file_] { return Result<capture::ByteSource>(file.read()); },
                                 std::move(settings));
}

/// What the recording says of itself, up to the URL that it was made with.
Result<void> PreparedReplay::read_heading() {
  auto opened = recording();
  WHYDROP_TRY(opened);
  kind_ = (*opened)->kind();
  header_ = (*opened)->header();
  while (true) {
    auto entry = (*opened)->next();
    WHYDROP_TRY(entry);
    if (!*entry) {
      return {};
    }
    if (auto* began = std::get_if<replay::Began>(&**entry)) {
      open_ = std::move(began->open);
      return {};
    }
  }
}

Result<void> PreparedReplay::use_profile() {
  run::SessionSettings flags = options_.session;
  const bool own = !flags.profile.profile.empty();
  if (!own && header_.profile == run::kNoProfile) {
    flags.profile.profile = run::kNoProfile;
  } else if (!own && os::is_plain_name(header_.profile)) {
    flags.profile.profile = header_.profile;
    const auto known = run::find_profile(header_.profile, os::process_environment, os::read_file);
    if (!known && !flags.url) {
      return fail(ErrorKind::usage,
                  fmt::format("cannot replay {}: it was made with the profile {}, which is not known here",
                              file_.name(),
                              escape_for_terminal(header_.profile)),
                  "--profile FILE; or --url URL to go without it");
    }
    if (!known) {
      warnings_.push_back(
          fmt::format("the profile {} that {} was made with is not known here: messages are told apart "
                      "without it",
                      header_.profile,
                      file_.name()));
      flags.profile.profile.clear();
    }
  }
  if (flags.profile.profile.empty()) {
    flags.profile.variables.clear();  // they stand for what is masked
  }
  auto made = run::make_session_profile(flags);
  WHYDROP_TRY(made);
  profile_ = std::move(*made);
  if (profile_.context && profile_.context->profile().name == header_.profile) {
    use_recorded_values(header_, profile_.context->bindings());
  }
  auto values = MaskedValues::make(options_.session.secrets,
                                   options_.session.profile.variables,
                                   profile_.context != nullptr,
                                   os::process_environment,
                                   os::read_file);
  WHYDROP_TRY(values);
  values_ = std::move(*values);
  return {};
}

Result<void> PreparedReplay::make_plan() {
  auto opened = recording();
  WHYDROP_TRY(opened);
  const script::ReplayActorSettings settings = replaying();
  auto made = replay::make_plan(**opened, settings.player.profile, settings.player.edits, options_.raw);
  WHYDROP_TRY(made);
  plan_ = std::move(*made);
  if (plan_.lost.empty()) {
    return {};
  }
  const auto& [seq, why] = plan_.lost.front();
  const std::size_t others = plan_.lost.size() - 1;
  return fail(ErrorKind::usage,
              fmt::format("cannot replay event {} of {}: {}{}",
                          seq,
                          file_.name(),
                          why,
                          others > 0 ? fmt::format("; and {} more like it", others) : ""),
              fmt::format("--skip {0} leaves it out, --edit '{0}:=TEXT' sends another", seq));
}

/// A profile that knows none of the messages is a mistake; one that knows some may be a newer one of one's own.
Result<void> PreparedReplay::check_other_profile() {
  const bool other =
      profile_.context && !header_.profile.empty() && profile_.context->profile().name != header_.profile;
  if (!other) {
    return {};
  }
  const profile::Profile& profile = profile_.context->profile();
  const profile::Classifier classifier(profile, wire::Side::client);
  auto opened = recording();
  std::uint64_t known = 0, all = 0;
  json::Json json;
  while (opened) {
    const auto entry = (*opened)->next();
    if (!entry || !*entry) {
      break;
    }
    const auto* act = std::get_if<replay::Act>(&**entry);
    if (act == nullptr || act->kind != replay::Act::Kind::text) {
      continue;
    }
    ++all;
    known += !json.parse(act->payload) && classifier.type_of(json.root()) ? 1 : 0;
  }
  const std::string made_with = escape_for_terminal(header_.profile);
  if (all > 0 && known == 0) {
    return fail(ErrorKind::usage,
                fmt::format("cannot replay {} with the profile {}: it was made with {}, and none of its messages is of "
                            "a type of {}",
                            file_.name(),
                            profile.name,
                            made_with,
                            profile.name),
                "--profile " + made_with);
  }
  warnings_.push_back(
      fmt::format("{} was made with the profile {}, and is replayed with {}: {} of {} messages are of a "
                  "type of that",
                  file_.name(),
                  made_with,
                  profile.name,
                  known,
                  all));
  return {};
}

/// What was called before the recorded session is called again: what it gave does not hold for ever.
void PreparedReplay::choose_calls() {
  if (options_.no_calls) {
    return;
  }
  if (profile_.scenario != nullptr) {
    calls_ = run::first_calls(options_.session, profile_);
  } else if (profile_.context && plan_.calls > 0) {
    calls_ = run::session_calls(profile_.context->profile());
  }
  if (plan_.calls > 0 && calls_.empty()) {
    warnings_.push_back(fmt::format("{} REST call{} before the session {} not made again: {}",
                                    plan_.calls,
                                    plan_.calls == 1 ? "" : "s",
                                    plan_.calls == 1 ? "is" : "are",
                                    profile_.context ? "the profile has no session calls" : "no profile says how"));
  }
}

/// --url names another server only.
bool PreparedReplay::is_server_only() const {
  const std::string url = options_.session.url.value_or("");
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string::npos ? 0 : scheme + 3;
  return kind_ != replay::RecordingKind::lines && !url.empty() && url.find_first_of("/?#", host) == std::string::npos;
}

bool PreparedReplay::is_profiles_url() const {
  return (!options_.session.url || is_server_only()) && profile_.context &&
         (!header_.profile.empty() || profile_.scenario != nullptr) &&
         (!profile_.context->profile().socket_url.empty() ||
          (profile_.scenario != nullptr && !profile_.scenario->socket_url.empty()));
}

bool PreparedReplay::is_given_by_call(const std::string& variable) const {
  return std::any_of(calls_.begin(), calls_.end(), [&](const profile::Call* call) { return takes(*call, variable); });
}

/// How often the variable is masked in the request's URL and headers.
std::uint64_t PreparedReplay::in_head(const std::string& variable) const {
  const auto count = [&](const std::vector<session::RedactSpan>& spans) {
    return static_cast<std::uint64_t>(
        std::count_if(spans.begin(), spans.end(), [&](const auto& span) { return span.variable == variable; }));
  };
  std::uint64_t all = count(open_.redact);
  for (const session::Header& header : plan_.request.headers) {
    all += count(header.redact);
  }
  return all;
}

/// Everything that is needed is known, or will be: by calls, by the server, or by a rehearsal that gives it.
Result<void> PreparedReplay::check_values() {
  if (kind_ == replay::RecordingKind::lines && !options_.session.url && !profile_.context) {
    return fail(ErrorKind::usage,
                fmt::format("no URL given, and {} holds messages only", file_.name()),
                "--url ws://HOST:PORT/, or --profile NAME");
  }
  if (profile_.scenario != nullptr) {
    return {};
  }
  for (const replay::Needed& needed : plan_.needed) {
    const bool only_in_head = needed.first_seq == 0 && needed.count <= in_head(needed.variable);
    if (only_in_head || needed.from_server || is_given_by_call(needed.variable) ||
        values_->find(needed.variable, bindings())) {
      continue;
    }
    const std::string place = needed.place.empty() ? fmt::format("event {}", needed.first_seq) : needed.place;
    return tl::unexpected<Error>(MaskedValues::unset(needed.variable, place));
  }
  // With calls to come the request is not known yet.
  return calls_.empty() ? connect_options(options_.session.profile.at, bindings()).map([](const auto&) {})
                        : Result<void>();
}

std::vector<capture::Secret> PreparedReplay::bound() const {
  std::vector<capture::Secret> secrets;
  for (const replay::Needed& needed : plan_.needed) {
    if (auto found = values_->find(needed.variable, bindings())) {
      secrets.push_back({needed.variable, std::move(found->value)});
    }
  }
  return secrets;
}

script::ReplayActorSettings PreparedReplay::replaying() const {
  script::ReplayActorSettings plan;
  plan.player.profile = profile_.context ? &profile_.context->profile() : nullptr;
  plan.player.pace = options_.pace;
  plan.player.raw = options_.raw;
  plan.player.edits = options_.edits;
  plan.player.edits.insert(plan.player.edits.end(), options_.skips.begin(), options_.skips.end());
  plan.patience = options_.patience;
  plan.close_code = static_cast<std::uint16_t>(options_.session.close_code);
  plan.close_reason = options_.session.close_reason;
  plan.awaits_close = !options_.session.expect_close.empty();
  return plan;
}

/// Where the session was, as it is now.
Result<std::string> PreparedReplay::own_url(const profile::Bindings* bindings) const {
  if (!is_profiles_url()) {
    return values_->fill(open_.url, open_.redact, "the URL", bindings, true);
  }
  run::SessionSettings flags = options_.session;
  flags.url.reset();
  return run::connect_options_of(flags, profile_, "", bindings).map([](const auto& options) {
    return options.url.text();
  });
}

Result<net::ConnectOptions> PreparedReplay::connect_options(const std::string& at,
                                                            const profile::Bindings* bindings) const {
  run::SessionSettings flags = options_.session;
  if (!flags.url ? !is_profiles_url() : is_server_only()) {
    const auto url = own_url(bindings);
    const auto parts = url.and_then([](const std::string& text) { return net::parse_url(text); });
    WHYDROP_TRY(parts);
    flags.url = flags.url ? *flags.url + parts->target : *url;
  }
  auto headers = recorded_headers(plan_.request, flags.endpoint, options_.user_agent_given, bindings, *values_);
  WHYDROP_TRY(headers);
  flags.endpoint.headers.insert(flags.endpoint.headers.begin(), headers->begin(), headers->end());
  if (flags.endpoint.subprotocols.empty()) {
    flags.endpoint.subprotocols = plan_.subprotocols;
  }
  const bool known = kind_ != replay::RecordingKind::lines && !plan_.request.headers.empty();
  flags.endpoint.no_compression = flags.endpoint.no_compression || (known && !plan_.extensions);
  return run::scenario_connect_options(flags, profile_, at, bindings);
}

std::string PreparedReplay::value_words(const replay::Needed& needed) const {
  if (const auto found = values_->find(needed.variable, bindings())) {
    return found->origin;
  }
  return is_given_by_call(needed.variable) ? "a call gives it" : needed.from_server ? "the server gives it" : "not set";
}

std::string PreparedReplay::text() const {
  std::string text = replay::plan_text(plan_);
  std::string last;
  const auto line = [&](const std::string& label, const std::string& what) {
    text += fmt::format("  {:<11}{}\n", label == last ? "" : label, escape_for_terminal(what));
    last = label;
  };
  if (options_.session.url) {
    line("to", *options_.session.url);
  }
  if (!options_.session.profile.at.empty()) {
    line("at", options_.session.profile.at);
  }
  if (profile_.context && profile_.context->profile().name != plan_.profile) {
    line("replays as", profile_.context->profile().name);
  }
  for (const profile::Call* call : calls_) {
    line("calls", fmt::format("{}: {}", call->name, call->about));
  }
  for (const replay::Needed& needed : plan_.needed) {
    line("values", fmt::format("{}: {}", needed.variable, value_words(needed)));
  }
  for (const auto& [name, value] :
       profile_.context ? profile_.context->known() : std::vector<std::pair<std::string, std::string>>()) {
    line("values", fmt::format("{} = {}", name, value));
  }
  for (const std::string& warning : warnings_) {
    line("warning", warning);
  }
  return text;
}

}  // namespace whydrop::replay_run
