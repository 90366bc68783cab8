#include "cli/play.hpp"

#include "base/text.hpp"
#include "base/try.hpp"
#include "cli/options.hpp"
#include "cli/options/profile.hpp"
#include "run/profile_context.hpp"
#include "run/profiles.hpp"
#include "run/rehearsals.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include <fmt/format.h>

namespace whydrop::cli {
namespace {

using rehearsal::Play;

/// The profile, its rehearsal and the values that were given, scenario not yet looked up.
Result<std::shared_ptr<Play>> load(const PlayFlags& flags) {
  const run::Host& host = run::process_host();
  auto found = run::find_profile(flags.profile, host.environment, host.read);
  WHYDROP_TRY(found);
  auto rehearsal = run::find_rehearsal(**found, flags.rehearsal, host.read);
  WHYDROP_TRY(rehearsal);
  auto play = std::make_shared<Play>();
  play->profile = *std::move(found);
  play->rehearsal = *std::move(rehearsal);
  play->outside = host.outside();
  return play;
}

/// Values of --var. What a client would take from its environment or store is not the server's to know.
Result<std::vector<std::pair<std::string, std::string>>> given_values(const PlayFlags& flags,
                                                                      std::shared_ptr<const profile::Profile> profile) {
  const run::Host& host = run::process_host();
  const auto values = read_values(flags.variables, host);
  WHYDROP_TRY(values);
  return run::ProfileContext::make(std::move(profile), *values, {"", true}, host).map([](const auto& context) {
    return context->given();
  });
}

/// As a shell reads it.
std::string shell_word(const std::string& text) {
  const auto plain = [](const char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  const bool safe = !text.empty() && std::all_of(text.begin(), text.end(), [&](const char c) {
    return plain(c) || std::string_view("-./:@%+=,").find(c) != std::string_view::npos;
  });
  return safe ? text : "'" + escape_for_shell(text) + "'";
}

/// A command that plays against this server as it stands here. Nothing of it goes to the store: what a rehearsal gives
/// is of no use elsewhere. Secrets go by the environment, which no list of processes shows.
std::string try_line(const Play& play,
                     const std::string& profile,
                     const std::vector<std::pair<std::string, std::string>>& values,
                     const std::string& url) {
  const bool calls = !play.rehearsal->scenario(play.scenario)->calls.empty();
  std::string before, after;
  for (const auto& [name, value] : values) {
    const profile::Variable* variable = play.profile->variable(name);
    if (variable != nullptr && variable->secret) {
      before += fmt::format("{}={} ", variable->env, shell_word(value));
    } else {
      after += " --var " + shell_word(fmt::format("{}={}", name, value));
    }
  }
  return fmt::format("{}whydrop connect --profile {} --at {} --no-store{}{}",
                     before,
                     shell_word(profile),
                     url,
                     calls ? " --new-session" : "",
                     after);
}

/// True where a person gave the value, and it must not be printed.
bool is_secret_of_a_person(const Play& play, const std::string& name) {
  const profile::Variable* variable = play.profile->variable(name);
  return variable != nullptr && variable->secret &&
         std::any_of(play.variables.begin(), play.variables.end(), [&](const auto& row) { return row.first == name; });
}

/// Columns that the longest name of `rows` takes.
template <typename Rows, typename Name>
std::size_t widest(const Rows& rows, const Name& name) {
  std::size_t most = 0;
  for (const auto& row : rows) {
    most = std::max(most, std::size(name(row)));
  }
  return most;
}

}  // namespace

void add_play_options(Options& options, PlayFlags& flags) {
  options.group("Profile");
  options.text("--profile",
               "NAME|FILE",
               flags.profile,
               "Play the server of a profile: its REST calls and its socket, with its schemas and sequence");
  options.suggest(run::built_in_profiles());
  options.text("-s,--scenario", "NAME", flags.scenario, "What happens (happy); see --list");
  options.text("--rehearsal", "FILE", flags.rehearsal, "How it is played, in place of what is built in");
  options.list("--var", "NAME=VALUE", flags.variables, "Value of a variable of the profile, or NAME=@FILE; repeatable");
}

Result<std::shared_ptr<const Play>> make_play(const PlayFlags& flags) {
  auto play = load(flags);
  WHYDROP_TRY(play);
  auto values = given_values(flags, (*play)->profile);
  WHYDROP_TRY(values);
  (*play)->variables = *std::move(values);
  if (!flags.scenario.empty()) {
    (*play)->scenario = flags.scenario;
  }
  return std::shared_ptr<const Play>(*std::move(play));
}

Result<int> list_scenarios(const PlayFlags& flags) {
  const auto play = load(flags);
  WHYDROP_TRY(play);
  const auto& scenarios = (*play)->rehearsal->scenarios;
  const std::size_t width = widest(scenarios, [](const auto& row) { return std::string_view(row.name); });
  for (const profile::Scenario& row : scenarios) {
    fmt::print("{:<{}}  {}{}\n", row.name, width, row.says, row.leads_to.empty() ? "" : " [" + row.leads_to + "]");
  }
  return 0;
}

void print_play(const Play& play, const std::string& given, const rehearsal::Server& server) {
  const profile::Scenario& scenario = *play.rehearsal->scenario(play.scenario);
  std::vector<std::pair<std::string, std::string>> rows{
      {"profile", play.profile->name},
      {"scenario", scenario.name + ": " + scenario.says},
      {"leads to", scenario.leads_to.empty() ? "no finding" : scenario.leads_to}};
  for (const rehearsal::Address& address : server.addresses()) {
    rows.emplace_back(address.call.empty() ? "socket" : address.call,
                      address.call.empty() ? address.url : address.method + " " + address.url);
  }
  // What a client of one's own must be given: the tokens are signed by this very server.
  const auto part = server.client_part();
  auto values = part ? part->variables : decltype(part->variables){};
  const auto secret = std::stable_partition(
      values.begin(), values.end(), [&](const auto& row) { return !is_secret_of_a_person(play, row.first); });
  for (auto row = values.begin(); row != values.end(); ++row) {
    rows.emplace_back(row->first, row < secret ? row->second : "(as given)");
  }
  values.erase(secret, values.end());
  rows.emplace_back("try", try_line(play, given, values, server.base_url()));
  const std::size_t width = widest(rows, [](const auto& row) { return std::string_view(row.first); });
  for (const auto& [name, value] : rows) {
    fmt::print("{:<{}}  {}\n", name, width, value);
  }
  std::fflush(stdout);
}

}  // namespace whydrop::cli
