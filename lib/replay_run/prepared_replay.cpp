#include "replay_run/prepared_replay.hpp"

#include "base/secret_keys.hpp"
#include "base/text.hpp"
#include "base/try.hpp"
#include "json/json.hpp"
#include "os/file_names.hpp"
#include "profile/classifier.hpp"
#include "run/calls.hpp"
#include "run/prepare.hpp"
#include "run/profiles.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace whydrop::replay_run {
namespace {

constexpr const char* kUrlPlace = "the URL";

bool takes(const profile::Call& call, const std::string& variable) {
  return std::any_of(
      call.takes.begin(), call.takes.end(), [&](const profile::Take& take) { return take.variable == variable; });
}

}  // namespace

Result<std::unique_ptr<PreparedReplay>> PreparedReplay::make(const run::Host& host,
                                                             const os::RereadableFile& file,
                                                             const ReplayRequest& request) {
  std::unique_ptr<PreparedReplay> made(new PreparedReplay(host, file, request));
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

Result<std::unique_ptr<replay::Recording>> PreparedReplay::recording() const {
  replay::Recording::Settings settings;
  settings.name = file_.name();
  settings.frames = request_.raw;
  settings.selection.run = static_cast<std::uint32_t>(request_.run);
  settings.selection.conn = conn();
  settings.selection.refused_too = request_.refused_too;
  settings.selection.from_seq = request_.from_seq.value_or(0);
  settings.selection.to_seq = request_.to_seq.value_or(UINT64_MAX);
  return replay::Recording::open([file = file_] { return Result<ByteSource>(file.read()); }, std::move(settings));
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

/// Where the request names none, and does not say that none is to be used: the one that the recording was made with.
Result<void> PreparedReplay::choose_profile() {
  if (choice_.profile || !choice_.recognise) {
    return {};
  }
  if (header_.profile == run::kNoProfile) {
    choice_.recognise = false;
    return {};
  }
  if (!os::is_plain_name(header_.profile)) {
    return {};
  }
  if (auto known = run::find_profile(header_.profile, host_.environment, host_.read)) {
    choice_.profile = std::move(*known);
    return {};
  }
  if (!request_.session.address) {
    return fail(ErrorKind::usage,
                fmt::format("cannot replay {}: it was made with the profile {}, which is not known here",
                            file_.name(),
                            escape_for_terminal(header_.profile)),
                "--profile FILE; or --url URL to go without it");
  }
  warnings_.push_back(
      fmt::format("the profile {} that {} was made with is not known here: messages are distinguished "
                  "without it",
                  header_.profile,
                  file_.name()));
  return {};
}

Result<void> PreparedReplay::use_profile() {
  WHYDROP_TRY(choose_profile());
  // Without a profile --var stands for what is masked.
  const auto variables = choice_.profile ? std::vector<run::GivenValue>() : std::exchange(choice_.values, {});
  auto made = run::use_profile(choice_, host_);
  WHYDROP_TRY(made);
  profile_ = std::move(*made);
  if (profile_.context) {
    places_ = profile_.context->places();
  }
  if (profile_.context && profile_.context->profile().name == header_.profile) {
    std::vector<std::string> recorded;
    std::transform(
        header_.variables.begin(), header_.variables.end(), std::back_inserter(recorded), [](const auto& row) {
          return row.first;
        });
    profile_.context->lead_by_file(recorded, places_);
    use_recorded_values(header_, profile_.context->bindings());
  }
  auto values = MaskedValues::make(request_.session.secrets.values, variables, host_.environment);
  WHYDROP_TRY(values);
  values_ = std::move(*values);
  return {};
}

Result<void> PreparedReplay::make_plan() {
  auto opened = recording();
  WHYDROP_TRY(opened);
  const script::ReplayActorSettings settings = replaying();
  auto made =
      replay::make_plan(**opened, settings.player.profile, settings.player.edits, request_.raw, request_.silent_too);
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
  if (request_.no_calls) {
    return;
  }
  if (profile_.scenario != nullptr) {
    calls_ = run::first_calls(request_.session, profile_);
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

/// The request's URL names another server only.
bool PreparedReplay::is_server_only() const {
  const auto& address = request_.session.address;
  return !kind_.is_lines() && address && !address->names_path;
}

bool PreparedReplay::is_profiles_url() const {
  return (!request_.session.address || is_server_only()) && profile_.context &&
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
  if (kind_.is_lines() && !request_.session.address && !profile_.context) {
    return fail(ErrorKind::usage,
                fmt::format("no URL given, and {} holds messages only", file_.name()),
                "--url ws://HOST:PORT/, or --profile NAME");
  }
  if (profile_.scenario != nullptr) {
    return {};
  }
  std::vector<MaskedValues::Unset> unset;
  for (const replay::Needed& needed : plan_.needed) {
    const bool only_in_head = needed.first_seq == 0 && needed.count <= in_head(needed.variable);
    if (only_in_head || needed.from_server || is_given_by_call(needed.variable) ||
        values_->find(needed.variable, bindings())) {
      continue;
    }
    const std::string place = needed.place.empty() ? fmt::format("event {}", needed.first_seq) : needed.place;
    unset.push_back({needed.variable, place});
  }
  // With calls to come the request is not known yet.
  if (calls_.empty()) {
    const auto in_head = unset_in_head();
    unset.insert(unset.end(), in_head.begin(), in_head.end());
  }
  if (!unset.empty()) {
    return tl::unexpected<Error>(MaskedValues::unset(unset));
  }
  return calls_.empty() ? asked_options(request_.session.endpoint.at, bindings()).map([](const auto&) {})
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
  plan.player.pace = request_.pace;
  plan.player.raw = request_.raw;
  plan.player.edits = request_.edits;
  plan.patience = request_.patience;
  plan.close_code = request_.session.close_code;
  plan.close_reason = request_.session.close_reason;
  plan.awaits_close = !request_.session.expect_close.empty();
  return plan;
}

std::vector<MaskedValues::Unset> PreparedReplay::unset_in_head() const {
  std::vector<MaskedValues::Unset> unset;
  if (dials_recorded() && !is_profiles_url()) {
    unset = values_->unset_of(open_.redact, kUrlPlace, bindings());
  }
  for (const session::Header* header : resent_headers(plan_.request, request_.session.endpoint, bindings())) {
    const auto of_header = values_->unset_of(header->redact, place_of(*header), bindings());
    unset.insert(unset.end(), of_header.begin(), of_header.end());
  }
  return unset;
}

/// True where the recording, or the profile in its place, says what is dialled.
bool PreparedReplay::dials_recorded() const {
  return !request_.session.address ? !is_profiles_url() : is_server_only();
}

/// Where the session was, as it is now.
Result<std::string> PreparedReplay::own_url(const profile::Bindings* bindings) const {
  if (!is_profiles_url()) {
    return values_->fill(open_.url, open_.redact, kUrlPlace, bindings, true);
  }
  run::Session session = request_.session;
  session.address.reset();
  session.endpoint.at.reset();
  return run::connect_options_of(session, profile_, bindings).map([](const auto& options) {
    return options.url.text();
  });
}

Result<net::ConnectOptions> PreparedReplay::connect_options(const std::optional<target::StandIn>& at,
                                                            const profile::Bindings* bindings) const {
  auto options = asked_options(at, bindings);
  WHYDROP_TRY(options);
  WHYDROP_TRY(is_chosen(options->url) ? Result<void>()
                                      : destinations_->check(doing(), options->url, carried(bindings), nearness()));
  return options;
}

Result<net::ConnectOptions> PreparedReplay::asked_options(const std::optional<target::StandIn>& at,
                                                          const profile::Bindings* bindings) const {
  run::Session session = request_.session;
  target::Endpoint& endpoint = session.endpoint;
  endpoint.at = at;
  if (dials_recorded()) {
    const auto url = own_url(bindings);
    const auto recorded = url.and_then([](const std::string& text) { return net::parse_url(text); });
    WHYDROP_TRY(recorded);
    auto address = target::parse_address(session.address ? session.address->text + recorded->target : *url);
    WHYDROP_TRY(address);
    session.address = std::move(*address);
  }
  auto headers = recorded_headers(plan_.request, endpoint, bindings, *values_);
  WHYDROP_TRY(headers);
  endpoint.headers.insert(endpoint.headers.begin(), headers->begin(), headers->end());
  if (endpoint.subprotocols.empty()) {
    endpoint.subprotocols = plan_.subprotocols;
  }
  const bool known = !kind_.is_lines() && !plan_.request.headers.empty();
  endpoint.compression = endpoint.compression && !(known && !plan_.extensions);
  return run::scenario_connect_options(session, profile_, bindings);
}

Result<void> PreparedReplay::check_may_begin() const {
  const bool later = profile_.scenario != nullptr || !calls_.empty();
  return later ? Result<void>() : connect_options(request_.session.endpoint.at, bindings()).map([](const auto&) {});
}

/// A value of the environment, the store or a reply goes nowhere as long as nothing says where it belongs.
run::Carried PreparedReplay::carried(const std::string& variable,
                                     MaskedValues::Found found,
                                     const profile::Bindings* values) const {
  run::Carried it{variable, std::move(found.value), std::move(found.origin)};
  it.needs_home = it.from != "--secret" && it.from != "--var";
  if (values != nullptr && values->get(variable) == it.value) {
    it.homes = profile_.context->homes_of(variable, *values);
  }
  if (it.needs_home && it.homes.empty()) {
    it.homes = places_;
  }
  return it;
}

/// The secrets that the session carries, as far as they have values.
std::vector<run::Carried> PreparedReplay::carried(const profile::Bindings* values) const {
  std::vector<std::string> names;
  std::transform(plan_.needed.begin(), plan_.needed.end(), std::back_inserter(names), [](const auto& needed) {
    return needed.variable;
  });
  for (const profile::Variable& variable :
       values != nullptr && is_profiles_url() ? values->profile().variables : std::vector<profile::Variable>()) {
    if (variable.secret && std::find(names.begin(), names.end(), variable.name) == names.end()) {
      names.push_back(variable.name);
    }
  }
  std::vector<run::Carried> all;
  for (const std::string& name : names) {
    const auto origin = values != nullptr ? values->origin(name) : std::nullopt;
    if (auto found = values_->find(name, values); found && (!origin || run::is_persons(*origin))) {
      all.push_back(carried(name, std::move(*found), values));
    }
  }
  return all;
}

/// The server is the person's choice, the profile's owner's, or ours; a file names it otherwise.
bool PreparedReplay::is_chosen(const net::Url& url) const {
  return run::is_chosen(request_.session, profile_) || (is_profiles_url() && profile_.context->is_owners_place(url));
}

/// A URL that a reply gave may be of the same site; a recorded one is as good as its origin.
run::Destinations::Near PreparedReplay::nearness() const {
  return is_profiles_url() ? run::Destinations::Near::site : run::Destinations::Near::origin;
}

std::string PreparedReplay::doing() const {
  return "cannot replay " + file_.name();
}

capture::Redactor PreparedReplay::redactor() const {
  std::vector<capture::Secret> secrets = bound();
  const auto& given = request_.session.secrets.values;
  secrets.insert(secrets.end(), given.begin(), given.end());
  return {secrets, false};
}

/// The calls that come first, with where they go as far as that is known before the first.
std::vector<std::pair<std::string, std::string>> PreparedReplay::called() const {
  const capture::Redactor redactor = this->redactor();
  std::vector<std::pair<std::string, std::string>> lines;
  for (const profile::Call* call : calls_) {
    const auto filled = bindings()->fill_url(call->url);
    const auto url = filled ? net::parse_url(*filled) : tl::unexpected<Error>(filled.error());
    lines.emplace_back("calls",
                       fmt::format("{}: {}; {} {}",
                                   call->name,
                                   call->about,
                                   call->method,
                                   filled ? redactor.redact_text(*filled) : "where a reply says"));
    const bool person_says = request_.session.endpoint.at || profile_.scenario != nullptr;
    const auto may =
        url && !person_says ? run::judge_call(*destinations_, *profile_.context, *call, *url) : Result<void>();
    if (!may) {
      lines.emplace_back("stops", may.error().message);
    }
  }
  return lines;
}

/// What the upgrade will say, secrets masked: the same computation as the run's.
std::vector<std::pair<std::string, std::string>> PreparedReplay::dialled() const {
  const auto options = asked_options(request_.session.endpoint.at, bindings());
  if (!options) {
    return {};
  }
  const capture::Redactor redactor = this->redactor();
  std::vector<std::pair<std::string, std::string>> lines{{"dials", redactor.redact_text(options->url.text())}};
  for (const handshake::HeaderField& field : options->headers) {
    lines.emplace_back(
        "header", field.name + ": " + (is_secret_header(field.name) ? "(secret)" : redactor.redact_text(field.value)));
  }
  for (const std::string& subprotocol : options->subprotocols) {
    lines.emplace_back("protocol", redactor.redact_text(subprotocol));
  }
  const auto may = is_chosen(options->url)
                       ? Result<void>()
                       : destinations_->judge(doing(), options->url, carried(bindings()), nearness());
  if (!may) {
    lines.emplace_back("stops", may.error().message);
  }
  return lines;
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
  if (request_.session.address) {
    line("to", request_.session.address->text);
  }
  if (request_.session.endpoint.at) {
    line("at", request_.session.endpoint.at->text);
  }
  for (const auto& [label, what] : calls_.empty() ? dialled() : decltype(dialled())()) {
    line(label, what);
  }
  if (profile_.context && profile_.context->profile().name != plan_.profile) {
    line("replays as", profile_.context->profile().name);
  }
  for (const auto& [label, what] : called()) {
    line(label, what);
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
